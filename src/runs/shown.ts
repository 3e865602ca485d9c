/** An examination as it is recorded: exactly what a person is shown and decides on. Pure. */
import type { Assessment, Finding } from '../capacity/finding.ts'
import type { BoundStep, Json } from '../define/step.ts'
import type { Basis, Judged } from '../gate/fingerprint.ts'
import type { Examination } from '../gate/gate.ts'
import type { Fact } from '../world/world.ts'
import type { RecordedFact, ShownForecast, ShownRow } from './events.ts'

export function shownForecast(step: BoundStep, examination: Examination): ShownForecast {
  const { view, basis, judgement, prediction } = examination
  const after = judgement?.after ?? null
  const now = judgement?.now ?? null
  const act = step.act.kind === 'write' ? step.act : null
  const expects = 'expects' in step.act ? step.act.expects : null
  return {
    step: step.name,
    input: { ...step.input },
    target: step.target,
    effect: step.effect(view.system),
    verdict: examination.verdict,
    reasons: [...examination.reasons],
    rows: now === null || after === null ? [] : rowsOf(now, after),
    users: view.system.workload.users,
    nowUsers: view.system.workload.nowUsers,
    supportedUsers: { now: now?.supportedUsers ?? null, after: after?.supportedUsers ?? null },
    disruption: judgement?.phases.find(({ disruption }) => disruption !== null)?.disruption ?? null,
    costDeltaUsd: examination.judged.costDeltaUsd,
    crowd: examination.judged.crowd,
    fingerprint: examination.fingerprint,
    version: basis.version,
    facts: examination.view.facts.map(recordedFact),
    expects: [...(prediction === null ? [] : (expects?.(prediction.after) ?? []))],
    undo: act === null ? null : act.undo(view.system),
    document: basis.document,
    policy: basis.policy,
  }
}

export function recordedFact(fact: Fact): RecordedFact {
  return fact.kind === 'unavailable' ? fact : { ...fact, value: recordedJson(fact.value) }
}

export function recordedJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null))
}

/**
 * What an approver compares: every law whose numbers or severity the step changes, and every one
 * that binds. An alert says its own in a reason.
 */
function rowsOf(now: Assessment, after: Assessment): ShownRow[] {
  const binds = (finding: Finding) =>
    [...now.binding, ...after.binding].some(
      ({ law, subject }) => law === finding.law && subject === finding.subject,
    )
  return after.findings.flatMap((finding) => {
    const before = now.findings.find(
      ({ law, subject }) => law === finding.law && subject === finding.subject,
    )
    if (before === undefined || finding.demand === undefined || finding.limit === undefined)
      return []
    const [old, fresh] = [numbersOf(before), numbersOf(finding)]
    const changed = JSON.stringify(old) !== JSON.stringify(fresh)
    const isPowerless = finding.law === 'response-time' && finding.assumed
    if (isPowerless || finding.law === 'alert-fires' || (!changed && !binds(finding))) return []
    const { law, subject, unit } = finding
    return [{ law, subject, unit: unit ?? '', now: old, after: fresh }]
  })
}

function numbersOf(finding: Finding): ShownRow['now'] {
  return {
    demand: finding.demand ?? null,
    limit: finding.limit ?? null,
    severity: finding.severity,
  }
}

/** What the consent was given to, to be compared with a fresh examination. */
export function boundOf(forecast: ShownForecast): { basis: Basis; judged: Judged } {
  const { step, input, document, policy, version, facts } = forecast
  const { verdict, reasons, disruption, costDeltaUsd, crowd } = forecast
  return {
    basis: { step, input, document, policy, version, facts },
    judged: {
      verdict,
      reasons,
      disruptions: disruption === null ? [] : [disruption],
      costDeltaUsd,
      crowd,
    },
  }
}
