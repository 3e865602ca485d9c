/** From the claim to the evidence: look for the last time, write the intent down, send, reconcile, poll, verify. */

import type { BoundStep, Intent, Progress } from '../define/step.ts'
import { type Cleared, clear, type NotCleared } from '../gate/clearance.ts'
import { evidenceFor } from '../gate/evidence.ts'
import type { Clearance } from '../world/clearance.ts'
import { Fault } from '../world/fault.ts'
import { recordedMoved } from './consenting.ts'
import { lagMs, quietAfter, restAfterMs, sendWithinMs } from './decide.ts'
import type { RunEvent, ShownForecast } from './events.ts'
import {
  type Again,
  again,
  type Done,
  decided,
  type Look,
  lookAt,
  type Means,
  plannedStep,
  rest,
  writeOf,
} from './means.ts'
import { mayHaveLeft, outcomeOf, type Run } from './run.ts'
import { boundOf, recordedFact } from './shown.ts'
import type { Sending } from './stage.ts'

/** Beyond this an operation is not waited for any longer. */
const operationAtMostMs = 3_600_000

type Ready = { readonly step: BoundStep; readonly forecast: ShownForecast }

function ready(means: Means, run: Run): Ready {
  const step = plannedStep(means, run)
  const { forecast } = run.record
  if (step === null || forecast === null) throw new Error(`${run.id} has nothing to write`)
  return { step, forecast }
}

export async function writeOnce(means: Means, run: Run): Promise<Done> {
  const { step, forecast } = ready(means, run)
  const look = await lookAt(means, run, step)
  const intendedAt = await means.journal.now()
  const intent: Intent = {
    id: `i-${means.newId().toLowerCase()}`,
    target: step.target,
    version: forecast.version,
    intendedAt,
    sendBefore: intendedAt + sendWithinMs,
  }
  const cleared = clearFor(means, run, { step, forecast }, look, intent)
  if (cleared.kind !== 'cleared') return giveUp(means, run, cleared)
  const facts = look.facts.map(recordedFact)
  const written = await changeAtHeadroom(means, run, look, [
    { type: 'write-intended', v: 1, intent, facts },
  ])
  return written.kind === 'changed'
    ? send(means, written.run, step, cleared.clearance, intent)
    : written
}

/** The same request again, at the version stored with the intent, with a new clearance for that same intent. */
export async function sendAgain(means: Means, run: Run, stage: Sending): Promise<Done> {
  const { step, forecast } = ready(means, run)
  const look = await lookAt(means, run, step)
  const now = await means.journal.now()
  const intent = { ...stage.intent, sendBefore: now + sendWithinMs }
  const cleared = clearFor(means, run, { step, forecast }, look, intent)
  if (cleared.kind !== 'cleared') return giveUpSent(means, run, stage, step, cleared)
  const written = await changeAtHeadroom(means, run, look, [
    { type: 'write-resent', v: 1, intent: intent.id, sendBefore: intent.sendBefore },
  ])
  return written.kind === 'changed'
    ? send(means, written.run, step, cleared.clearance, intent)
    : written
}

function clearFor(
  means: Means,
  run: Run,
  { step, forecast }: Ready,
  look: Look,
  intent: Intent,
): Cleared | NotCleared {
  return clear({
    step,
    intent,
    policy: means.document.policy,
    shown: boundOf(forecast),
    consents: run.record.approval?.consents ?? [],
    requester: run.by,
    fresh: look.examination,
    now: means.clock.now(),
  })
}

function changeAtHeadroom(
  means: Means,
  run: Run,
  { headroom }: Look,
  events: readonly RunEvent[],
): Promise<Done> {
  return means.journal.change<Again>(run.id, (current, held) =>
    current.version === run.version && held.version === headroom.version
      ? { kind: 'change', events }
      : again,
  )
}

/** The one place where a write leaves. What came back is recorded whatever else happened meanwhile. */
async function send(
  means: Means,
  run: Run,
  step: BoundStep,
  clearance: Clearance,
  intent: Intent,
): Promise<Done> {
  const event = await writeOf(step)
    .perform(clearance, intent, means.world)
    .then(
      (sent): RunEvent => ({
        type: 'write-accepted',
        v: 1,
        intent: intent.id,
        operation: sent.kind === 'operation' ? sent.operation : null,
      }),
      (error: unknown): RunEvent => {
        if (!(error instanceof Fault)) throw error
        const { code, sent, message } = error
        return { type: 'write-faulted', v: 1, intent: intent.id, code, sent, message }
      },
    )
  return means.journal.change<never>(run.id, () => ({ kind: 'change', events: [event] }))
}

