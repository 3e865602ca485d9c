/**
 * What people ask of runs: start, approve, reject, resume, retry, abort. Each is recorded before
 * anybody is told yes.
 */

import type { SystemDocument } from '../capacity/system.ts'
import { approvalsNeeded } from '../define/approvals-needed.ts'
import { isMet } from '../define/conditions.ts'
import { itemsAtMost, type PlanItem, storedItems } from '../define/plan-item.ts'
import type { BoundStep, Unable } from '../define/step.ts'
import { unableTo } from '../define/unable.ts'
import { digestOf } from '../gate/digest.ts'
import { remedyFor } from '../gate/evidence.ts'
import { dayOf } from '../gate/gate.ts'
import {
  type Actor,
  type Denial,
  judgeConsent,
  judgeGlass,
  judgeRequest,
  judgeSteering,
} from '../gate/policy.ts'
import type { WorldReader } from '../world/world.ts'
import { claimsOfOthers, type Headroom } from './headroom.ts'
import type { Beside, Changed, Journal } from './journal.ts'
import type { NotTaken } from './not-taken.ts'
import { type Approval, type Run, runNamed, standOf } from './stage.ts'
import {
  abortRun,
  answerFor,
  change,
  decidedAlready,
  followUpWith,
  judgeLift,
  judgeStop,
  judgeWith,
  type Opinion,
  resumeWith,
  type Steering,
  skipWith,
  type Verdict,
} from './steering.ts'

export type Answer = Changed | NotTaken
export type Switched = { readonly kind: 'switched'; readonly headroom: Headroom } | NotTaken

/** What somebody asks for: one step, or a runbook's plan with all its inputs. */
export type Wish = {
  /** The run's name, where it was given before: asked for twice, there is one. Absent: a new one. */
  readonly run?: string
  readonly items: readonly PlanItem[]
  readonly runbook?: NonNullable<Run['runbook']>
  /** Not before, and only if it is still clear then. */
  readonly notBefore?: number
  /** Removes the wait, not the record. */
  readonly breakGlass?: { readonly reason: string }
}

/** The box that it is asked for from, and the append that says so there. */
export type Link<No extends { readonly kind: string }> = {
  readonly box: NonNullable<Run['box']>
  readonly beside: (run: string) => ReturnType<Beside<No>>
}

export type Start = <No extends { readonly kind: string } = never>(
  wish: Wish,
  channel: string,
  actor: Actor,
  link?: Link<No>,
) => Promise<Answer | No>

export type Requests = {
  /** Whether somebody may ask for anything in a channel; null: yes. */
  readonly denialTo: (channel: string, actor: Actor) => Denial | null
  readonly start: Start
  /** Nothing is written any more, until two people have lifted it. Gives the runs' headroom as it stands then. */
  readonly stopAll: (reason: string, channel: string, actor: Actor) => Promise<Switched>
  readonly liftStop: (actor: Actor) => Promise<Switched>
  readonly approve: (token: string, actor: Actor) => Promise<Answer>
  readonly reject: (token: string, actor: Actor) => Promise<Answer>
  readonly abort: (run: string, actor: Actor) => Promise<Answer>
  /** A manual step was done, by whoever says so. This and what follows take a run, or where it stands (`standOf`). */
  readonly done: (run: string, actor: Actor) => Promise<Answer>
  /** A parked or manual step is left as it is. */
  readonly skip: (run: string, reason: string, actor: Actor) => Promise<Answer>
  readonly resume: (run: string, choice: 'resume' | 'retry', actor: Actor) => Promise<Answer>
  /** What became of a broken glass. */
  readonly followUp: (run: string, what: string, actor: Actor) => Promise<Answer>
  /** Whether what the gate prevented in a run was rightly prevented. */
  readonly judge: (run: string, opinion: Opinion, actor: Actor) => Promise<Answer>
}

export type RequestMeans = {
  readonly document: SystemDocument
  readonly journal: Journal
  readonly world: { readonly read: WorldReader }
  readonly newId: () => string
  readonly wake: (run: string) => void
}

export function requestsOn(means: RequestMeans): Requests {
  const { policy } = means.document
  const { journal } = means
  const woken = async <No extends { readonly kind: string }>(
    answer: Promise<Answer | No>,
  ): Promise<Answer | No> => {
    const given = await answer
    if (isChanged(given)) means.wake(given.run.id)
    return given
  }
  const steered = (judge: Steering) => (name: string, actor: Actor) => {
    const { run: id, stand } = runNamed(name)
    return woken(onRun(journal, id, (run) => onTime(judge(run, actor, policy), run, stand)))
  }
  return {
    denialTo: (channel, actor) => {
      const judged = judgeRequest(policy, channel, actor)
      return judged.kind === 'denied' ? judged : null
    },
    start: (wish, channel, actor, link) => woken(start(means, { wish, channel, actor }, link)),
    stopAll: (reason, channel, actor) =>
      journal.switchStop(means.document.name, () => judgeStop(policy, { reason, channel }, actor)),
    liftStop: (actor) =>
      journal.switchStop(means.document.name, (headroom) => judgeLift(policy, headroom, actor)),
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
    abort: steered(abortRun),
    done: steered(answerFor),
    skip: (id, reason, actor) => steered(skipWith(reason))(id, actor),
    resume: (id, choice, actor) => steered(resumeWith(choice))(id, actor),
    followUp: (id, what, actor) => steered(followUpWith(what))(id, actor),
    judge: (id, opinion, actor) => steered(judgeWith(opinion))(id, actor),
  }
}

