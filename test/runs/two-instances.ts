/**
 * Two instances of the bot on one run of three steps, in the small: reads and appends apart, letters that are on their
 * way, a reply that is lost, a crash, clicks as often as anybody likes. What is pure is the product's own.
 */
import { judgeConsent } from '../../src/gate/policy.ts'
import { decide } from '../../src/runs/decide.ts'
import type { RunEvent } from '../../src/runs/events.ts'
import type { Change } from '../../src/runs/journal.ts'
import { claimEvents } from '../../src/runs/journal.ts'
import { isAwaited } from '../../src/runs/means.ts'
import { evolve } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { abortRun, resumeWith, type Verdict } from '../../src/runs/steering.ts'
import type { Model, Move } from './explore.ts'
import { event, runAfter } from './histories.ts'
import { forecastOn, headOf } from './model-events.ts'
import { luis, site } from './process.ts'
import { faulted, type Instance, letters, type State } from './two-instances-world.ts'

const idle: Instance = { kind: 'idle' }
const item = { step: 'patch-cloud-sql-tier', input: {} }
/** Every wait is over, and no approval has expired. */
const late = 1e15
const expiresAt = 9e15

const start: State = {
  run: runAfter([event('run-started', { plan: [item, item, item] })]),
  headroom: [],
  world: { version: 17, mark: null, effects: [], failed: [], letters: [] },
  instances: [idle, idle],
  ...{ crashesLeft: 1, lossesLeft: 1, retriesLeft: 1, failuresLeft: 1, intents: 0, consents: 0 },
}

export const twoInstances: Model<State> = {
  start,
  next: (state) =>
    [...onInstance(state, 0), ...onInstance(state, 1), ...letters(state), ...people(state)].map(
      ({ by, to }) => ({ by, to: withoutLosers(to) }),
    ),
  key,
  isEnd: ({ run }) => run.stage.kind === 'ended',
  wrong: ({ world: { effects }, consents, run }) => {
    if (new Set(effects).size < effects.length) return 'a step was written twice'
    if (consents > 1) return 'one person was counted twice'
    if (run.stage.kind === 'ended' && run.stage.outcome === 'verified' && effects.length !== 3)
      return 'verified, and not written'
    return null
  },
}

/** Whoever has read what is no longer so will append nothing: it is as if it had not begun. */
function withoutLosers(state: State): State {
  const { run, instances } = state
  const kept = (one: Instance) =>
    one.kind === 'decided' && one.run.version !== run.version ? idle : one
  return { ...state, instances: [kept(instances[0]), kept(instances[1])] }
}

/** What cannot change what follows is left out: times, counts of events, how often something was looked at. */
function key({ run, headroom, world, instances, ...left }: State): string {
  const { stage, index, record, past, proposal } = run
  const shape = (one: Instance) => {
    if (one.kind !== 'decided') return JSON.stringify(one)
    const { action, changes, seen } = one
    const isAlone = changes === headOf(headroom).changes
    return JSON.stringify([action, isAlone, action === 'probe' ? seen.mark : seen.version])
  }
  return JSON.stringify([
    ...[stage, index, record.byPlan, record.forecast?.version, record.found?.progress],
    ...[past.length, proposal.approval?.consents.length, headOf(headroom).claims, world],
    // Which of the two it is makes no difference.
    ...[instances.map(shape).toSorted(), left],
  ])
}

function onInstance(state: State, index: 0 | 1): readonly Move<State>[] {
  const name = index === 0 ? 'A' : 'B'
  const one = state.instances[index]
  const other = state.instances[1 - index] ?? idle
  const as = (next: Instance, rest: State = state): State => ({
    ...rest,
    instances: index === 0 ? [next, other] : [other, next],
  })
  const crash: readonly Move<State>[] =
    one.kind === 'idle' || state.crashesLeft === 0
      ? []
      : [{ by: `${name} dies`, to: as(idle, { ...state, crashesLeft: state.crashesLeft - 1 }) }]
  return [...steps(), ...crash]

  function steps(): readonly Move<State>[] {
    switch (one.kind) {
      case 'idle': {
        const action = decide(state.run, { guard: 'version', holds: false }, moment)
        // A reminder moves nothing: reminders.test.ts.
        if (['wait', 'rest', 'remind'].includes(action.kind)) return []
        const { changes } = headOf(state.headroom)
        const { run, world } = state
        const decided = { kind: 'decided', action: action.kind, run, changes, seen: world } as const
        return [{ by: `${name} decides to ${action.kind}`, to: as(decided) }]
      }
      case 'decided': {
        const { next, to } = acted(state, one)
        return [{ by: `${name} does ${one.action}`, to: as(next, to) }]
      }
      case 'cleared': {
        const { world } = state
        const sent = { ...world, letters: [...world.letters, one.letter] }
        const hearing = { kind: 'hearing', letter: one.letter } as const
        return [{ by: `${name} sends`, to: as(hearing, { ...state, world: sent }) }]
      }
      case 'hearing':
        if (state.lossesLeft === 0) return []
        return [
          {
            by: `${name} hears nothing`,
            to: as(faulted(one.letter, 'unknown'), { ...state, lossesLeft: state.lossesLeft - 1 }),
          },
        ]
      case 'heard': {
        const to = isAwaited(state.run.stage, one.answer) ? appended(state, [one.answer]) : state
        return [{ by: `${name} records ${one.answer.type}`, to: as(idle, to) }]
      }
    }
  }
}

const moment = { now: late, instance: 'p1' }

