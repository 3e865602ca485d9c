/** Runs as a terminal lists them, and why it decides nothing. */
import type { StoredItem } from '../define/plan-item.ts'
import type { Run } from '../runs/stage.ts'
import { type Face, runStateWords } from './en.ts'
import { count } from './numbers.ts'

export function decideInSlack(verb: 'abort' | 'resume', run: string): string {
  return `A terminal does not know who you are, so nothing is decided here: ${verb} run \`${run}\` by the button of its living message${verb === 'abort' ? `, or with \`/runbook abort ${run}\`` : ''}.`
}

export function runsHead(runs: number, unreadable: readonly string[]): string {
  const open =
    runs === 0 ? 'No run is open.' : `${count(runs, 'run')} ${runs === 1 ? 'is' : 'are'} open.`
  return unreadable.length === 0
    ? open
    : `${open} This version cannot read ${unreadable.join(', ')}: \`plimsoll ledger verify\` says why.`
}

/** In every list of runs. */
export const brokenGlassOpen = ', its broken glass to be followed up'

/** `isFollowUpOpen`: the glass was broken for it, and nobody has said what became of that. */
export function runLine(run: Run, isFollowUpOpen: boolean, face: Face): string {
  const item = run.plan[run.index] ?? run.plan.at(-1)
  const what = run.runbook?.name ?? (item === undefined ? '' : itemName(item))
  const at =
    run.plan.length > 1
      ? ` (${Math.min(run.index + 1, run.plan.length)} of ${run.plan.length})`
      : ''
  const open = isFollowUpOpen ? brokenGlassOpen : ''
  return `${run.id}  ${face.time(run.startedAt)}  ${face.person(run.by)}: ${what}${at}, ${runStateWords(run, face)}${open}`
}

function itemName(item: StoredItem): string {
  return item.kind === 'step' ? item.step : item.kind
}
