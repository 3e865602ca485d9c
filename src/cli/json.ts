/** The JSON that scripts rely on: contract.md, 3. */
import type { ComingEvent } from '../capacity/events.ts'
import type { Assessment, Finding } from '../capacity/finding.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { Lever } from '../define/levers.ts'
import type { Preparation } from '../define/preparation.ts'
import type { BoundStep } from '../define/step.ts'
import type { Examination } from '../gate/gate.ts'
import type { Status } from '../gate/status.ts'
import type { Advice } from '../runs/advice.ts'
import { explanationOf } from '../words/en-explain.ts'
import { reasonSentence, refusalSentence } from '../words/en-reasons.ts'

/** Events and backlogs have their keys only where there are any: contract.md, 3 knows neither. */
export function statusJson(status: Status, { preparation }: Advice) {
  const { system, assessment, cost, view, events, backlogs } = status
  const { users, nowUsers, supportedUsers, binding, severity, findings } = assessment
  return {
    system,
    observedAt: iso(view.observedAt),
    users,
    nowUsers,
    supportedUsers,
    binding,
    severity,
    findings: findings.map(findingJson),
    cost,
    facts: view.facts.map((fact) =>
      fact.kind === 'observed'
        ? {
            name: fact.name,
            value: fact.value,
            source: fact.source,
            observedAt: iso(fact.observedAt),
            assumed: false,
          }
        : {
            name: fact.name,
            value: null,
            source: `${fact.source}: ${fact.why}`,
            observedAt: null,
            assumed: false,
          },
    ),
    drift: view.drift,
    ...(view.system.workload.events === undefined
      ? {}
      : { events: events.map((event) => eventJson(event, preparation)) }),
    ...(backlogs.length === 0 ? {} : { backlogs }),
  }
}

function eventJson(event: ComingEvent, preparation: Preparation | null) {
  const { name, users, from, to, supportedUsers, isCarried, breaks, starts } = event
  const isPrepared = preparation?.event === name && isCarried === false
  const { workMinutes, restarts, reviews, startBy } = isPrepared ? preparation : unprepared
  return {
    name,
    users,
    from: iso(from),
    to: iso(to),
    supportedUsers,
    isCarried,
    breaks,
    starts,
    ...{ workMinutes, restarts, reviews, startBy: iso(startBy) },
  }
}

/** Carried, or another event comes sooner: nobody asked how. */
const unprepared = { workMinutes: null, restarts: null, reviews: null, startBy: null }

export function checkJson(step: BoundStep, examination: Examination) {
  const { verdict, reasons, refusal, judgement, fingerprint } = examination
  return {
    step: step.name,
    input: step.input,
    verdict,
    reasons: reasonsJson(reasons, refusal, step.target),
    phases: (judgement?.phases ?? []).map(({ name, assessment, disruption }) => ({
      name,
      assessment: assessment === null ? null : assessmentJson(assessment),
      disruption,
    })),
    costDeltaUsd: examination.judged.costDeltaUsd,
    fingerprint,
  }
}

/** A refusal by the target's own rules stands first, as a reason like the others. */
export function reasonsJson(
  reasons: Examination['reasons'],
  refusal: Refusal | null,
  subject: string | null,
) {
  const refused =
    refusal === null ? [] : [{ ...refusal, law: null, subject, before: null, after: null }]
  return [...refused, ...reasons].map((reason) => ({
    code: reason.code,
    law: reason.law,
    subject: reason.subject,
    text: 'kind' in reason ? refusalSentence(reason) : reasonSentence(reason),
    before: reason.before,
    after: reason.after,
  }))
}

function assessmentJson({ findings, ...rest }: Assessment) {
  return { ...rest, findings: findings.map(findingJson) }
}

/** What rests on the workload says in its derivation whether that was measured. */
function findingJson({ derivation, assumed: _said, ...finding }: Finding) {
  return { ...finding, derivation: derivation() }
}

/** A finding with what would change it, and by how much; null: nothing is known to say of it. */
export function explainJson(finding: Finding, levers: readonly Lever[]) {
  const { changes = null, mistake = null } = explanationOf(finding.law) ?? {}
  return {
    ...findingJson(finding),
    changes,
    mistake,
    levers: levers.map(({ finding: after, ...lever }) => ({
      ...lever,
      severity: after?.severity ?? null,
      demand: after?.demand ?? null,
      limit: after?.limit ?? null,
      headroom: after?.headroom ?? null,
    })),
  }
}

function iso(at: number | null): string | null {
  return at === null || !Number.isFinite(at) ? null : new Date(at).toISOString()
}
