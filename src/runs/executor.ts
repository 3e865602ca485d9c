/** The one loop: read the run, decide, do it, append what happened, until there is nothing to do now. DESIGN.md, 3. */
import { Fault } from '../world/fault.ts'
import { expireApproval, forecastStep, grantClaim, settleForecast } from './consenting.ts'
import { type Action, decide, restAfterMs } from './decide.ts'
import { again, type Done, decided, type Means, plannedStep, rest } from './means.ts'
import type { Run } from './run.ts'
import { pollOperation, probeWrite, sendAgain, verifyStep, writeOnce } from './writing.ts'

/** Actions in a row without a rest: more than any run needs, so a loop that makes no progress ends. */
const actionsAtMost = 200

/** Brings a run as far as it goes now. Gives when to come back, in ms from now; null: when somebody appends. */
export async function advance(means: Means, id: string): Promise<number | null> {
  for (let count = 0; count < actionsAtMost; count += 1) {
    const run = await means.journal.read(id)
    if (run === null) return null
    const now = await means.journal.now()
    const action = decide(run, guardOf(means, run), now)
    if (action.kind === 'rest') return null
    if (action.kind === 'wait') return action.until === null ? null : action.until - now
    const done = await doAction(means, run, action)
    if (done.kind === 'rest') return done.forMs
  }
  throw new Error(`${id} did not come to rest in ${actionsAtMost} actions`)
}

function guardOf(means: Means, run: Run) {
  const step = plannedStep(means, run)
  return step?.act.kind === 'write' ? step.act.guard : null
}

type Doable = Exclude<Action, { kind: 'rest' } | { kind: 'wait' }>

/** Looking may fail: then it is looked again. A write's fault is recorded where it is sent. */
async function doAction(means: Means, run: Run, action: Doable): Promise<Done> {
  try {
    return await act(means, run, action)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return rest(restAfterMs.fault)
  }
}

function act(means: Means, run: Run, action: Doable): Promise<Done> {
  const { stage } = run
  switch (action.kind) {
    case 'forecast':
      return forecastStep(means, run)
    case 'settle':
      return settleForecast(means, run)
    case 'expire':
      return expireApproval(means, run)
    case 'grant':
      return grantClaim(means, run)
    case 'write':
      return writeOnce(means, run)
    case 'probe':
      return stage.kind === 'sending' ? probeWrite(means, run, stage) : resolved()
    case 'resend':
      return stage.kind === 'sending' ? sendAgain(means, run, stage) : resolved()
    case 'poll':
      return stage.kind === 'working' ? pollOperation(means, run, stage.operation) : resolved()
    case 'verify':
      return stage.kind === 'acted' ? verifyStep(means, run, stage.endedAt) : resolved()
    case 'park':
      return park(means, run, action.why)
  }
}

async function resolved(): Promise<Done> {
  return again
}

function park(means: Means, run: Run, code: 'undecided' | 'not-sent'): Promise<Done> {
  const { fault, found } = run.record
  const seen = found?.progress.kind === 'unknown' ? found.progress.why : null
  const why = seen ?? fault?.message ?? 'no answer was heard'
  return decided(means, run, () => ({
    kind: 'change',
    events: [{ type: 'run-parked', v: 1, why: { code, why } }],
  }))
}
