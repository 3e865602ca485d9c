/** A forecast as an approver sees it: now, during and after, the reasons, and the facts that it rests on. Pure. */
import type { KnownBlock } from '@slack/types'
import type { ShownForecast } from '../../runs/events.ts'
import { crowdSentence } from '../../words/en-events.ts'
import { lawName, reasonSentence } from '../../words/en-reasons.ts'
import { nameOf, number } from '../../words/numbers.ts'
import { context, escaped, slackFace as face, section, table } from './blocks.ts'

/** On a phone nobody reads more; the reasons name the rest. */
const rowsAtMost = 12

/** Before, during and after, why it is not simply clear, and what it was checked against. */
export function forecastBlocks(forecast: ShownForecast, isWaiting: boolean): readonly KnownBlock[] {
  const { reasons, rows, disruption, supportedUsers, users } = forecast
  if (rows.length === 0 && reasons.length === 0) return []
  const during = disruption === null ? null : `during (up to ${disruption.secondsMax} s)`
  const head = ['demand of limit', 'now', ...(during === null ? [] : [during]), 'after']
  const middle = (text: string) => (during === null ? [] : [text])
  const shared = (law: string) => rows.filter((row) => row.law === law).length > 1
  const cells = rows
    .slice(0, rowsAtMost)
    .map(({ law, subject, unit, now, after }) => [
      [labelOf(law, unit), ...(shared(law) ? [nameOf(subject)] : [])].join(', '),
      ofLimit(now),
      ...middle(subject === disruption?.target ? 'none' : '–'),
      `${ofLimit(after)}${stillShort(unit, after)}`,
    ])
  const carried = [
    `Users carried, of ${number(users)}`,
    numberOr(supportedUsers.now),
    ...middle('0'),
    numberOr(supportedUsers.after),
  ]
  const crowd = crowdSentence(forecast.crowd)
  const why = reasons.map((reason) => `• ${escaped(reasonSentence(reason))}`).join('\n')
  return [
    table(head, [...cells, carried]),
    ...(reasons.length === 0
      ? []
      : [section(`${verdictWord[forecast.verdict]}, because:\n${why}`)]),
    ...(crowd === null ? [] : [context(escaped(crowd))]),
    context(checkedAgainst(forecast, isWaiting)),
  ]
}

const verdictWord = { clear: 'Clear', review: 'Review', block: 'Blocked' } as const

/** `Database CPU, cores`; a unit that the name says already is not said twice. */
function labelOf(law: string, unit: string): string {
  const name = lawName(law)
  const [first = ''] = unit.split(' ')
  return unit === '' || name.toLowerCase().includes(first) ? name : `${name}, ${unit}`
}

function ofLimit({ demand, limit }: { demand: number | null; limit: number | null }): string {
  return `${numberOr(demand)} of ${numberOr(limit)}`
}

function stillShort(unit: string, { severity }: { severity: string }): string {
  if (severity !== 'broken') return ''
  return unit.startsWith('USD') ? ', over budget' : ', still short'
}

function numberOr(value: number | null): string {
  return value === null ? 'unknown' : number(value)
}

function checkedAgainst({ facts, fingerprint }: ShownForecast, isWaiting: boolean): string {
  const seen = facts.flatMap((fact) => (fact.kind === 'observed' ? [fact.observedAt] : []))
  const when = seen.length === 0 ? 'nothing observed' : `facts of ${face.time(Math.max(...seen))}`
  const bound = isWaiting ? ' If they change, the approval is void.' : ''
  return `Checked against ${when}.${bound} Forecast ${face.literal(fingerprint.slice(0, 8))}`
}
