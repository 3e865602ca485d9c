/** The only minter of clearances: no action runs until this function has said so. DESIGN.md, 2 and 6. */

import type { Policy } from '../capacity/system.ts'
import { approvalsNeeded } from '../define/approvals-needed.ts'
import type { BoundStep, Intent } from '../define/step.ts'
import { type Clearance, mintClearance } from '../world/clearance.ts'
import { digestOf } from './digest.ts'
import { isSeen } from './facts.ts'
import { type Moved, movedSince } from './fingerprint.ts'
import type { Examination } from './gate.ts'
import { glassPasses } from './glass.ts'
import { glassApprovals } from './policy.ts'

/** A yes that was given in time is acted on within this; after it somebody must be asked again. */
const finishWithinMs = 600_000

export type NotCleared =
  /** The world or the verdict is no longer what was shown and agreed to. */
  | { readonly kind: 'moved'; readonly moved: readonly Moved[] }
  /** `mode: observe`: everything but this. */
  | { readonly kind: 'withheld' }
  | { readonly kind: 'not-cleared'; readonly why: string }

export type Cleared = { readonly kind: 'cleared'; readonly clearance: Clearance }

export type Request = {
  readonly step: BoundStep
  readonly intent: Intent
  readonly policy: Policy
  /** What was shown, and who said yes to exactly that. */
  readonly shown: Pick<Examination, 'basis' | 'judged'>
  readonly consents: readonly { readonly by: string }[]
  /** When the approval ended; null: none was asked for. */
  readonly expiresAt: number | null
  readonly requester: string
  /** The wait is removed; the record is not. */
  readonly isGlassBroken: boolean
  /** Judged on facts of this moment. */
  readonly fresh: Examination
  /** By the ledger's clock. */
  readonly now: number
  /** The intent's `sendBefore` on the clock of this process, the one that an adapter can look at. */
  readonly spendBefore: number
}

export function clear(request: Request): Cleared | NotCleared {
  const obstacle = obstacleTo(request)
  if (obstacle !== null) return obstacle
  const { step, intent } = request
  const exact = { step: step.name, input: step.input, version: intent.version }
  return {
    kind: 'cleared',
    clearance: mintClearance({
      intent: intent.id,
      target: step.target,
      request: digestOf(exact),
      sendBefore: request.spendBefore,
    }),
  }
}

/** The same question for what is held before the write: its clearance is spent on the hold's own target. */
export function clearHold(request: Request, { target }: { target: string }): Cleared | NotCleared {
  const obstacle = obstacleTo(request)
  if (obstacle !== null) return obstacle
  const { intent, spendBefore } = request
  return { kind: 'cleared', clearance: holdClearance({ id: intent.id, spendBefore }, target) }
}

/** Approved with its step, and exempt from freeze, limits, expiry and stop: it only lets go. DESIGN.md, 3. */
export function clearRelease({ target, ...held }: Held & { readonly target: string }): Clearance {
  return holdClearance(held, target)
}

type Held = { readonly id: string; readonly spendBefore: number }

function holdClearance({ id, spendBefore }: Held, target: string): Clearance {
  const request = digestOf({ hold: target })
  return mintClearance({ intent: id, target, request, sendBefore: spendBefore })
}

function obstacleTo(request: Request): NotCleared | null {
  const { step, policy, shown, fresh, now, intent } = request
  if (step.act.kind !== 'write') return not(`${step.name} writes nothing`)
  const unable = step.act.unable(fresh.view.system)
  if (unable !== null) return not(unable.code)
  const moved = movedSince(shown, fresh)
  if (moved.length > 0) return { kind: 'moved', moved }
  const { expiresAt, isGlassBroken } = request
  if (fresh.verdict === 'block' && !(isGlassBroken && glassPasses(fresh)))
    return not('the verdict is block')
  if (expiresAt !== null && now > expiresAt + finishWithinMs)
    return { kind: 'moved', moved: [{ what: 'approval', before: expiresAt, after: now }] }
  const given = new Set(request.consents.map(({ by }) => by))
  given.delete(request.requester)
  const needed = isGlassBroken ? glassApprovals : approvalsNeeded(policy, step.risk, fresh.verdict)
  if (given.size < needed) return not(`${needed} must approve, ${given.size} did`)
  const unseen = step.needs.find((name) => !isSeen(fresh.view, name, now))
  if (unseen !== undefined && !isGlassBroken) return not(`${unseen} was not observed`)
  if (now > intent.sendBefore) return not('its time is over')
  if (policy.mode === 'observe') return { kind: 'withheld' }
  return null
}

function not(why: string): NotCleared {
  return { kind: 'not-cleared', why }
}
