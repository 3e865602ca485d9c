/**
 * One limit of nature or of the platform, as a law: a quantity (demand may not exceed the limit) or
 * a rule (it holds or it does not). A law's file gives its sums; this one makes findings of them.
 * capacity.md, 3.
 */
import { isNegative } from './arithmetic.ts'
import type { AtUsers } from './at-users.ts'
import type { Finding, QuantityFinding, RuleFinding, Severity, Term } from './finding.ts'
import { type Trace, unknownAmong } from './trace.ts'

export type SourceOf = (path: string) => string

/** What findings need besides the System. With a trace, the System that is read is the trace's. */
export type LawContext = {
  readonly sourceOf: SourceOf
  readonly unknown: readonly string[]
  readonly trace: Trace | undefined
  /** Told what each finding read; only with a trace. */
  readonly onReads?: (finding: Finding, facts: readonly string[]) => void
}

/** For sums alone: nobody asks where they come from. */
export const silent: LawContext = { sourceOf: () => '', unknown: [], trace: undefined }

export type Law<Id extends string = string> = {
  readonly id: Id
  readonly kind: 'quantity' | 'rule'
  readonly unit: string | null
  /**
   * `configuration`: structural, unless it is advice. `load`: it moves with the users. capacity.md,
   * 4.
   */
  readonly depends: 'configuration' | 'load'
  readonly advice: boolean
  /** Takes part in supported users. */
  readonly capacity: boolean
  readonly evaluate: (at: AtUsers, context: LawContext, findings: Finding[]) => void
  /**
   * Whether a subject is broken; the short way, without findings. An unknown number breaks nothing.
   */
  readonly isBroken: (at: AtUsers) => boolean
}

type Subject = { readonly path: string }

type Common<Id extends string, S extends Subject> = {
  readonly id: Id
  readonly depends: 'configuration' | 'load'
  readonly advice?: true
  /** It rests on the workload, which somebody may only have assumed. */
  readonly workload?: true
  readonly subjects: (at: AtUsers) => readonly S[]
  /** The field that cannot be read where a number is null. */
  readonly missing?: (subject: S) => string
  readonly terms: (at: AtUsers, subject: S, sourceOf: SourceOf) => readonly Term[]
}

type Sum<S> = (at: AtUsers, subject: S) => number | null

export type QuantitySpec<Id extends string, S extends Subject> = Common<Id, S> & {
  readonly unit: string
  readonly capacity?: true
  readonly demand: Sum<S>
  readonly limit: Sum<S>
}

type RuleSeverity = Exclude<Severity, 'unknown'>

export type RuleSpec<Id extends string, S extends Subject> = Common<Id, S> & {
  /** `ok` is: it holds. */
  readonly judge: (at: AtUsers, subject: S) => RuleSeverity | null
  readonly numbers?: {
    readonly unit: string
    readonly demand: Sum<S>
    readonly limit: Sum<S>
  }
}

export function quantityLaw<const Id extends string, S extends Subject>(
  spec: QuantitySpec<Id, S>,
): Law<Id> {
  return {
    id: spec.id,
    kind: 'quantity',
    unit: spec.unit,
    depends: spec.depends,
    advice: spec.advice === true,
    capacity: spec.capacity === true,
    evaluate: (at, context, findings) => {
      for (const subject of spec.subjects(at))
        findings.push(quantityFinding(spec, { at, subject, context }))
    },
    isBroken: (at) => {
      for (const subject of spec.subjects(at)) {
        const demand = spec.demand(at, subject)
        const limit = spec.limit(at, subject)
        if (demand !== null && limit !== null && isNegative(limit - demand)) return true
      }
      return false
    },
  }
}

export function ruleLaw<const Id extends string, S extends Subject>(
  spec: RuleSpec<Id, S>,
): Law<Id> {
  return {
    id: spec.id,
    kind: 'rule',
    unit: spec.numbers?.unit ?? null,
    depends: spec.depends,
    advice: spec.advice === true,
    capacity: false,
    evaluate: (at, context, findings) => {
      for (const subject of spec.subjects(at))
        findings.push(ruleFinding(spec, { at, subject, context }))
    },
    isBroken: (at) => spec.subjects(at).some((subject) => spec.judge(at, subject) === 'broken'),
  }
}

type Evaluation<S> = { readonly at: AtUsers; readonly subject: S; readonly context: LawContext }

function quantityFinding<Id extends string, S extends Subject>(
  spec: QuantitySpec<Id, S>,
  { at, subject, context }: Evaluation<S>,
): QuantityFinding {
  const { trace } = context
  if (trace !== undefined) return tracedQuantity(spec, { at, subject, context }, trace)
  const demand = spec.demand(at, subject)
  const limit = spec.limit(at, subject)
  return quantity(spec, { at, subject, context }, { demand, limit, missing: undefined })
}

