/**
 * Two runs on different targets of one database, each fine alone and not both, brought on by two instances, one
 * of which may die: what is judged is the product's own gate, on the claims of the product's own headroom.
 */
import { type SystemDocument, systemSchema } from '../../src/capacity/system.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { judgeConsent } from '../../src/gate/policy.ts'
import { type Action, decide } from '../../src/runs/decide.ts'
import type { HeadroomEvent, RunEvent } from '../../src/runs/events.ts'
import { claimsOfOthers } from '../../src/runs/headroom.ts'
import { type Change, claimEvents } from '../../src/runs/journal.ts'
import { evolve } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { pairOf, roomy } from '../gate/pair.ts'
import { examined } from '../gate/sample.ts'
import type { Model, Move } from './explore.ts'
import { event, runAfter } from './histories.ts'
import { forecastOn, headOf } from './model-events.ts'
import { luis, site } from './process.ts'

/** It has read one of the runs and the claims, and decided. */
type Decided = {
  readonly kind: 'decided'
  readonly of: 0 | 1
  readonly action: Action['kind']
  readonly run: Run
  readonly changes: number
  readonly isBlocked: boolean
}
type Instance = { readonly kind: 'idle' } | Decided

export type State = {
  readonly runs: readonly [Run, Run]
  readonly headroom: readonly HeadroomEvent[]
  /** Whose change is in force. */
  readonly inForce: readonly (0 | 1)[]
  readonly instances: readonly [Instance, Instance]
  readonly crashesLeft: number
}

const { instances: more, tasks, catalogue } = pairOf()
const steps = [more, tasks] as const
const idle: Instance = { kind: 'idle' }

const begun = (step: BoundStep, run: string) =>
  runAfter([event('run-started', { run, plan: [{ step: step.name, input: step.input }] })])

export const twoRuns: Model<State> = {
  start: {
    runs: [begun(more, 'r1'), begun(tasks, 'r2')],
    ...{ headroom: [], inForce: [], instances: [idle, idle], crashesLeft: 1 },
  },
  next: (state) => [
    ...([0, 1] as const).flatMap((at) => onInstance(state, at)),
    ...([0, 1] as const).flatMap((of) => clicked(state, of)),
  ],
  key: ({ runs, headroom, inForce, instances, crashesLeft }) => {
    const shape = (one: Instance) => {
      if (one.kind === 'idle') return 'idle'
      const isCurrent = one.run.version === runs[one.of].version
      const isAlone = one.changes === headOf(headroom).changes
      return [one.of, isCurrent, isAlone, one.action, one.isBlocked].join()
    }
    const stages = runs.map(({ stage, record }) => [stage, record.forecast?.verdict])
    const { claims } = headOf(headroom)
    const both = instances.map(shape).toSorted()
    return JSON.stringify([stages, claims, inForce, both, crashesLeft])
  },
  isEnd: ({ runs }) => runs.every(({ stage }) => stage.kind === 'ended'),
  wrong: ({ inForce }) => (inForce.length > 1 ? 'both are in force' : null),
}

function onInstance(state: State, at: 0 | 1): readonly Move<State>[] {
  const name = at === 0 ? 'A' : 'B'
  const one = state.instances[at]
  const other = state.instances[at === 0 ? 1 : 0]
  const as = (next: Instance, rest: State = state): State => ({
    ...rest,
    instances: at === 0 ? [next, other] : [other, next],
  })
  if (one.kind === 'idle')
    return ([0, 1] as const).flatMap((of) => {
      const decided = decidedOn(state, of)
      return decided === null
        ? []
        : [{ by: `${name} decides to ${decided.action} ${of}`, to: as(decided) }]
    })
  const crash = { ...state, crashesLeft: state.crashesLeft - 1 }
  return [
    { by: `${name} does ${one.action} ${one.of}`, to: as(idle, acted(state, one)) },
    ...(state.crashesLeft > 0 ? [{ by: `${name} dies`, to: as(idle, crash) }] : []),
  ]
}

