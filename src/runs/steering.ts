/** What people may do to a run besides saying yes or no: abort, resume, retry, skip, say that it is done. Pure. */
import type { Policy } from '../capacity/system.ts'
import { type Actor, judgeRequest, judgeSteering } from '../gate/policy.ts'
import { mustLookFirst } from './decide.ts'
import type { HeadroomEvent, RunEvent } from './events.ts'
import { isFollowUpOpen } from './follow-up.ts'
import type { Headroom } from './headroom.ts'
import type { Change } from './journal.ts'
import type { NotTaken } from './not-taken.ts'
import { mayAbort, maySkip, type Run } from './stage.ts'

export type Verdict = Change | NotTaken

/** Judged inside the append, on the state that its event will follow. */
export type Steering = (run: Run, actor: Actor, policy: Policy) => Verdict

export function change(event: RunEvent): Change {
  return { kind: 'change', events: [event] }
}

export function decidedAlready(run: Run): NotTaken {
  return { kind: 'not-taken', code: 'decided-already', run }
}

/** Whoever may ask for a change may stop them all: it can only make the world quieter. */
export function judgeStop(
  policy: Policy,
  { reason, channel }: { readonly reason: string; readonly channel: string },
  actor: Actor,
): HeadroomEvent | NotTaken {
  const judged = judgeRequest(policy, channel, actor)
  if (judged.kind === 'denied') return judged
  if (reason.trim() === '') return { kind: 'not-taken', code: 'no-reason' }
  return { type: 'stopped', v: 1, by: actor.user, reason: reason.trim() }
}

/** Two who may approve. */
export function judgeLift(
  policy: Policy,
  { stop, lifting }: Headroom,
  actor: Actor,
): HeadroomEvent | NotTaken {
  const judged = judgeSteering(policy, '', actor)
  if (judged.kind === 'denied') return judged
  if (stop === null) return { kind: 'not-taken', code: 'not-stopped' }
  if (lifting.includes(actor.user)) return { kind: 'denied', code: 'already-counted' }
  return { type: 'stop-lifting', v: 1, by: actor.user }
}

export const abortRun: Steering = (run, actor, policy) => {
  const judged = judgeSteering(policy, run.by, actor)
  if (judged.kind === 'denied') return judged
  if (run.stage.kind === 'ended') return decidedAlready(run)
  if (!mayAbort(run.stage)) return { kind: 'not-taken', code: 'under-way' }
  return change({ type: 'run-aborted', v: 1, by: actor.user })
}

/** Whoever may ask for anything here may also say that something was done: it is often somebody else. */
export const answerFor: Steering = (run, actor, policy) => {
  const judged = judgeRequest(policy, run.channel, actor)
  if (judged.kind === 'denied') return judged
  if (run.stage.kind !== 'asked') return decidedAlready(run)
  return change({ type: 'person-answered', v: 1, by: actor.user })
}

export function skipWith(reason: string): Steering {
  return (run, actor, policy) => {
    const judged = judgeSteering(policy, run.by, actor)
    if (judged.kind === 'denied') return judged
    if (reason.trim() === '') return { kind: 'not-taken', code: 'no-reason' }
    if (!maySkip(run.stage)) return decidedAlready(run)
    return change({ type: 'step-skipped', v: 1, by: actor.user, reason: reason.trim() })
  }
}

export function resumeWith(choice: 'resume' | 'retry'): Steering {
  return (run, actor, policy) => {
    const judged = judgeSteering(policy, run.by, actor)
    if (judged.kind === 'denied') return judged
    if (run.stage.kind !== 'parked') return decidedAlready(run)
    // A write that may still land is looked for first: a second one beside it is never begun.
    if (choice === 'retry' && mustLookFirst(run.stage))
      return { kind: 'not-taken', code: 'look-first' }
    return change({ type: 'run-resumed', v: 1, by: actor.user, choice })
  }
}

/** Whoever may ask for anything here may say what became of a broken glass: it is often somebody else. */
export function followUpWith(text: string): Steering {
  return (run, actor, policy) => {
    const what = text.trim()
    const judged = judgeRequest(policy, run.channel, actor)
    if (judged.kind === 'denied') return judged
    if (!isFollowUpOpen(run)) return { kind: 'not-taken', code: 'no-follow-up' }
    if (what === '') return { kind: 'not-taken', code: 'no-reason' }
    return change({ type: 'followed-up', v: 1, by: actor.user, what })
  }
}

/** Whether the gate's no was right: an opinion, so anybody who may ask may have it, and the last one counts. */
export function judgeWith({ isRight, why: text }: Opinion): Steering {
  return (run, actor, policy) => {
    const why = text.trim()
    const judged = judgeRequest(policy, run.channel, actor)
    if (judged.kind === 'denied') return judged
    if (run.prevented.length === 0) return { kind: 'not-taken', code: 'nothing-prevented' }
    if (why === '') return { kind: 'not-taken', code: 'no-reason' }
    return change({ type: 'no-judged', v: 1, by: actor.user, isRight, why })
  }
}

export type Opinion = { readonly isRight: boolean; readonly why: string }
