/** Every run that can be reached: random events, of which the fold takes the legal ones, hostile texts. */

import fc from 'fast-check'
import { readSystemFile } from '../../../src/documents.ts'
import { examine } from '../../../src/gate/gate.ts'
import type { GateReason } from '../../../src/gate/reason.ts'
import { noHistory } from '../../../src/gate/rules.ts'
import type { Evidence, RecordedFact, RunEvent, ShownForecast } from '../../../src/runs/events.ts'
import { IllegalEvent } from '../../../src/runs/moves.ts'
import { evolve } from '../../../src/runs/run.ts'
import { shownForecast } from '../../../src/runs/shown.ts'
import type { Run } from '../../../src/runs/stage.ts'
import { catalogue } from '../../../src/steps/index.ts'
import { projectRoot } from '../../e2e/process.ts'

const now = Date.UTC(2026, 10, 23, 14, 2)
const at = fc.integer({ min: now, max: now + 3_600_000 })

/** What somebody else wrote: an error, a source, a name. */
export const hostile = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    '<!channel> <@U0LUIS> <!subteam^S0LEADS>',
    '<https://evil.example|approved> `*_~',
    '&lt;!here&gt; \u202egnihton',
    'line\nbreak\n\n*bold* `code',
    '<'.repeat(50),
    '`'.repeat(51),
    'x'.repeat(9_000),
    '& '.repeat(3_000),
  ),
)

const users = fc.constantFrom('U0ANA', 'U0LUIS', 'W0MARA')

export const system = (() => {
  const read = readSystemFile(`${projectRoot}system.yml`)
  if (read.kind === 'wrong') throw new Error(read.sentence)
  return read.document
})()

const steps = [
  ['patch-cloud-sql-tier', { database: 'tuki-db-prod', tier: 'db-custom-8-30720' }],
  ['patch-cloud-sql-tier', { database: 'tuki-db-prod', tier: 'db-perf-optimized-N-8' }],
  ['bump-celery-concurrency', { service: 'celery-worker', concurrency: 6 }],
  ['check-connections', { database: 'tuki-db-prod' }],
] as const

export const bound = steps.map(([name, input]) => {
  const step = catalogue.bind(name, input)
  if ('kind' in step) throw new Error(`${name} does not bind`)
  return step
})

const shown: readonly ShownForecast[] = bound.map((step) =>
  shownForecast(
    step,
    examine({
      document: system,
      facts: [],
      step,
      reservations: [],
      history: noHistory,
      run: null,
      now,
    }),
  ),
)

const gateReason: fc.Arbitrary<GateReason> = fc
  .record({
    code: fc.constantFrom('target-claimed', 'target-busy', 'not-runnable', 'not-allowed'),
    values: fc.record({ run: hostile, operation: hostile, state: hostile, rule: hostile }),
    subject: hostile,
  })
  .map((one) => ({ ...one, weight: 'block', law: null, before: null, after: null }))

const json = fc.oneof(hostile, fc.integer(), fc.boolean(), fc.constant(null))
const fact: fc.Arbitrary<RecordedFact> = fc.oneof(
  fc.record({
    kind: fc.constant('observed'),
    name: hostile,
    value: json,
    source: hostile,
    observedAt: at,
  }),
  fc.record({ kind: fc.constant('unavailable'), name: hostile, source: hostile, why: hostile }),
)
const evidence: fc.Arbitrary<Evidence> = fc.record({
  fact: hostile,
  predicted: json,
  observed: json,
  outcome: fc.constantFrom('confirmed', 'contradicted', 'not-observed'),
  source: hostile,
  observedAt: fc.oneof(at, fc.constant(null)),
  remedy: fc.oneof(hostile, fc.constant(null)),
})

const forecast: fc.Arbitrary<ShownForecast> = fc
  .record({
    shown: fc.constantFrom(...shown),
    more: fc.array(gateReason, { maxLength: 6 }),
    facts: fc.array(fact, { maxLength: 20 }),
    repeat: fc.integer({ min: 1, max: 12 }),
    names: hostile,
  })
  .map(({ shown: one, more, facts, repeat, names }) => ({
    ...one,
    effect: { ...one.effect, values: { ...one.effect.values, to: names } },
    reasons: [...more, ...one.reasons],
    rows: Array.from({ length: repeat }, () => one.rows).flat(),
    facts: [...facts],
  }))

