/** From the claim to the intent and its answer: look for the last time, write the intent down, send, reconcile. */
import type { Intent, Progress } from '../define/step.ts'
import { type Cleared, clear, type NotCleared, type Request } from '../gate/clearance.ts'
import type { Moved } from '../gate/fingerprint.ts'
import type { Clearance } from '../world/clearance.ts'
import { Fault } from '../world/fault.ts'
import { mayWait, voided } from './consenting.ts'
import { actBy, quietAfter, restAfterMs, sendWithinMs } from './decide.ts'
import type { RunEvent } from './events.ts'
import {
  type Answer,
  type Done,
  decided,
  decidedOn,
  forecastOf,
  happened,
  type Look,
  lookAt,
  rest,
  type Task,
  writeOf,
} from './means.ts'
import { boundOf, recordedFact } from './shown.ts'
import { mayHaveLeft, type Run, type Sending } from './stage.ts'

export async function writeOnce(task: Task): Promise<Done> {
  const { means, step } = task
  const look = await lookAt(task)
  if (!look.isClear && (await mayWait(task))) return rest(restAfterMs.fault)
  const time = await timeToSend(means)
  const intent: Intent = {
    id: `i-${means.newId()}`,
    target: step.target,
    version: forecastOf(task).version,
    intendedAt: time.now,
    sendBefore: time.sendBefore,
  }
  const cleared = clearFor(task, look, { intent, time, clear })
  if (cleared.kind !== 'cleared') return decided(task, refusalOf(task, cleared))
  const facts = look.facts.map(recordedFact)
  const written = await decidedOn(look, task, { type: 'write-intended', v: 1, intent, facts })
  return written.kind === 'changed'
    ? send({ ...task, run: written.run }, look, { clearance: cleared.clearance, intent })
    : written
}

/** The same request again, at the version stored with the intent, with a new clearance for that same intent. */
export async function sendAgain(task: Task, stage: Sending): Promise<Done> {
  const look = await lookAt(task)
  if (!look.isClear && (await mayWait(task))) return rest(restAfterMs.fault)
  const time = await timeToSend(task.means)
  const { sendBefore } = time
  const intent = { ...stage.intent, sendBefore }
  const cleared = clearFor(task, look, { intent, time, clear })
  if (cleared.kind !== 'cleared') return giveUp(task, stage, cleared)
  const resent: RunEvent = { type: 'write-resent', v: 1, intent: intent.id, sendBefore }
  const written = await decidedOn(look, task, resent)
  return written.kind === 'changed'
    ? send({ ...task, run: written.run }, look, { clearance: cleared.clearance, intent })
    : written
}

type TimeToSend = Pick<Request, 'now' | 'spendBefore'> & { readonly sendBefore: number }

/** Now, and until when something may be sent: by the ledger's clock, and by ours. */
export async function timeToSend({ clock, journal }: Task['means']): Promise<TimeToSend> {
  // Ours first: what passes between the two readings makes the time shorter, never longer.
  const own = clock.now()
  const now = await journal.now()
  return { now, sendBefore: now + sendWithinMs, spendBefore: own + sendWithinMs }
}

type Asked = {
  readonly intent: Intent
  readonly time: TimeToSend
  /** Which write the clearance is for. */
  readonly clear: (request: Request) => Cleared | NotCleared
}

export function clearFor(
  task: Task,
  look: Look,
  { intent, time, clear: how }: Asked,
): Cleared | NotCleared {
  const { means, run, step } = task
  return how({
    step,
    intent,
    policy: means.document.policy,
    shown: boundOf(forecastOf(task)),
    ...agreedTo(run),
    requester: run.by,
    isGlassBroken: run.breakGlass !== null,
    fresh: look.examination,
    ...{ now: time.now, spendBefore: time.spendBefore },
  })
}

/** Who said yes: to this step, or to the plan where that covers it. */
function agreedTo(run: Run): Pick<Request, 'consents' | 'expiresAt'> {
  const { record, proposal } = run
  if (record.byPlan) return { consents: proposal.approval?.consents ?? [], expiresAt: null }
  const { approval } = record
  return {
    consents: approval?.consents ?? [],
    expiresAt: approval === null ? null : actBy(run, approval.expiresAt),
  }
}

