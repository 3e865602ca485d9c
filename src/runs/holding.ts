/** What is held before a write and must be let go whatever happens. DESIGN.md, 3: Release. */
import type { Hold } from '../define/step.ts'
import { clearHold, clearRelease } from '../gate/clearance.ts'
import type { Clearance } from '../world/clearance.ts'
import { Fault } from '../world/fault.ts'
import { mayWait } from './consenting.ts'
import { restAfterMs } from './decide.ts'
import {
  type Done,
  decided,
  decidedOn,
  lookAt,
  plannedStep,
  rest,
  type Task,
  writeOf,
} from './means.ts'
import { clearFor, refusalOf, timeToSend } from './writing.ts'

/** After this a person is told that it could not be let go; it is tried again all the same. */
const tellAfterMs = 30_000

/** The intention first: whoever comes after a crash then knows what may be held. */
export async function takeHold(task: Task): Promise<Done> {
  const { means, step } = task
  const hold = writeOf(task).hold(means.document)
  if (hold === null) throw new Error(`${step.name} holds nothing`)
  const look = await lookAt(task)
  if (!look.isClear && (await mayWait(task))) return rest(restAfterMs.fault)
  const time = await timeToSend(means)
  const { now, sendBefore } = time
  const { target, secondsMax } = hold
  const cleared = clearFor(task, look, {
    intent: {
      id: `h-${means.newId()}`,
      target: step.target,
      version: null,
      intendedAt: now,
      sendBefore,
    },
    time,
    clear: (request) => clearHold(request, { target }),
  })
  if (cleared.kind !== 'cleared') return decided(task, refusalOf(task, cleared))
  const until = now + 1_000 * secondsMax
  const { instance } = means
  const intended = await decidedOn(look, task, {
    ...({ type: 'hold-intended', v: 1, target: hold.holds, until, instance } as const),
  })
  if (intended.kind !== 'changed') return intended
  const held = { ...task, run: intended.run }
  try {
    await hold.take(cleared.clearance, means.world)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return letGo(held, error.message)
  }
  const taken = await decided(held, { type: 'hold-taken', v: 1 })
  // The run has gone on while we took it: whoever let go then may have done so before it was taken.
  if (taken.kind === 'again') await letGoLate(means, hold)
  return taken
}

const lateAttempts = 5

/** Nothing in the ledger says any more that it is held, so nobody else will come for it. */
async function letGoLate(means: Task['means'], hold: Hold): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await hold.release(await releaseOf(means, hold), means.world)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (attempt === lateAttempts)
        throw new Error(`${hold.holds} may still be held: let it go by hand`, { cause: error })
    }
  }
}

async function releaseOf(means: Task['means'], { target }: Hold): Promise<Clearance> {
  const { spendBefore } = await timeToSend(means)
  return clearRelease({ id: `r-${means.newId()}`, target, spendBefore })
}

/** Safe to repeat: it is sent until it was answered, by whoever finds it held. */
export function releaseHold(task: Pick<Task, 'means' | 'run'>): Promise<Done> {
  return letGo(task, null)
}

/** `failed`: why what it was for does not happen. */
async function letGo(task: Pick<Task, 'means' | 'run'>, failed: string | null): Promise<Done> {
  const { means, run } = task
  const { held } = run
  const step = held === null ? null : plannedStep(means, run, held.index)
  const hold = step?.act.kind === 'write' ? step.act.hold(means.document) : null
  if (held === null) throw new Error(`${run.id} holds nothing`)
  const tell = (why: string): Promise<Done> =>
    decided(task, { type: 'run-parked', v: 1, why: { code: 'not-released', why } })
  // A deploy has changed the step, or the document, while it held.
  if (hold === null)
    return mayTell(run.stage.kind)
      ? tell(`this version does not know how to let go of ${held.target}; do it by hand`)
      : rest(tellAfterMs)
  const now = await means.journal.now()
  try {
    await hold.release(await releaseOf(means, hold), means.world)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const isEarly = now < held.until + tellAfterMs
    return isEarly || !mayTell(run.stage.kind) ? rest(1_000) : tell(error.message)
  }
  const released = { type: 'hold-released', v: 1 } as const
  if (failed === null) return decided(task, released)
  const why = { code: 'not-sent', why: failed } as const
  return decided(task, released, { type: 'run-parked', v: 1, why })
}

function mayTell(kind: Task['run']['stage']['kind']): boolean {
  return kind !== 'parked' && kind !== 'ended'
}
