/**
 * What people ask of runs: start, approve, reject, resume, retry, abort. Each is recorded before
 * anybody is told yes.
 */
import type { SystemDocument } from '../capacity/system.ts'
import type { BoundStep, Unable } from '../define/step.ts'
import { digestOf } from '../gate/digest.ts'
import {
  type Actor,
  approvalsNeeded,
  type Denial,
  judgeConsent,
  judgeRequest,
  judgeSteering,
  unheldRules,
} from '../gate/policy.ts'
import type { RunEvent } from './events.ts'
import { claimsOfOthers } from './headroom.ts'
import type { Change, Changed, Journal } from './journal.ts'
import type { Run } from './run.ts'
import type { Approval } from './stage.ts'
import { mayAbort, mayStillLand } from './stage.ts'

/** Why a request was not taken; a face says it to the person alone. */
export type NotTaken =
  | Denial
  | {
      readonly kind: 'not-taken'
      readonly code: 'policy-not-held'
      readonly paths: readonly string[]
    }
  | {
      readonly kind: 'not-taken'
      readonly code: 'target-claimed'
      readonly target: string
      readonly run: string
    }
  | { readonly kind: 'not-taken'; readonly code: 'unable'; readonly why: Unable }
  | { readonly kind: 'not-taken'; readonly code: 'no-approvers' }
  | { readonly kind: 'not-taken'; readonly code: 'unknown-run' }
  | { readonly kind: 'not-taken'; readonly code: 'decided-already'; readonly run: Run }
  | { readonly kind: 'not-taken'; readonly code: 'under-way' }
  | { readonly kind: 'not-taken'; readonly code: 'look-first' }

export type Answer = Changed | NotTaken

export type Requests = {
  /** Whether somebody may ask for anything in a channel; null: yes. */
  readonly denialTo: (channel: string, actor: Actor) => Denial | null
  readonly start: (step: BoundStep, channel: string, actor: Actor) => Promise<Answer>
  readonly approve: (token: string, actor: Actor) => Promise<Answer>
  readonly reject: (token: string, actor: Actor) => Promise<Answer>
  readonly abort: (run: string, actor: Actor) => Promise<Answer>
  readonly resume: (run: string, choice: 'resume' | 'retry', actor: Actor) => Promise<Answer>
}

export type RequestMeans = {
  readonly document: SystemDocument
  readonly journal: Journal
  readonly newId: () => string
  readonly wake: (run: string) => void
}

export function requestsOn(means: RequestMeans): Requests {
  const { policy } = means.document
  const { journal } = means
  const woken = async (answer: Promise<Answer>): Promise<Answer> => {
    const given = await answer
    if (given.kind === 'changed') means.wake(given.run.id)
    return given
  }
  return {
    denialTo: (channel, actor) => {
      const judged = judgeRequest(policy, channel, actor)
      return judged.kind === 'denied' ? judged : null
    },
    start: (step, channel, actor) => woken(start(means, step, channel, actor)),
    approve: (token, actor) =>
      woken(
        onApproval(journal, token, (run, approval, now) => {
          const judged = judgeConsent(approval, token, policy, run.by, actor, now)
          if (judged.kind === 'denied') return judged
          return change({ type: 'consent-given', v: 1, approval: approval.id, by: actor.user })
        }),
      ),
    reject: (token, actor) =>
      woken(
        onApproval(journal, token, (run, approval) => {
          const judged = judgeSteering(policy, run.by, actor)
          if (judged.kind === 'denied') return judged
          return change({ type: 'approval-rejected', v: 1, approval: approval.id, by: actor.user })
        }),
      ),
    abort: (id, actor) =>
      woken(
        onRun(journal, id, (run) => {
          const judged = judgeSteering(policy, run.by, actor)
          if (judged.kind === 'denied') return judged
          if (run.stage.kind === 'ended') return decidedAlready(run)
          if (!mayAbort(run.stage)) return { kind: 'not-taken', code: 'under-way' }
          return change({ type: 'run-aborted', v: 1, by: actor.user })
        }),
      ),
    resume: (id, choice, actor) =>
      woken(
        onRun(journal, id, (run) => {
          const judged = judgeSteering(policy, run.by, actor)
          if (judged.kind === 'denied') return judged
          if (run.stage.kind !== 'parked') return decidedAlready(run)
          // A write that may still land is looked for first: a second one beside it is never begun.
          if (choice === 'retry' && mayStillLand(run.stage))
            return { kind: 'not-taken', code: 'look-first' }
          return change({ type: 'run-resumed', v: 1, by: actor.user, choice })
        }),
      ),
  }
}

async function start(
  means: RequestMeans,
  step: BoundStep,
  channel: string,
  actor: Actor,
): Promise<Answer> {
  const { document, journal } = means
  const refusal = refusalToStart(document, step, channel, actor)
  if (refusal !== null) return refusal
  const digest = digestOf(document)
  await journal.keepDocument(digest, document)
  return journal.start<NotTaken>(
    {
      type: 'run-started',
      v: 1,
      run: means.newId(),
      system: document.name,
      document: digest,
      by: actor.user,
      channel,
      plan: [{ step: step.name, input: step.input }],
    },
    (headroom, now) => {
      const { target } = step
      const holder = claimsOfOthers(headroom, null, now).find((claim) => claim.target === target)
      if (step.act.kind === 'read' || holder === undefined) return null
      return { kind: 'not-taken', code: 'target-claimed', target, run: holder.run }
    },
  )
}

function refusalToStart(
  document: SystemDocument,
  step: BoundStep,
  channel: string,
  actor: Actor,
): NotTaken | null {
  const { policy } = document
  const judged = judgeRequest(policy, channel, actor)
  if (judged.kind === 'denied') return judged
  if (step.act.kind === 'read') return null
  const why = step.act.unable(document)
  if (why !== null) return { kind: 'not-taken', code: 'unable', why }
  const paths = unheldRules(policy)
  if (paths.length > 0) return { kind: 'not-taken', code: 'policy-not-held', paths }
  const asksForOne = approvalsNeeded(policy, step.risk, 'review') > 0
  if (asksForOne && policy.roles?.approve === undefined)
    return { kind: 'not-taken', code: 'no-approvers' }
  return null
}

type Verdict = Change | NotTaken

/** The run and approval that a button's token names: they must be the ones that still wait. */
async function onApproval(
  journal: Journal,
  token: string,
  work: (run: Run, approval: Approval, now: number) => Verdict,
): Promise<Answer> {
  const [id] = token.split('.')
  return onRun(journal, id ?? '', (run, now) => {
    if (run.stage.kind !== 'waiting') return decidedAlready(run)
    const { approval } = run.stage
    return approval.token === token
      ? work(run, approval, now)
      : { kind: 'denied', code: 'stale-button' }
  })
}

async function onRun(
  journal: Journal,
  id: string,
  work: (run: Run, now: number) => Verdict,
): Promise<Answer> {
  if ((await journal.read(id)) === null) return { kind: 'not-taken', code: 'unknown-run' }
  return journal.change<NotTaken>(id, (run, _headroom, now) => work(run, now))
}

function change(event: RunEvent): Change {
  return { kind: 'change', events: [event] }
}

function decidedAlready(run: Run): NotTaken {
  return { kind: 'not-taken', code: 'decided-already', run }
}
