/** Why a request was not taken, as a value; a face says it to the person alone. Types only. */
import type { Unable } from '../define/step.ts'
import type { Denial } from '../gate/policy.ts'
import type { Run } from './stage.ts'

export type NotTaken =
  | Denial
  | { readonly kind: 'not-taken'; readonly code: 'not-stopped' }
  | {
      readonly kind: 'not-taken'
      readonly code: 'target-claimed'
      readonly target: string
      readonly run: string
    }
  | { readonly kind: 'not-taken'; readonly code: 'unable'; readonly why: Unable }
  | { readonly kind: 'not-taken'; readonly code: 'no-approvers' }
  | {
      readonly kind: 'not-taken'
      readonly code: 'plan-length'
      readonly steps: number
      readonly atMost: number
    }
  | { readonly kind: 'not-taken'; readonly code: 'no-reason' }
  | { readonly kind: 'not-taken'; readonly code: 'unknown-run' }
  | { readonly kind: 'not-taken'; readonly code: 'decided-already'; readonly run: Run }
  | { readonly kind: 'not-taken'; readonly code: 'under-way' }
  | { readonly kind: 'not-taken'; readonly code: 'look-first' }
  | { readonly kind: 'not-taken'; readonly code: 'nothing-prevented' }
  | { readonly kind: 'not-taken'; readonly code: 'no-follow-up' }
