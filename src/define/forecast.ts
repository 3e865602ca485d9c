/**
 * A whole plan rehearsed: item after item in a simulated world, each on the state that the ones
 * before leave, until its end or the first step that may not run. Pure. DESIGN.md, 2 and 6.
 */
import { type AssessContext, assess, assessAt } from '../capacity/assess.ts'
import { type Judgement, judge, type Verdict } from '../capacity/compare.ts'
import { expectedMonthlyUsd } from '../capacity/cost.ts'
import { systemAt } from '../capacity/events.ts'
import type { Assessment } from '../capacity/finding.ts'
import { carried, isAdvice, isBroken, nowUsersFact } from '../capacity/outlook.ts'
import type { Disruption, Prediction } from '../capacity/prediction.ts'
import type { System } from '../capacity/system.ts'
import { approvalsNeeded } from './approvals-needed.ts'
import { isMet } from './conditions.ts'
import type { PlanItem, StepItem } from './plan-item.ts'
import type {
  Halt,
  Minutes,
  RehearsedCondition,
  RehearsedItem,
  RehearsedRun,
  RehearsedStep,
  State,
  Stop,
} from './rehearsed-run.ts'
import type { BoundStep } from './step.ts'
import { unableTo } from './unable.ts'

export type RehearseContext = {
  /** YYYY-MM-DD. */
  readonly today: string
  /** Facts whose source did not answer: what needs one is reviewed, never clear. */
  readonly unknown?: readonly string[]
  /** When it begins, milliseconds since the epoch: events come near meanwhile. Without it none does. */
  readonly now?: number
}

type Progress = {
  readonly start: System
  /** How the users of now are served before anything is done. */
  readonly startQuiet: Assessment
  readonly system: System
  readonly context: AssessContext
  readonly beginsAt: number | undefined
  readonly items: readonly RehearsedItem[]
  readonly minutes: Minutes
}

export function rehearse(
  system: System,
  items: readonly PlanItem[],
  { today, unknown = [], now: beginsAt }: RehearseContext,
): RehearsedRun {
  const context: AssessContext = { today, unknown }
  const nothing: Minutes = { usual: 0, most: 0 }
  const isNowKnown = !unknown.includes(nowUsersFact)
  const users = isNowKnown ? system.workload.nowUsers : system.workload.users
  const startQuiet = assessAt(system, { users }, quickly(context))
  let now: Progress = {
    ...{ start: system, startQuiet, system, context, beginsAt },
    ...{ items: [], minutes: nothing },
  }
  let index = 0
  for (let item = items[index]; item !== undefined; item = items[index]) {
    const went = through(now, item, index + 1)
    if ('code' in went) return summary(now, went, items.length - index - 1)
    now = went
    const last = went.items.at(-1)
    index += last?.kind === 'only-if' && !last.isMet ? 1 + last.item.skips : 1
  }
  return summary(now, null, 0)
}

function through(now: Progress, item: PlanItem, position: number): Progress | Stop {
  switch (item.kind) {
    case 'step':
      return throughStep(now, item, position)
    case 'wait': {
      const { usual, most } = now.minutes
      return {
        ...now,
        items: [...now.items, { kind: 'wait', position, item, startsAt: now.minutes }],
        minutes: { usual: usual + item.calmMinutes, most: most + item.atMostMinutes },
      }
    }
    case 'only-if': {
      const answer = isMet(item, now.system, now.context)
      if (answer.kind === 'unknown') return { position, code: 'fact-unknown', fact: answer.fact }
      if (answer.kind === 'no-such-fact') return { position, code: answer.kind, fact: answer.fact }
      const met: RehearsedCondition = {
        kind: 'only-if',
        position,
        item,
        isMet: answer.kind === 'yes',
      }
      return { ...now, items: [...now.items, met] }
    }
  }
}

function throughStep(now: Progress, item: StepItem, position: number): Progress | Stop {
  const { context } = now
  const { step } = item
  const system = inItsTurn(now, step)
  const lacks = step.missing(system)
  if (lacks !== null) return { position, code: 'missing', step, refusal: lacks }
  const prediction = step.predict(system)
  if ('kind' in prediction) return { position, code: 'refused', step, refusal: prediction }
  const judgement = judge(system, prediction, { ...context, needs: step.needs, acts: step.acts })
  if (judgement.verdict === 'block') return { position, code: 'blocked', step, judgement }
  const { after } = prediction
  const { usual, most } = now.minutes
  const minutes = { usual: usual + step.minutes, most: most + step.minutes }
  const done = rehearsedStep({ ...now, system }, { ...item, position, prediction, judgement })
  // What is near for a long step need not be near for the next.
  const left = system === now.system ? after : { ...after, workload: now.system.workload }
  return { ...now, system: left, items: [...now.items, done], minutes }
}