function giveUp(means: Means, run: Run, no: NotCleared): Promise<Done> {
  const event = ((): RunEvent => {
    switch (no.kind) {
      case 'moved':
        return { type: 'approval-voided', v: 1, moved: no.moved.map(recordedMoved) }
      case 'withheld':
        return { type: 'write-withheld', v: 1 }
      case 'not-cleared':
        return { type: 'run-parked', v: 1, why: { code: 'not-sent', why: no.why } }
    }
  })()
  return decided(means, run, () => ({ kind: 'change', events: [event] }))
}

/** An intent that may have left is given up only when nothing can be on its way, and it is seen to be absent then. */
async function giveUpSent(
  means: Means,
  run: Run,
  stage: Sending,
  step: BoundStep,
  no: NotCleared,
): Promise<Done> {
  if (!mayHaveLeft(stage)) return giveUp(means, run, no)
  const quietAt = quietAfter(stage.intent)
  const now = await means.journal.now()
  if (now < quietAt) return rest(quietAt - now)
  const progress = await look(means, step, stage.intent)
  if (progress.kind === 'absent') return giveUp(means, run, no)
  return recordProgress(means, run, stage.intent, progress)
}

export async function probeWrite(means: Means, run: Run, stage: Sending): Promise<Done> {
  const { step } = ready(means, run)
  return recordProgress(means, run, stage.intent, await look(means, step, stage.intent))
}

async function look(means: Means, step: BoundStep, intent: Intent): Promise<Progress> {
  try {
    return await writeOf(step).probe(intent, means.world.read)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { kind: 'unknown', why: error.message, operation: null }
  }
}

async function recordProgress(
  means: Means,
  run: Run,
  intent: Intent,
  progress: Progress,
): Promise<Done> {
  const found = run.record.found?.progress
  const nothingNew = progress.kind === 'unknown' && progress.operation !== null
  if (nothingNew && found?.kind === 'unknown' && found.operation === progress.operation)
    return patience(means, run, progress.why)
  return decided(means, run, () => ({
    kind: 'change',
    events: [{ type: 'write-probed', v: 1, intent: intent.id, progress }],
  }))
}

export async function pollOperation(means: Means, run: Run, operation: string): Promise<Done> {
  const { step } = ready(means, run)
  try {
    const status = await writeOf(step).poll(operation, means.world.read)
    if (status.kind === 'running') return patience(means, run, 'it is still under way')
    return await means.journal.change<never>(run.id, () => ({
      kind: 'change',
      events: [{ type: 'operation-ended', v: 1, operation, error: status.error }],
    }))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return patience(means, run, error.message)
  }
}

async function patience(means: Means, run: Run, why: string): Promise<Done> {
  const now = await means.journal.now()
  if (now - run.lastAt < operationAtMostMs) return rest(restAfterMs.poll)
  return decided(means, run, () => ({
    kind: 'change',
    events: [{ type: 'run-parked', v: 1, why: { code: 'cannot-look', why } }],
  }))
}

/** Reads that began after the operation ended. One that contradicts may lag: it is asked again for a while. */
export async function verifyStep(means: Means, run: Run, endedAt: number): Promise<Done> {
  const { step, forecast } = ready(means, run)
  const { facts } = await lookAt(means, run, step)
  const evidence = evidenceFor(forecast.expects, facts, endedAt, means.world.read)
  const now = await means.journal.now()
  const settled = outcomeOf(evidence) !== 'contradicted' && !someUnanswered(facts, forecast)
  if (!settled && now < endedAt + lagMs) return rest(restAfterMs.verify)
  return decided(means, run, () => ({
    kind: 'change',
    events: [{ type: 'step-verified', v: 1, evidence: [...evidence] }],
  }))
}

function someUnanswered(facts: Look['facts'], forecast: ShownForecast): boolean {
  return forecast.expects.some(({ fact: name }) =>
    facts.some((fact) => fact.name === name && fact.kind === 'unavailable'),
  )
}
