/**
 * The one loop: read the run, decide, do it, append what happened, until there is nothing to do now.
 * DESIGN.md, 3.
 */
import type { BoundStep } from '../define/step.ts'
import { Fault } from '../world/fault.ts'
import { expireApproval, forecastStep, grantClaim, settleForecast } from './consenting.ts'
import { type Action, decide, restAfterMs, type Traits } from './decide.ts'
import { releaseHold, takeHold } from './holding.ts'
import {
  type Again,
  again,
  type Done,
  decided,
  type Means,
  plannedStep,
  rest,
  type Task,
} from './means.ts'
import { forecastPlan, grantPlan, settlePlan } from './planning.ts'
import type { Run } from './stage.ts'
import { pollOperation, verifyStep } from './verifying.ts'
import { judgeCondition, watch } from './watching.ts'
import { probeWrite, sendAgain, writeOnce } from './writing.ts'

/** Actions in a row without a rest: more than any run needs, so a loop that makes no progress ends. */
const actionsAtMost = 200

/** Brings a run as far as it goes now. Gives when to come back, in ms from now; null: when somebody appends. */
export async function advance(means: Means, id: string): Promise<number | null> {
  for (let count = 0; count < actionsAtMost; count += 1) {
    const run = await means.journal.read(id)
    if (run === null) return null
    const step = plannedStep(means, run)
    const now = await means.journal.now()
    const action = decide(run, traitsOf(means, step), { now, instance: means.instance })
    if (action.kind === 'rest') return null
    if (action.kind === 'wait') return action.until === null ? null : action.until - now
    const done = await act({ means, run, step }, action)
    if (done.kind === 'rest') return done.forMs
  }
  throw new Error(`${id} did not come to rest in ${actionsAtMost} actions`)
}

type Doable = Exclude<Action, { kind: 'rest' } | { kind: 'wait' }>

/** Its step is null where the code of today refuses the stored input. */
type Reached = Pick<Task, 'means' | 'run'> & { readonly step: BoundStep | null }

function traitsOf({ document }: Means, step: BoundStep | null): Traits {
  if (step?.act.kind !== 'write') return { guard: null, holds: false }
  return { guard: step.act.guard, holds: step.act.hold(document) !== null }
}

/** Looking may fail: then it is looked again. A write's fault is recorded where it is sent. */
async function act({ means, run, step }: Reached, action: Doable): Promise<Done> {
  try {
    const whole = await actOnPlan({ means, run }, action)
    if (whole !== null) return whole
    if (step === null) return await parkRefused(means, run)
    return await actOnce({ means, run, step }, action)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return rest(restAfterMs.fault)
  }
}

/** What concerns the plan, or a step that may be another than the one that is reached; null: the rest. */
async function actOnPlan(
  task: Pick<Task, 'means' | 'run'>,
  { kind }: Doable,
): Promise<Done | null> {
  const item = task.run.plan[task.run.index]
  if (kind === 'judge-condition' && item?.kind === 'only-if') return judgeCondition(task, item)
  if (kind === 'watch' && item?.kind === 'wait') return watch(task, item)
  switch (kind) {
    case 'forecast-plan':
      return forecastPlan(task)
    case 'settle-plan':
      return settlePlan(task)
    case 'grant-plan':
      return grantPlan(task)
    case 'expire':
      return expireApproval(task)
    case 'release':
      return releaseHold(task)
    case 'remind':
      return decided(task, { type: 'person-reminded', v: 1 })
    default:
      return null
  }
}

async function actOnce(task: Task, action: Doable): Promise<Done> {
  const { stage } = task.run
  switch (action.kind) {
    case 'forecast':
      return forecastStep(task)
    case 'settle':
      return settleForecast(task)
    case 'grant':
      return grantClaim(task)
    case 'hold':
      return takeHold(task)
    case 'write':
      return writeOnce(task)
    case 'probe':
      return stage.kind === 'sending' ? probeWrite(task, stage) : again
    case 'resend':
      return stage.kind === 'sending' ? sendAgain(task, stage) : again
    case 'poll':
      return stage.kind === 'working' ? pollOperation(task, stage.operation) : again
    case 'verify':
      return stage.kind === 'acted' ? verifyStep(task, stage.endedAt) : again
    case 'park':
      return park(task, action.why)
    default:
      throw new Error(`${action.kind} concerns no step`)
  }
}

function park(task: Task, code: 'undecided' | 'not-sent'): Promise<Done> {
  const { fault, found } = task.run.record
  const seen = found?.progress.kind === 'unknown' ? found.progress.why : null
  const why = seen ?? fault?.message ?? 'no answer was heard'
  return decided(task, { type: 'run-parked', v: 1, why: { code, why } })
}

/** A deploy has changed the step so that it refuses the stored input: a person must see it. DESIGN.md, 5. */
function parkRefused(means: Means, run: Run): Promise<Done> {
  const item = run.plan[run.index]
  const step = item?.kind === 'step' ? item.step : ''
  const why = `this version refuses the stored input of ${step}`
  return decided(
    { means, run },
    { type: 'run-parked', v: 1, why: { code: 'stored-input-refused', why } },
  )
}

/** A defect of ours: the run is parked, so that nobody waits for what will not happen. DESIGN.md, 7. */
export function parkBroken({ journal }: Pick<Means, 'journal'>, id: string, error: unknown) {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return journal.change<Again>(id, (run) =>
    mayPark(run.stage)
      ? { kind: 'change', events: [{ type: 'run-parked', v: 1, why: { code: 'broken', why } }] }
      : again,
  )
}

function mayPark({ kind }: Run['stage']): boolean {
  return kind !== 'parked' && kind !== 'ended'
}
