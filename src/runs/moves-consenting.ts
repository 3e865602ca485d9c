/** From the forecast to the claim: judged, asked for, agreed to; a plan as a whole, then each step. Pure. */
import type { RunEvent } from './events.ts'
import { end, IllegalEvent, type Moves, park, passed, verified, voided } from './moves.ts'
import type { Approval, Run, StepRecord } from './stage.ts'

export function planned(run: Run, event: RunEvent, at: number): Moves {
  const { proposal } = run
  switch (event.type) {
    case 'plan-blocked':
      return end('blocked', null)
    case 'approval-requested': {
      const approval = requested(event)
      return { stage: { kind: 'consulting', approval }, proposal: { ...proposal, approval } }
    }
    case 'plan-accepted':
      return { stage: { kind: 'reached' }, proposal: { ...proposal, acceptedAt: at } }
    case 'approval-voided':
      return { stage: { kind: 'planning' }, proposal: { ...proposal, moved: event.moved } }
    case 'run-parked':
      return park(event.why, { kind: 'planning' })
    default:
      throw new IllegalEvent(event.type, 'planned')
  }
}

/** The plan waits for people. */
export function consulting(run: Run, approval: Approval, event: RunEvent, at: number): Moves {
  const { proposal } = run
  switch (event.type) {
    case 'consent-given': {
      const consented = withConsent(approval, event.by, at)
      return {
        stage: { kind: 'consulting', approval: consented },
        proposal: { ...proposal, approval: consented },
      }
    }
    case 'approval-rejected':
      return end('rejected', event.by)
    case 'approval-expired':
      return end('expired', null)
    case 'plan-accepted':
    case 'approval-voided':
    case 'run-parked':
      return planned(run, event, at)
    default:
      throw new IllegalEvent(event.type, 'consulting')
  }
}

function requested(event: Extract<RunEvent, { type: 'approval-requested' }>): Approval {
  const { approval: id, token, needed, role = 'approve', approvers, expiresAt } = event
  return { id, token, needed, role, approvers, expiresAt, consents: [] }
}

function withConsent(approval: Approval, by: string, at: number): Approval {
  return { ...approval, consents: [...approval.consents, { by, at }] }
}

export function judged(run: Run, event: RunEvent, at: number): Moves {
  const { record, stage } = run
  switch (event.type) {
    case 'step-blocked':
      return end('blocked', null)
    case 'step-unneeded':
      return passed(run, 'unneeded', { at })
    case 'approval-requested': {
      const approval = requested(event)
      const moved = event.strayed ?? record.moved
      return { stage: { kind: 'waiting', approval }, record: { ...record, approval, moved } }
    }
    case 'step-claimed':
      return { stage: { kind: 'claimed' }, record: claimed(record, event, at) }
    case 'person-asked':
      return { stage: { kind: 'asked' } }
    case 'step-verified':
      return verified(run, event.evidence, at)
    case 'approval-voided':
      return voided(run, event.moved)
    case 'run-parked':
      return park(event.why, { kind: 'reached' })
    default:
      throw new IllegalEvent(event.type, stage.kind)
  }
}

export function waiting(run: Run, approval: Approval, event: RunEvent, at: number): Moves {
  const { record, stage } = run
  switch (event.type) {
    case 'consent-given': {
      const consented = withConsent(approval, event.by, at)
      return {
        stage: { kind: 'waiting', approval: consented },
        record: { ...record, approval: consented },
      }
    }
    case 'approval-rejected':
      return end('rejected', event.by)
    case 'approval-expired':
      return end('expired', null)
    case 'run-parked':
      return park(event.why, { kind: 'reached' })
    case 'approval-voided':
      return voided(run, event.moved)
    case 'step-claimed':
      return { stage: { kind: 'claimed' }, record: claimed(record, event, at) }
    default:
      throw new IllegalEvent(event.type, stage.kind)
  }
}

function claimed(
  record: StepRecord,
  { byPlan = false }: Extract<RunEvent, { type: 'step-claimed' }>,
  at: number,
): StepRecord {
  return { ...record, claimedAt: at, byPlan }
}