/** What the executor does with an action: it appends only to the run that it has read. */
function acted(state: State, one: Extract<Instance, { kind: 'decided' }>) {
  const lost = { next: idle, to: state }
  const { run, seen } = one
  if (state.run.version !== run.version) return lost
  const isAlone = headOf(state.headroom).changes === one.changes
  const record = (...events: readonly RunEvent[]) => ({ next: idle, to: appended(state, events) })
  const forecast = run.record.forecast
  switch (one.action) {
    case 'forecast-plan':
      return record(event('plan-forecast'))
    case 'settle-plan':
      return record(event('approval-requested', { expiresAt, approvers: [luis.user] }))
    case 'grant-plan':
      return record(event('plan-accepted'))
    case 'forecast':
      return record(forecastOn({ version: String(seen.version) }))
    case 'settle': {
      if (!isAlone) return lost
      if (isMoved()) return record(event('approval-voided'))
      const claimed = event('step-claimed', { byPlan: true })
      return { next: idle, to: appended(state, [claimed], { claim: true }) }
    }
    case 'write': {
      if (!isAlone) return lost
      if (isMoved()) return record(event('approval-voided'))
      const id = `i-${state.intents + 1}`
      const intent = { id, target: 'databases.db', version: forecast?.version, ...times }
      const to = appended({ ...state, intents: state.intents + 1 }, [
        event('write-intended', { intent }),
      ])
      const letter = { intent: id, version: seen.version, step: run.index }
      return { next: { kind: 'cleared', letter } as const, to }
    }
    case 'resend': {
      const { stage } = run
      if (!isAlone || stage.kind !== 'sending') return lost
      const { id, version } = stage.intent
      if (isMoved()) return { next: idle, to: givenUp(state, id) }
      const letter = { intent: id, version: Number(version), step: run.index }
      const to = appended(state, [event('write-resent', { intent: id, sendBefore: 0 })])
      return { next: { kind: 'cleared', letter } as const, to }
    }
    case 'probe':
      return run.stage.kind === 'sending'
        ? record(probed(run.stage.intent.id, seen.mark === run.stage.intent.id))
        : lost
    case 'poll': {
      if (run.stage.kind !== 'working') return lost
      const { operation } = run.stage
      const error = seen.failed.includes(operation) ? 'INTERNAL_ERROR' : null
      const answer = event('operation-ended', { operation, error })
      return answer.type === 'operation-ended'
        ? { next: { kind: 'heard', answer } as const, to: state }
        : lost
    }
    case 'verify':
      return record(event('step-verified'))
    case 'park':
      return record(event('run-parked'))
    default:
      throw new Error(`${one.action} is not foreseen`)
  }

  function isMoved(): boolean {
    return forecast?.version !== String(seen.version)
  }
}

const times = { intendedAt: 0, sendBefore: 0 }

/**
 * Where the gate says no an intent that may have left is given up only when all is quiet: what was on its way has
 * arrived, what had not left can leave no more, and it is looked for once again.
 */
function givenUp(state: State, intent: string): State {
  const { world, instances } = state
  if (world.letters.some((letter) => letter.intent === intent)) return state
  if (world.mark === intent) return appended(state, [probed(intent, true)])
  const expired = (one: Instance) =>
    one.kind === 'cleared' && one.letter.intent === intent ? faulted(one.letter, 'no') : one
  const [one, other] = instances
  const quiet: State = { ...state, instances: [expired(one), expired(other)] }
  return appended(quiet, [event('approval-voided')])
}

function probed(intent: string, isMine: boolean): RunEvent {
  const progress = isMine ? { kind: 'running', operation: intent } : { kind: 'absent' }
  return event('write-probed', { intent, progress })
}

/** A click as often as anybody likes: each is judged on the run as it is then. */
function people(state: State): readonly Move<State>[] {
  const { run } = state
  const { policy } = site
  const steered = (by: string, verdict: Verdict, rest: State = state): readonly Move<State>[] =>
    verdict.kind === 'change' ? [{ by, to: appended(rest, verdict.events) }] : []
  const retried = { ...state, retriesLeft: state.retriesLeft - 1 }
  return [
    ...clicked(state),
    ...steered('Luis aborts', abortRun(run, luis, policy)),
    ...steered('Luis resumes', resumeWith('resume')(run, luis, policy)),
    ...(state.retriesLeft > 0
      ? steered('Luis retries', resumeWith('retry')(run, luis, policy), retried)
      : []),
  ]
}

function clicked(state: State): readonly Move<State>[] {
  const { run } = state
  if (run.stage.kind !== 'consulting' && run.stage.kind !== 'waiting') return []
  const { approval } = run.stage
  const judged = judgeConsent(approval, approval.token, site.policy, run.by, luis, 0)
  if (judged.kind !== 'counted') return []
  const consent = event('consent-given', { approval: approval.id, by: luis.user })
  const to = appended({ ...state, consents: state.consents + 1 }, [consent])
  return [{ by: 'Luis clicks', to }]
}

/** The version-checked append in the small: whoever comes here has seen the newest. Throws IllegalEvent. */
function appended(state: State, events: readonly RunEvent[], more: Partial<Change> = {}): State {
  const run = events.reduce<Run>((one, next) => evolve(one, { at: 0, event: next }), state.run)
  const held = headOf(state.headroom)
  const change: Change = { kind: 'change', events, ...more }
  const seen = { id: run.id, before: state.run, held, now: 0 }
  return { ...state, run, headroom: [...state.headroom, ...claimEvents(run, seen, change)] }
}