/** The same sums, with a note of what they read: a number that rests on an unknown fact is none. */
function tracedQuantity<Id extends string, S extends Subject>(
  spec: QuantitySpec<Id, S>,
  evaluation: Evaluation<S>,
  trace: Trace,
): QuantityFinding {
  const { at, subject, context } = evaluation
  const demand = trace.during(() => spec.demand(at, subject))
  const limit = trace.during(() => spec.limit(at, subject))
  const demandMissing = unknownAmong(demand.facts, context.unknown)
  const limitMissing = unknownAmong(limit.facts, context.unknown)
  const finding = quantity(spec, evaluation, {
    demand: demandMissing === undefined ? demand.result : null,
    limit: limitMissing === undefined ? limit.result : null,
    missing: demandMissing ?? limitMissing,
  })
  context.onReads?.(finding, [...demand.facts, ...limit.facts])
  return finding
}

type Sums = {
  readonly demand: number | null
  readonly limit: number | null
  readonly missing: string | undefined
}

function quantity<Id extends string, S extends Subject>(
  spec: QuantitySpec<Id, S>,
  { at, subject, context }: Evaluation<S>,
  { demand, limit, missing }: Sums,
): QuantityFinding {
  const inCommon = {
    law: spec.id,
    subject: subject.path,
    kind: 'quantity',
    unit: spec.unit,
  } as const
  const assumed = isAssumed(spec, at)
  const derivation = () => derived(spec, { at, subject, context })
  if (demand === null || limit === null) {
    const why = missing ?? spec.missing?.(subject) ?? subject.path
    const unknown = { headroom: null, severity: 'unknown', missing: why } as const
    return { ...inCommon, demand, limit, ...unknown, assumed, derivation }
  }
  const headroom = limit - demand
  const planned = at.system.policy.maxUtilization * limit - demand
  const severity = isNegative(headroom) ? 'broken' : isNegative(planned) ? 'tight' : 'ok'
  return {
    law: inCommon.law,
    subject: inCommon.subject,
    kind: inCommon.kind,
    demand,
    limit,
    headroom,
    unit: inCommon.unit,
    severity,
    assumed,
    derivation,
  }
}

function ruleFinding<Id extends string, S extends Subject>(
  spec: RuleSpec<Id, S>,
  evaluation: Evaluation<S>,
): RuleFinding {
  const { at, subject, context } = evaluation
  const { trace } = context
  if (trace === undefined)
    return rule(spec, evaluation, { severity: spec.judge(at, subject), missing: undefined })
  const judged = trace.during(() => spec.judge(at, subject))
  const missing = unknownAmong(judged.facts, context.unknown)
  const severity = missing === undefined ? judged.result : null
  const finding = rule(spec, evaluation, { severity, missing })
  context.onReads?.(finding, judged.facts)
  return finding
}

function rule<Id extends string, S extends Subject>(
  spec: RuleSpec<Id, S>,
  { at, subject, context }: Evaluation<S>,
  { severity, missing }: { severity: RuleSeverity | null; missing: string | undefined },
): RuleFinding {
  const finding = {
    law: spec.id,
    subject: subject.path,
    kind: 'rule',
    holds: severity === null ? null : severity === 'ok',
    severity: severity ?? 'unknown',
    assumed: isAssumed(spec, at),
    derivation: () => derived(spec, { at, subject, context }),
  } as const
  const why =
    severity === null ? { missing: missing ?? spec.missing?.(subject) ?? subject.path } : undefined
  if (spec.numbers === undefined) return why === undefined ? finding : { ...finding, ...why }
  const demand = severity === null ? null : spec.numbers.demand(at, subject)
  const limit = severity === null ? null : spec.numbers.limit(at, subject)
  const headroom = demand === null || limit === null ? null : limit - demand
  return { ...finding, ...why, demand, limit, headroom, unit: spec.numbers.unit }
}

/** Its terms, and last whether the load that it rests on was measured. */
function derived<Id extends string, S extends Subject>(
  spec: Common<Id, S>,
  { at, subject, context: { sourceOf } }: Evaluation<S>,
): readonly Term[] {
  const terms = spec.terms(at, subject, sourceOf)
  if (!restsOnWorkload(spec, at)) return terms
  const { source } = at.system.workload
  const formula = source === 'measured' ? 'fitted to what was observed' : 'nobody measured it'
  return [
    ...terms,
    { term: 'workload', value: source, formula, source: sourceOf('workload.source') },
  ]
}

function isAssumed<Id extends string, S extends Subject>(
  spec: Common<Id, S>,
  at: AtUsers,
): boolean {
  return at.system.workload.source !== 'measured' && restsOnWorkload(spec, at)
}

/** By its sums, or by the instances that these users need. */
function restsOnWorkload<Id extends string, S extends Subject>(
  spec: Common<Id, S>,
  at: AtUsers,
): boolean {
  return spec.workload === true || at.scale !== 'maximum'
}
