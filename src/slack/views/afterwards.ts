/** What an ended run leaves: what is there now by the forecast, what to do next, and how to go back. Pure. */
import type { ShownForecast } from '../../runs/events.ts'
import type { Run } from '../../runs/stage.ts'
import { stepLine } from '../../words/en.ts'
import { reasonSentence } from '../../words/en-reasons.ts'
import { number } from '../../words/numbers.ts'
import { escaped, slackFace as face } from './blocks.ts'
import { isThrough } from './plan-run.ts'

export function afterwards(run: Run): readonly string[] {
  const { stage, record, proposal } = run
  if (isThrough(run))
    return [...carried(proposal.forecast), `Undo: ${face.literal(`/runbook undo ${run.id}`)}`]
  const { forecast } = record
  if (stage.kind !== 'ended' || record.endedAt === null || forecast === null) return []
  const { reasons, undo } = forecast
  return [
    ...carried(forecast),
    ...reasons
      .filter(({ code }) => code === 'alert-misplaced')
      .map((reason) => `Next: ${escaped(reasonSentence(reason))}`),
    ...(undo?.kind === 'step'
      ? [`Undo: ${face.literal(stepLine('/runbook do', undo.step, undo.input))}`]
      : []),
  ]
}

function carried(
  forecast: Pick<ShownForecast, 'supportedUsers' | 'users'> | null,
): readonly string[] {
  if (forecast === null) return []
  const { supportedUsers, users } = forecast
  const { now, after } = supportedUsers
  return now === null || after === null
    ? []
    : [
        `By the forecast it carries ${number(after)} of ${number(users)} users; before, ${number(now)}.`,
      ]
}