const intent = fc.record({
  id: fc.constant('i-1'),
  target: fc.constant('databases.tuki-db-prod'),
  version: fc.oneof(hostile, fc.constant(null)),
  intendedAt: at,
  sendBefore: at,
})
const parked: fc.Arbitrary<Extract<RunEvent, { type: 'run-parked' }>['why']> = fc.oneof(
  fc.record({
    code: fc.constantFrom('undecided', 'not-sent', 'cannot-look', 'stored-input-refused'),
    why: hostile,
  }),
  fc.record({ code: fc.constant('operation-failed'), error: hostile }),
  fc.constant({ code: 'contradicted' as const }),
  fc.record({ code: fc.constant('nobody-may-approve'), needed: fc.integer({ min: 1, max: 3 }) }),
)
const progress = fc.oneof(
  fc.constant({ kind: 'absent' as const }),
  fc.record({ kind: fc.constant('running'), operation: hostile }),
  fc.record({ kind: fc.constant('done'), by: fc.constantFrom('me', 'as-wished') }),
  fc.record({ kind: fc.constant('unknown'), why: hostile, operation: fc.constant(null) }),
)
const v = fc.constant(1)
const approval = fc.constant('a-1')

const onward: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ type: fc.constant('step-forecast'), v, forecast }),
  fc.record({
    ...{ type: fc.constant('approval-requested'), v, approval },
    token: fc.constant('r-1.secret'),
    needed: fc.integer({ min: 1, max: 3 }),
    approvers: fc.array(users, { maxLength: 40 }),
    expiresAt: at,
  }),
  fc.record({
    type: fc.constant('consent-given'),
    v,
    approval,
    by: users,
  }),
  fc.record({
    ...{ type: fc.constant('approval-voided'), v },
    moved: fc.array(fc.record({ what: hostile, before: json, after: json }), { maxLength: 9 }),
  }),
  fc.record({ type: fc.constant('step-claimed'), v, facts: fc.array(fact, { maxLength: 3 }) }),
  fc.record({
    type: fc.constant('write-intended'),
    v,
    intent,
    facts: fc.array(fact, { maxLength: 1 }),
  }),
  fc.record({ type: fc.constant('write-resent'), v, intent: fc.constant('i-1'), sendBefore: at }),
  fc.record({
    ...{ type: fc.constant('write-accepted'), v, intent: fc.constant('i-1') },
    operation: fc.oneof(hostile, fc.constant(null)),
  }),
  fc.record({
    ...{ type: fc.constant('write-faulted'), v, intent: fc.constant('i-1') },
    code: fc.constant('time-out'),
    sent: fc.constantFrom('yes', 'no', 'unknown'),
    message: hostile,
  }),
  fc.record({ type: fc.constant('write-probed'), v, intent: fc.constant('i-1'), progress }),
  fc.record({
    ...{ type: fc.constant('operation-ended'), v, operation: hostile },
    error: fc.oneof(hostile, fc.constant(null)),
  }),
  fc.record({
    type: fc.constant('step-verified'),
    v,
    evidence: fc.array(evidence, { maxLength: 9 }),
  }),
  fc.record({ type: fc.constant('run-parked'), v, why: parked }),
  fc.record({
    type: fc.constant('run-resumed'),
    v,
    by: users,
    choice: fc.constantFrom('resume', 'retry'),
  }),
  fc.constant({ type: 'person-reminded' as const, v: 1 as const }),
)

/** What people say of it, whenever they may. */
const opinion: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ type: fc.constant('followed-up'), v, by: users, what: hostile }),
  fc.record({ type: fc.constant('no-judged'), v, by: users, isRight: fc.boolean(), why: hostile }),
)

const ending: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constant({ type: 'step-blocked' as const, v: 1 as const }),
  fc.record({ type: fc.constant('approval-expired'), v, approval }),
  fc.constant({ type: 'write-withheld' as const, v: 1 as const }),
  fc.record({ type: fc.constant('run-aborted'), v, by: users }),
  fc.record({ type: fc.constant('approval-rejected'), v, approval, by: users }),
)
/** What ends a run is rare, or no run would get far. */
const event = fc.oneof(
  { arbitrary: onward, weight: 40 },
  { arbitrary: fc.oneof(ending, opinion), weight: 1 },
)

/** A run at the end of a random life. */
export const anyRun: fc.Arbitrary<Run> = fc
  .tuple(fc.option(hostile), fc.array(event, { minLength: 0, maxLength: 80, size: 'max' }))
  .map(([reason, events]) => events.reduce(taken, begun(reason)))

/** `reason`: why the glass is to be broken for it; null: it is not. */
function begun(reason: string | null): Run {
  const [first] = steps
  return evolve(null, {
    at: now,
    event: {
      ...{ type: 'run-started', v: 1, run: 'r-1', system: 'tuki', document: 'd', by: 'U0ANA' },
      channel: 'C0INCIDENT',
      plan: [{ step: first[0], input: { ...first[1] } }],
      ...(reason === null ? {} : { breakGlass: { reason } }),
    },
  })
}

/** An event that cannot happen at this stage does not. */
function taken(run: Run, one: RunEvent): Run {
  try {
    return evolve(run, { at: run.lastAt + 1_000, event: one })
  } catch (error) {
    if (error instanceof IllegalEvent) return run
    throw error
  }
}
