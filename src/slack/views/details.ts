/** What a run was judged on: the facts with source and time, the expectations, the fingerprint. Pure. */
import { headroomStream } from '../../runs/headroom.ts'
import type { Sealed } from '../../runs/journal.ts'
import type { Run } from '../../runs/stage.ts'
import { reasonSentence } from '../../words/en-reasons.ts'
import { escaped, slackFace as face, longSection, type Message, section } from './blocks.ts'
import { show } from './evidence.ts'

export function detailsMessage(run: Run, sealed: Sealed | null): Message {
  const { forecast } = run.record
  if (forecast === null) {
    const text = `${face.run(run.id)} has no forecast yet.`
    return { text, blocks: [section(text)] }
  }
  const facts = forecast.facts.map((fact) =>
    fact.kind === 'observed'
      ? `• ${face.literal(fact.name)} ${face.literal(show(fact.value))}, ${escaped(fact.source)}, ${face.time(fact.observedAt)}`
      : `• ${face.literal(fact.name)} unknown: ${escaped(fact.why)}`,
  )
  const expects = forecast.expects.map(
    ({ fact, predicted }) => `• ${face.literal(fact)} ${face.literal(show(predicted))}`,
  )
  const reasons = forecast.reasons.map((reason) => `• ${escaped(reasonSentence(reason))}`)
  const parts = [
    `*${face.run(run.id)}*, forecast ${face.literal(forecast.fingerprint)}`,
    `*Reasons*\n${reasons.join('\n') || 'none'}`,
    `*Judged on*\n${facts.join('\n') || 'nothing observed'}`,
    `*Afterwards I look whether*\n${expects.join('\n') || 'nothing is expected'}`,
  ]
  if (sealed !== null) parts.push(sealText(run, sealed))
  return { text: `The details of run ${run.id}.`, blocks: parts.map(longSection) }
}

/** Said outside the ledger, so that nobody who rewrites it can rewrite this too. */
function sealText(run: Run, { run: own, system }: Sealed): string {
  return [
    '*Sealed*',
    `• this run ${face.literal(`${run.id}:${own}`)}`,
    `• and everything before it ${face.literal(`${headroomStream(run.system)}:${system}`)}`,
    `Either is an anchor for ${face.literal('plimsoll ledger verify --anchor')}.`,
  ].join('\n')
}