/** The one place where a write leaves. */
async function send(task: Task, look: Look, letter: Letter): Promise<Done> {
  return happened(task, await answerTo(task, look, letter))
}

type Letter = { readonly clearance: Clearance; readonly intent: Intent }

async function answerTo(
  task: Task,
  { examination }: Look,
  { clearance, intent: { id } }: Letter,
): Promise<Answer> {
  const stage = task.run.stage
  if (stage.kind !== 'sending') throw new Error(`${task.run.id} is not sending`)
  try {
    const { system } = examination.view
    const sent = await writeOf(task).perform(clearance, stage.intent, task.means.world, system)
    const operation = sent.kind === 'operation' ? sent.operation : null
    return { type: 'write-accepted', v: 1, intent: id, operation }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { code, sent, message, retryAfterMs } = error
    const asked = retryAfterMs === null ? {} : { retryAfterMs }
    return { type: 'write-faulted', v: 1, intent: id, code, sent, message, ...asked }
  }
}

export function refusalOf(task: Task, no: NotCleared): RunEvent {
  switch (no.kind) {
    case 'moved':
      return foreignChange(task, no.moved) ?? voided(no.moved)
    case 'withheld':
      return { type: 'write-withheld', v: 1 }
    case 'not-cleared':
      return { type: 'run-parked', v: 1, why: { code: 'not-sent', why: no.why } }
  }
}

/**
 * Somebody else is at work on what this run has claimed. Where people agreed to it they are asked again; where
 * nobody was asked, nothing is written on top of it before somebody has looked. Null: nobody is.
 */
function foreignChange({ run, step }: Task, moved: readonly Moved[]): RunEvent | null {
  const { approval, byPlan } = run.record
  // What nobody can see any more is nobody's change.
  const theirs = moved.filter(
    ({ what, after }) => after !== null && what.startsWith(`${step.target}.`),
  )
  if (run.stage.kind !== 'claimed' || approval !== null || byPlan || theirs.length === 0)
    return null
  const why = `somebody else has changed ${theirs.map(({ what }) => what).join(', ')}`
  return { type: 'run-parked', v: 1, why: { code: 'not-sent', why } }
}

/** An intent that may have left is given up only when nothing can be on its way, and it is seen to be absent then. */
async function giveUp(task: Task, stage: Sending, no: NotCleared): Promise<Done> {
  if (!mayHaveLeft(stage)) return decided(task, refusalOf(task, no))
  const quietAt = quietAfter(stage.intent)
  const now = await task.means.journal.now()
  if (now < quietAt) return rest(quietAt - now)
  const progress = await lookFor(task, stage.intent)
  return progress.kind === 'absent'
    ? decided(task, refusalOf(task, no))
    : recordProgress(task, stage.intent, progress)
}

export async function probeWrite(task: Task, stage: Sending): Promise<Done> {
  return recordProgress(task, stage.intent, await lookFor(task, stage.intent))
}

async function lookFor(task: Task, intent: Intent): Promise<Progress> {
  try {
    return await writeOf(task).probe(intent, task.means.world.read)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { kind: 'unknown', why: error.message, operation: null }
  }
}

function recordProgress(task: Task, intent: Intent, progress: Progress): Promise<Done> {
  const found = task.run.record.found?.progress
  if (progress.kind === 'unknown' && found?.kind === 'unknown')
    if (progress.operation !== null && found.operation === progress.operation)
      // The same operation is still under way: that was said once.
      return patience(task, progress.why)
  return decided(task, { type: 'write-probed', v: 1, intent: intent.id, progress })
}

/** Beyond this an operation is not waited for any longer. */
const operationAtMostMs = 3_600_000

export async function patience(task: Task, why: string): Promise<Done> {
  const { means, run } = task
  if ((await means.journal.now()) - run.lastAt < operationAtMostMs) return rest(restAfterMs.poll)
  return decided(task, { type: 'run-parked', v: 1, why: { code: 'cannot-look', why } })
}