/** With the crowd that the document announces for when the step is reached. */
function inItsTurn({ system, beginsAt, minutes }: Progress, step: BoundStep): System {
  if (beginsAt === undefined) return system
  const now = beginsAt + minutes.usual * 60_000
  return systemAt(system, { now, stepMinutes: step.minutes })
}

type Judged = StepItem & {
  readonly position: number
  readonly prediction: Prediction
  readonly judgement: Judgement
}

function rehearsedStep(
  now: Progress,
  { step, why, position, prediction, judgement }: Judged,
): RehearsedStep {
  const { system: before } = now
  const { verdict, reasons } = judgement
  const { act, risk } = step
  return {
    kind: 'step',
    position,
    step,
    why,
    effect: step.effect(before),
    verdict,
    reasons,
    judgement,
    unable: unableTo(step, before),
    before,
    after: prediction.after,
    disruption: longest(prediction.phases.flatMap(disruptionOf)),
    supportedUsers: judgement.after.supportedUsers,
    monthlyUsd: expectedMonthlyUsd(prediction.after),
    startsAt: now.minutes,
    asks: verdict === 'review' ? approvalsNeeded(before.policy, risk, verdict) : 0,
    ifItFails: halts(now, prediction, judgement),
    undo: act.kind === 'write' ? act.undo(before) : null,
  }
}

/** It may fail before anything, or in any phase: each is compared with how the run began. */
function halts(
  { startQuiet, system, context }: Progress,
  { phases }: Prediction,
  judgement: Judgement,
): readonly Halt[] {
  const before = assessAt(system, { users: startQuiet.users }, quickly(context))
  const between = phases.map(({ name }, index): Halt => {
    // The first of the judged phases is now.
    const quiet = judgement.phases[index + 1]?.assessment ?? null
    if (quiet === null) return { at: name, supportedUsers: 0, broken: [], isSound: false }
    return halt(name, startQuiet, { quiet, supportedUsers: quiet.supportedUsers })
  })
  const { supportedUsers } = judgement.now
  return [halt('before', startQuiet, { quiet: before, supportedUsers }), ...between]
}

function halt(
  at: Halt['at'],
  start: Assessment,
  { quiet, supportedUsers }: Pick<Halt, 'supportedUsers'> & { quiet: Assessment },
): Halt {
  const broken = quiet.findings
    .filter(({ law, severity }) => severity === 'broken' && !isAdvice(law))
    .filter((finding) => !isBroken(start, finding))
    .map(({ law, subject }) => ({ law, subject }))
  return { at, supportedUsers, broken, isSound: broken.length === 0 }
}

function quickly(context: AssessContext): AssessContext {
  return { ...context, withSupportedUsers: false }
}

function disruptionOf(phase: Prediction['phases'][number]): readonly Disruption[] {
  return phase.kind === 'disruption' ? [phase.disruption] : []
}

function longest<Outage extends Disruption>(all: readonly Outage[]): Outage | null {
  return all.reduce<Outage | null>(
    (most, one) => (most === null || one.secondsMax > most.secondsMax ? one : most),
    null,
  )
}

const rank = { clear: 0, review: 1, block: 2 } as const

function summary(now: Progress, stop: Stop | null, unreached: number): RehearsedRun {
  const { start, system, context, items } = now
  const steps = items.filter((item) => item.kind === 'step')
  const worst = steps.reduce<Verdict>(
    (most, { verdict }) => (rank[verdict] > rank[most] ? verdict : most),
    'clear',
  )
  const outages = steps.flatMap(({ disruption, position }) =>
    disruption === null ? [] : [{ ...disruption, position }],
  )
  const first = stateOf(start, context)
  return {
    verdict: stop === null ? worst : stop.code === 'fact-unknown' ? review(worst) : 'block',
    items,
    stop,
    unreached,
    start: first,
    end: system === start ? first : stateOf(system, context),
    lowestUsers: lowest(steps, first.assessment),
    longestOutage: longest(outages),
    minutes: now.minutes,
    planAsks: Math.max(0, ...steps.map((one) => planShare(one))),
  }
}

/** What nobody knows is for a person to decide. */
function review(worst: Verdict): Verdict {
  return worst === 'clear' ? 'review' : worst
}

function planShare({ verdict, step, before }: RehearsedStep): number {
  return verdict === 'clear' ? approvalsNeeded(before.policy, step.risk, verdict) : 0
}

function stateOf(system: System, context: AssessContext): State {
  const assessment = assess(system, context)
  return { system, assessment, monthlyUsd: expectedMonthlyUsd(system) }
}

function lowest(steps: readonly RehearsedStep[], first: Assessment): number | null {
  const assessments = [first, ...steps.map(({ judgement }) => judgement.after)]
  const users = assessments.map((one) => carried(one) ?? 0)
  const least = Math.min(...users)
  return Number.isFinite(least) ? least : null
}
