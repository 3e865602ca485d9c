/** From the forecast to the claim: judge, ask, and grant only what still fits. */

import type { Policy } from '../capacity/system.ts'
import { readingOf } from '../gate/evidence.ts'
import { movedSince } from '../gate/fingerprint.ts'
import { approvalsNeeded } from '../gate/policy.ts'
import type { RunEvent } from './events.ts'
import { type Again, again, type Done, decided, lookAt, type Means, plannedStep } from './means.ts'
import type { Run } from './run.ts'
import { boundOf, recordedFact, shownForecast } from './shown.ts'

export async function forecastStep(means: Means, run: Run): Promise<Done> {
  const step = plannedStep(means, run)
  if (step === null) return parkRefused(means, run)
  const { examination } = await lookAt(means, run, step)
  await means.journal.keepDocument(examination.basis.document, means.document)
  return decided(means, run, () => ({
    kind: 'change',
    events: [{ type: 'step-forecast', v: 1, forecast: shownForecast(step, examination) }],
  }))
}

function parkRefused(means: Means, run: Run): Promise<Done> {
  const why = `this version refuses the stored input of ${run.plan[run.index]?.step}`
  return decided(means, run, () => ({
    kind: 'change',
    events: [{ type: 'run-parked', v: 1, why: { code: 'stored-input-refused', why } }],
  }))
}

/** Judged: blocked, read at once, asked for, or granted without asking. */
export async function settleForecast(means: Means, run: Run): Promise<Done> {
  const step = plannedStep(means, run)
  const { forecast } = run.record
  if (step === null || forecast === null) return parkRefused(means, run)
  if (forecast.verdict === 'block')
    return decided(means, run, () => ({
      kind: 'change',
      events: [{ type: 'step-blocked', v: 1 }],
    }))
  if (step.act.kind === 'read') {
    const { facts } = await lookAt(means, run, step)
    const evidence = readingOf(step.act.shows, facts, means.world.read)
    return decided(means, run, () => ({
      kind: 'change',
      events: [{ type: 'step-verified', v: 1, evidence: [...evidence] }],
    }))
  }
  const { policy } = means.document
  const needed = approvalsNeeded(policy, step.risk, forecast.verdict)
  return needed === 0 ? grantClaim(means, run) : requestApproval(means, run, policy, needed)
}

async function requestApproval(
  means: Means,
  run: Run,
  policy: Policy,
  needed: number,
): Promise<Done> {
  const { users, group } = policy.roles?.approve ?? { users: [], group: null }
  const members = group === null ? [] : await means.membersOf(group)
  const approvers = [...new Set([...users, ...members])].sort()
  const able = approvers.filter((user) => user !== run.by)
  const approval = means.newId()
  return decided(means, run, (now) => {
    const event: RunEvent =
      able.length < needed
        ? { type: 'run-parked', v: 1, why: { code: 'nobody-may-approve', needed } }
        : {
            type: 'approval-requested',
            v: 1,
            approval,
            token: `${run.id}.${means.newId()}`,
            needed,
            approvers,
            expiresAt: now + policy.approvals.expiresMinutes * 60_000,
          }
    return { kind: 'change', events: [event] }
  })
}

/** Looks again, and claims the target with its reservation if what was agreed to still fits. */
export async function grantClaim(means: Means, run: Run): Promise<Done> {
  const step = plannedStep(means, run)
  const { forecast } = run.record
  if (step === null || forecast === null) return parkRefused(means, run)
  const { examination, headroom, facts } = await lookAt(means, run, step)
  const moved = movedSince(boundOf(forecast), examination)
  const event: RunEvent =
    moved.length > 0
      ? { type: 'approval-voided', v: 1, moved: moved.map(recordedMoved) }
      : { type: 'step-claimed', v: 1, facts: facts.map(recordedFact) }
  return means.journal.change<Again>(run.id, (current, held) =>
    // The forecast read this headroom: a claim made since then asks for a new one.
    current.version === run.version && held.version === headroom.version
      ? { kind: 'change', events: [event], claim: moved.length === 0 }
      : again,
  )
}

export function recordedMoved(moved: { what: string; before: unknown; after: unknown }) {
  const json = (value: unknown) => JSON.parse(JSON.stringify(value ?? null))
  return { what: moved.what, before: json(moved.before), after: json(moved.after) }
}

export function expireApproval(means: Means, run: Run): Promise<Done> {
  return decided(means, run, () => ({
    kind: 'change',
    events: [{ type: 'approval-expired', v: 1, approval: run.record.approval?.id ?? '' }],
  }))
}