function isChanged(answer: { readonly kind: string }): answer is Changed {
  return answer.kind === 'changed'
}

type Asked = { readonly wish: Wish; readonly channel: string; readonly actor: Actor }

async function start<No extends { readonly kind: string }>(
  means: RequestMeans,
  { wish, channel, actor }: Asked,
  link: Link<No> | undefined,
): Promise<Answer | No> {
  const { document, journal } = means
  const { items, runbook, notBefore, breakGlass } = wish
  const steps = stepsIn(items)
  const today = dayOf(await journal.now())
  const refusal = refusalToStart(means, { ...wish, today }, channel, actor)
  if (refusal !== null) return refusal
  const digest = digestOf(document)
  await journal.keepDocument(digest, document)
  const run = wish.run ?? means.newId()
  return journal.start<NotTaken | No>(
    {
      type: 'run-started',
      v: 1,
      run,
      system: document.name,
      document: digest,
      by: actor.user,
      channel,
      plan: [...storedItems(items)],
      ...(runbook === undefined ? {} : { runbook }),
      ...(link === undefined ? {} : { box: link.box }),
      ...(notBefore === undefined ? {} : { notBefore }),
      ...(breakGlass === undefined ? {} : { breakGlass }),
    },
    (headroom, now) => {
      // Later steps of a plan are judged when they are reached; the first one begins now.
      const target = steps.find(({ act }) => act.kind === 'write')?.target
      const holder = claimsOfOthers(headroom, null, now).find((claim) => claim.target === target)
      if (target === undefined || holder === undefined) return null
      return { kind: 'not-taken', code: 'target-claimed', target, run: holder.run }
    },
    link === undefined ? undefined : () => link.beside(run),
  )
}

/** One step asked for by itself. */
export function alone(step: BoundStep): Wish {
  return { items: [{ kind: 'step', step, why: null }] }
}

function stepsIn(items: readonly PlanItem[]): readonly BoundStep[] {
  return items.flatMap((item) => (item.kind === 'step' ? [item.step] : []))
}

/** Without those whose condition does not hold by the document: should it hold then, they are judged when reached. */
function stepsToDo(
  items: readonly PlanItem[],
  document: SystemDocument,
  today: string,
): readonly BoundStep[] {
  const toDo: BoundStep[] = []
  let skipping = 0
  for (const item of items) {
    if (skipping > 0) skipping -= 1
    else if (item.kind === 'step') toDo.push(item.step)
    else if (item.kind === 'only-if' && isMet(item, document, { today }).kind === 'no')
      skipping = item.skips
  }
  return toDo
}

function refusalToStart(
  { document, world }: RequestMeans,
  { items, breakGlass, today }: Wish & { readonly today: string },
  channel: string,
  actor: Actor,
): NotTaken | null {
  const { policy } = document
  const judged = judgeRequest(policy, channel, actor)
  if (judged.kind === 'denied') return judged
  const steps = stepsIn(items)
  if (items.length === 0 || items.length > itemsAtMost)
    return { kind: 'not-taken', code: 'plan-length', steps: items.length, atMost: itemsAtMost }
  const why = stepsToDo(items, document, today)
    .map((step) => unableTo(step, document) ?? unseeable(step, world.read))
    .find((one) => one !== null)
  if (why !== undefined) return { kind: 'not-taken', code: 'unable', why }
  const writes = steps.filter(({ act }) => act.kind === 'write')
  if (writes.length === 0) return null
  if (breakGlass !== undefined) {
    const glass = judgeGlass(policy, actor)
    if (glass.kind === 'denied') return glass
    return breakGlass.reason.trim() === '' ? { kind: 'not-taken', code: 'no-reason' } : null
  }
  const asksForOne = writes.some(({ risk }) => approvalsNeeded(policy, risk, 'review') > 0)
  if (asksForOne && policy.roles?.approve === undefined)
    return { kind: 'not-taken', code: 'no-approvers' }
  return null
}

/** What a step needs to see, and nobody is configured to show: no wait would bring it. */
function unseeable({ needs, act }: BoundStep, read: WorldReader): Unable | null {
  if (act.kind !== 'write') return null
  for (const fact of needs) {
    const remedy = remedyFor(fact, read)
    if (remedy !== null) return { kind: 'unable', code: 'source-not-configured', fact, remedy }
  }
  return null
}

/** The run and approval that a button's token names: they must be the ones that still wait. */
async function onApproval(
  journal: Journal,
  token: string,
  work: (run: Run, approval: Approval, now: number) => Verdict,
): Promise<Answer> {
  const [id] = token.split('.')
  return onRun(journal, id ?? '', (run, now) => {
    if (run.stage.kind !== 'waiting' && run.stage.kind !== 'consulting') return decidedAlready(run)
    const { approval } = run.stage
    return approval.token === token
      ? work(run, approval, now)
      : { kind: 'denied', code: 'stale-button' }
  })
}

/** What a button means that was drawn before the run went on is not what is asked for now. */
function onTime(verdict: Verdict, run: Run, stand: string | null): Verdict {
  const isLate = stand !== null && stand !== standOf(run)
  return isLate && verdict.kind === 'change' ? { kind: 'denied', code: 'stale-button' } : verdict
}

async function onRun(
  journal: Journal,
  id: string,
  work: (run: Run, now: number) => Verdict,
): Promise<Answer> {
  if ((await journal.read(id)) === null) return { kind: 'not-taken', code: 'unknown-run' }
  return journal.change<NotTaken>(id, (run, _headroom, now) => work(run, now))
}
