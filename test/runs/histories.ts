/** Events as the executor writes them, and the shortest legal history to every stage. */
import { type Evidence, type RunEvent, runEventSchema } from '../../src/runs/events.ts'
import { evolve } from '../../src/runs/run.ts'
import type { Run, Stage } from '../../src/runs/stage.ts'

export type EventType = RunEvent['type']
export type StageKind = Stage['kind']

export const startedAt = 1_000_000

const forecast = {
  step: 'patch-cloud-sql-tier',
  input: { database: 'db', tier: 'db-custom-8-30720' },
  target: 'databases.db',
  effect: { code: 'resize', values: { database: 'db' } },
  verdict: 'review',
  reasons: [],
  rows: [],
  users: 10,
  nowUsers: 1,
  supportedUsers: { now: 1, after: 2 },
  disruption: null,
  costDeltaUsd: 592,
  fingerprint: 'sha',
  version: '17',
  facts: [],
  expects: [],
  undo: null,
  document: 'sha',
  policy: 'sha',
} as const

const planForecast = {
  items: [
    {
      kind: 'step',
      position: 1,
      step: 'patch-cloud-sql-tier',
      input: {},
      effect: { code: 'resize', values: { database: 'db' } },
      verdict: 'clear',
      reasons: [],
      supportedUsers: 2,
      disruptionSeconds: 60,
      costDeltaUsd: 592,
      minutes: 5,
      manual: false,
      writes: true,
    },
  ],
  stop: null,
  reasons: [],
  verdict: 'clear',
  users: 10,
  supportedUsers: { now: 1, after: 2 },
  outageSeconds: 60,
  minutes: { usual: 5, most: 5 },
  costDeltaUsd: 592,
  fingerprint: 'sha',
  facts: [],
  document: 'sha',
} as const

const evidence = {
  fact: 'databases.db.tier',
  predicted: 'a',
  observed: 'a',
  outcome: 'confirmed',
  source: 'test',
  observedAt: 1,
  remedy: null,
} as const

const intent = {
  id: 'i1',
  target: 'databases.db',
  version: '17',
  intendedAt: startedAt,
  sendBefore: startedAt + 5_000,
}

/** One of each type; where the fields decide, the others are made from these. */
const fields = {
  'run-started': {
    run: 'r1',
    system: 'tuki',
    document: 'sha',
    by: 'U0SOFIA',
    channel: 'C0',
    plan: [{ step: 'patch-cloud-sql-tier', input: {} }],
  },
  'plan-forecast': { forecast: planForecast },
  'plan-blocked': {},
  'plan-accepted': {},
  'condition-judged': { isMet: true, skips: 1, facts: [] },
  'watch-begun': {},
  'calm-began': { value: 3 },
  'calm-ended': { value: 30 },
  'watch-over': {},
  'person-asked': {},
  'person-answered': { by: 'U0LUIS' },
  'hold-intended': { target: 'poolers.p', until: startedAt + 60_000, instance: 'p1' },
  'hold-taken': {},
  'hold-released': {},
  'step-skipped': { by: 'U0LUIS', reason: 'done by hand' },
  'message-posted': { channel: 'C0', ts: '1.1' },
  'step-forecast': { forecast },
  'step-blocked': {},
  'step-unneeded': {},
  'approval-requested': {
    approval: 'a1',
    token: 'r1.t',
    needed: 1,
    approvers: ['U0LUIS'],
    expiresAt: startedAt + 60_000,
  },
  'consent-given': { approval: 'a1', by: 'U0LUIS' },
  'approval-rejected': { approval: 'a1', by: 'U0LUIS' },
  'approval-expired': { approval: 'a1' },
  'approval-voided': { moved: [{ what: 'version', before: '17', after: '18' }] },
  'step-claimed': { facts: [] },
  'write-withheld': {},
  'write-intended': { intent, facts: [] },
  'write-resent': { intent: 'i1', sendBefore: startedAt + 9_000 },
  'write-accepted': { intent: 'i1', operation: 'op-1' },
  'write-faulted': { intent: 'i1', code: 'busy', sent: 'no', message: 'busy' },
  'write-probed': { intent: 'i1', progress: { kind: 'absent' } },
  'operation-ended': { operation: 'op-1', error: null },
  'step-verified': { evidence: [evidence] },
  'run-parked': { why: { code: 'not-sent', why: 'busy' } },
  'run-resumed': { by: 'U0LUIS', choice: 'resume' },
  'run-aborted': { by: 'U0LUIS' },
  'person-reminded': {},
  'reminder-posted': { stand: 1, reminders: 1 },
  'followed-up': { by: 'U0LUIS', what: 'the tier stays' },
  'no-judged': { by: 'U0LUIS', isRight: true, why: 'it was full' },
} as const satisfies Record<EventType, object>

export const eventTypes = runEventSchema.options.map(({ shape }) => shape.type.value)

export function event(type: EventType, changes: object = {}): RunEvent {
  return runEventSchema.parse({ type, v: 1, ...fields[type], ...changes })
}

const plan = [
  { step: 'patch-cloud-sql-tier', input: {} },
  { step: 'confirm', input: {} },
]
/** A run of two steps. */
const wholeStarted = event('run-started', { plan })
const planned = [wholeStarted, event('plan-forecast')]
const judged = [event('run-started'), event('step-forecast')]
const waiting = [...judged, event('approval-requested')]
const claimed = [...waiting, event('consent-given'), event('step-claimed')]
const sending = [...claimed, event('write-intended')]
const working = [...sending, event('write-accepted')]
const acted = [...working, event('operation-ended')]

export const historyTo: Readonly<Record<StageKind, readonly RunEvent[]>> = {
  planning: [wholeStarted],
  planned,
  consulting: [...planned, event('approval-requested')],
  asked: [...judged, event('person-asked')],
  watching: [event('run-started'), event('watch-begun')],
  reached: [event('run-started')],
  judged,
  waiting,
  claimed,
  sending,
  working,
  acted,
  parked: [...sending, event('run-parked')],
  ended: [...acted, event('step-verified')],
}

/** Each a second after the one before. */
export function runAfter(history: readonly RunEvent[]): Run {
  const run = history.reduce<Run | null>(
    (state, one) => evolve(state, { at: startedAt + 1_000 * (state?.version ?? 0), event: one }),
    null,
  )
  if (run === null) throw new Error('a history without events')
  return run
}

/** With another evidence. */
export function verifiedAs(...outcomes: readonly Evidence['outcome'][]): RunEvent {
  return event('step-verified', { evidence: outcomes.map((outcome) => ({ ...evidence, outcome })) })
}
