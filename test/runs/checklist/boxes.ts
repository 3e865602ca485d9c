/** A checklist of three boxes and what can happen to it, for tests: one that the world shows, two that people say. */
import { type Checklist, evolve } from '../../../src/runs/checklist/checklist.ts'
import type { ChecklistEvent } from '../../../src/runs/checklist/events.ts'

export const startedAt = 1_000_000
const fact = 'databases.tuki-db-prod.tier'
const condition = { fact, is: 'equal', to: 'db-custom-8-30720' } as const
const box = { why: 'because', items: [], manual: true }

export const started: ChecklistEvent = {
  ...({ type: 'checklist-started', v: 1, checklist: 'c1', name: 'list' } as const),
  ...{ title: 'A list', parameters: {}, digest: 'f1', system: 'tuki', document: 'd1' },
  ...{ by: 'U0ANA', channel: 'C0INCIDENT' },
  boxes: [
    { ...box, title: 'the tier', evidence: [condition] },
    { ...box, title: 'the dashboards', evidence: [] },
    { ...box, title: 'the runbook', evidence: [] },
  ],
}

const reading = (value: string) => ({
  ...{ condition, reading: { kind: 'value', value } as const },
  ...{ source: 'Cloud SQL Admin API', observedAt: startedAt },
})

/** What the world says of the first box. */
export const seen = {
  ticked: sawFirst('ticked', { kind: 'so', ...reading('db-custom-8-30720') }),
  open: sawFirst('open', { kind: 'not-so', ...reading('db-custom-2-7680') }),
  unknown: sawFirst('unknown', { kind: 'unseen', condition, fact, why: { code: 'no-source' } }),
}

type SeenEvent = Extract<ChecklistEvent, { type: 'box-seen' }>

function sawFirst(is: SeenEvent['is'], sight: SeenEvent['sights'][number]): SeenEvent {
  return { type: 'box-seen', v: 1, box: 0, is, sights: [sight] }
}

export const tick = (box: number, by = 'U0ANA'): ChecklistEvent => ({
  ...{ type: 'box-ticked', v: 1, box, by, reason: null },
})
export const untick = (box: number): ChecklistEvent => ({
  ...{ type: 'box-unticked', v: 1, box, by: 'U0LUIS' },
})
export const skip = (box: number): ChecklistEvent => ({
  ...{ type: 'box-skipped', v: 1, box, by: 'U0LUIS', reason: 'not this week' },
})
export const ended: ChecklistEvent = { type: 'checklist-ended', v: 1, by: 'U0ANA' }

export function checklistAfter(events: readonly ChecklistEvent[]): Checklist {
  const [first, ...others] = events.map((event, index) => ({ at: startedAt + index, event }))
  if (first === undefined) throw new Error('no event, no checklist')
  return others.reduce((checklist, read) => evolve(checklist, read), evolve(null, first))
}
