/** A forecast as an approver sees it: now, during and after, the reasons, and the facts that it rests on. Pure. */
import type { KnownBlock } from '@slack/types'
import type { ShownForecast } from '../../runs/events.ts'
import { reasonSentence } from '../../words/en.ts'
import { lawName } from '../../words/en-reasons.ts'
import { number } from '../../words/numbers.ts'
import { context, escaped, slackFace as face, section, table } from './blocks.ts'

/** Before, during and after, why it is not simply clear, and what it was checked against. */
export function forecastBlocks(forecast: ShownForecast): readonly KnownBlock[] {
  const { reasons, rows, disruption, supportedUsers, users } = forecast
  if (rows.length === 0 && reasons.length === 0) return []
  const during = disruption === null ? null : `during (up to ${disruption.secondsMax} s)`
  const head = ['', 'now', ...(during === null ? [] : [during]), 'after']
  const middle = (text: string) => (during === null ? [] : [text])
  const cells = rows.map(({ law, subject, now, after }) => [
    lawName(law),
    ofLimit(now),
    ...middle(subject === disruption?.target ? 'none' : '–'),
    `${ofLimit(after)}${stillShort(after)}`,
  ])
  const carried = [
    `Users carried, of ${number(users)}`,
    numberOr(supportedUsers.now),
    ...middle('0'),
    numberOr(supportedUsers.after),
  ]
  const why = reasons.map((reason) => `• ${escaped(reasonSentence(reason))}`).join('\n')
  return [
    table(head, [...cells, carried]),
    ...(reasons.length === 0
      ? []
      : [section(`${verdictWord[forecast.verdict]}, because:\n${why}`)]),
    context(checkedAgainst(forecast)),
  ]
}

const verdictWord = { clear: 'Clear', review: 'Review', block: 'Blocked' } as const

function ofLimit({ demand, limit }: { demand: number | null; limit: number | null }): string {
  return `${numberOr(demand)} of ${numberOr(limit)}`
}

function stillShort({ severity }: { severity: string }): string {
  return severity === 'broken' ? ', still short' : ''
}

function numberOr(value: number | null): string {
  return value === null ? 'unknown' : number(value)
}

function checkedAgainst({ facts, fingerprint }: ShownForecast): string {
  const seen = facts.flatMap((fact) => (fact.kind === 'observed' ? [fact.observedAt] : []))
  const when = seen.length === 0 ? 'nothing observed' : `facts of ${face.time(Math.min(...seen))}`
  return `Checked against ${when}. If they change, an approval is void. Forecast ${face.literal(fingerprint.slice(0, 8))}`
}
