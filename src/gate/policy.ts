/** Who may, and how many: the rules that concern people. Pure. DESIGN.md, 6. */
import type { Role } from '../capacity/policy-document.ts'
import type { Policy } from '../capacity/system.ts'

/** `unknown`: Slack did not say; no answer is a no. */
export type Standing = 'member' | 'guest' | 'stranger' | 'bot' | 'deactivated' | 'unknown'

/** Who clicked or typed, as Slack knows them at most 60 s ago. */
export type Actor = {
  readonly user: string
  readonly standing: Standing
  /** The user groups that they were found in; a group that could not be asked is not in it. */
  readonly groups: readonly string[]
}

/** What a consent is judged by. */
export type Consentable = {
  readonly id: string
  readonly token: string
  /** Whose yes it asks for. */
  readonly role: RoleName
  readonly approvers: readonly string[]
  readonly expiresAt: number
  readonly consents: readonly { readonly by: string }[]
}

/** Why a person may not; a face says it to that person alone. */
export type Denial =
  | { readonly kind: 'denied'; readonly code: 'not-a-member'; readonly standing: Standing }
  | {
      readonly kind: 'denied'
      readonly code: 'not-in-role'
      readonly role: RoleName
      readonly holders: Role
    }
  | { readonly kind: 'denied'; readonly code: 'own-request' }
  | { readonly kind: 'denied'; readonly code: 'already-counted' }
  | { readonly kind: 'denied'; readonly code: 'expired'; readonly at: number }
  | { readonly kind: 'denied'; readonly code: 'stale-button' }
  | { readonly kind: 'denied'; readonly code: 'channel'; readonly channels: readonly string[] }

export type RoleName = 'request' | 'approve' | 'breakGlass'

/** The only place where a yes is counted: every door goes through it, inside the ledger's append. */
export function judgeConsent(
  approval: Consentable,
  token: string,
  policy: Policy,
  requester: string,
  actor: Actor,
  now: number,
): { readonly kind: 'counted' } | Denial {
  if (token !== approval.token) return { kind: 'denied', code: 'stale-button' }
  if (now >= approval.expiresAt) return { kind: 'denied', code: 'expired', at: approval.expiresAt }
  if (actor.standing !== 'member')
    return { kind: 'denied', code: 'not-a-member', standing: actor.standing }
  const { role } = approval
  const holders = policy.roles?.[role] ?? nobody
  const inRole = isIn(holders, actor) && approval.approvers.includes(actor.user)
  if (actor.user === requester) return { kind: 'denied', code: 'own-request' }
  if (!inRole) return { kind: 'denied', code: 'not-in-role', role, holders }
  if (approval.consents.some(({ by }) => by === actor.user))
    return { kind: 'denied', code: 'already-counted' }
  return { kind: 'counted' }
}

/** Whether somebody may ask for anything, in this channel. */
export function judgeRequest(
  policy: Policy,
  channel: string,
  actor: Actor,
): { readonly kind: 'allowed' } | Denial {
  if (actor.standing !== 'member')
    return { kind: 'denied', code: 'not-a-member', standing: actor.standing }
  if (policy.channels !== undefined && !policy.channels.includes(channel))
    return { kind: 'denied', code: 'channel', channels: policy.channels }
  const holders = policy.roles?.request
  if (holders !== undefined && !isIn(holders, actor))
    return { kind: 'denied', code: 'not-in-role', role: 'request', holders }
  return { kind: 'allowed' }
}

/** Whether somebody may stop a run, or say how a parked one goes on: its requester, or an approver. */
export function judgeSteering(
  policy: Policy,
  requester: string,
  actor: Actor,
): { readonly kind: 'allowed' } | Denial {
  if (actor.standing !== 'member')
    return { kind: 'denied', code: 'not-a-member', standing: actor.standing }
  const holders = policy.roles?.approve ?? nobody
  if (actor.user === requester || isIn(holders, actor)) return { kind: 'allowed' }
  return { kind: 'denied', code: 'not-in-role', role: 'approve', holders }
}

/** Whether somebody may ask for the wait to be removed. Break-glass takes two: who asks, and who says yes. */
export function judgeGlass(policy: Policy, actor: Actor): { readonly kind: 'allowed' } | Denial {
  if (actor.standing !== 'member')
    return { kind: 'denied', code: 'not-a-member', standing: actor.standing }
  const holders = policy.roles?.breakGlass ?? nobody
  if (isIn(holders, actor)) return { kind: 'allowed' }
  return { kind: 'denied', code: 'not-in-role', role: 'breakGlass', holders }
}

/** Besides the one who asks. */
export const glassApprovals = 1

const nobody: Role = { users: [], group: null }

function isIn(role: Role, actor: Actor): boolean {
  const { users, group } = role
  return users.includes(actor.user) || (group !== null && actor.groups.includes(group))
}