function decidedOn(state: State, of: 0 | 1): Decided | null {
  const run = state.runs[of]
  const moment = { now: 1e15, instance: 'p1' }
  const action = decide(run, { guard: 'version', holds: false }, moment).kind
  if (action === 'wait' || action === 'rest') return null
  const { changes } = headOf(state.headroom)
  return { kind: 'decided', of, action, run, changes, isBlocked: isBlocked(state, of) }
}

const verdicts = new Map<string, boolean>()

/** The gate's own verdict, on what is in force and on everybody else's claims. */
function isBlocked({ headroom, inForce }: State, of: 0 | 1): boolean {
  const others = claimsOfOthers(headOf(headroom), `r${of + 1}`, 0)
  const name = JSON.stringify([of, others, inForce])
  const known = verdicts.get(name)
  if (known !== undefined) return known
  const reservations = others.map(({ run, target, step, input }) => {
    const bound = catalogue.bind(step, input)
    return { run, target, step: 'kind' in bound ? null : bound }
  })
  const document = inForce.reduce(withChange, roomy)
  const asked = { document, facts: [], step: steps[of], reservations }
  const blocked = examined(asked).verdict === 'block'
  verdicts.set(name, blocked)
  return blocked
}

function withChange(document: SystemDocument, of: 0 | 1): SystemDocument {
  const prediction = steps[of].predict(document)
  if ('kind' in prediction) throw new Error(prediction.code)
  return systemSchema.parse(prediction.after)
}

/** A yes that no longer fits is void, and what was judged is judged again: the claim is alone, or it is none. */
function acted(state: State, { of, action, run, changes, isBlocked: no }: Decided): State {
  if (state.runs[of].version !== run.version) return state
  const isAlone = headOf(state.headroom).changes === changes
  const record = (one: RunEvent, change?: Partial<Change>) => appended(state, of, one, change)
  const { target } = steps[of]
  switch (action) {
    case 'forecast':
      return record(forecastOn({ target, verdict: no ? 'block' : 'review' }))
    case 'settle':
      return run.record.forecast?.verdict === 'block'
        ? record(event('step-blocked'))
        : record(event('approval-requested', { expiresAt: 9e15, approvers: [luis.user] }))
    case 'grant':
      if (!isAlone) return state
      return no ? record(event('approval-voided')) : record(event('step-claimed'), { claim: true })
    case 'write':
      if (!isAlone) return state
      return no
        ? record(event('approval-voided'))
        : record(event('write-intended', { intent: { ...intent, id: `i-${of}`, target } }))
    // What was sent and what was found are one here: a letter between them is the other model's.
    case 'probe': {
      const inForce = state.inForce.includes(of) ? state.inForce : [...state.inForce, of]
      const progress = { kind: 'done', by: 'me' }
      const found = event('write-probed', { intent: `i-${of}`, progress })
      return appended({ ...state, inForce }, of, found)
    }
    case 'verify':
      return record(event('step-verified'))
    default:
      throw new Error(`${action} is not foreseen`)
  }
}

const intent = { version: '17', intendedAt: 0, sendBefore: 0 }

function clicked(state: State, of: 0 | 1): readonly Move<State>[] {
  const { by, stage } = state.runs[of]
  if (stage.kind !== 'waiting') return []
  const { approval } = stage
  const judged = judgeConsent(approval, approval.token, site.policy, by, luis, 0)
  if (judged.kind !== 'counted') return []
  const consent = event('consent-given', { approval: approval.id, by: luis.user })
  return [{ by: `Luis clicks ${of}`, to: appended(state, of, consent) }]
}

function appended(state: State, of: 0 | 1, one: RunEvent, more: Partial<Change> = {}): State {
  const before = state.runs[of]
  const run = evolve(before, { at: 0, event: one })
  const held = headOf(state.headroom)
  const change: Change = { kind: 'change', events: [one], ...more }
  const claims = claimEvents(run, { id: run.id, before, held, now: 0 }, change)
  const other = state.runs[of === 0 ? 1 : 0]
  const runs = of === 0 ? ([run, other] as const) : ([other, run] as const)
  return { ...state, runs, headroom: [...state.headroom, ...claims] }
}
