/** What generates load, and what it measured. Types only; facts/workload.md. */
import type { Clearance } from '../clearance.ts'

export type LoadTestResult = {
  readonly users: number
  readonly seconds: number
  readonly requestsPerSecond: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly errorRate: number
}

export type LoadTestProgress =
  | { readonly kind: 'absent' }
  | { readonly kind: 'running'; readonly seconds: number; readonly users: number }
  | {
      readonly kind: 'ended'
      readonly result: LoadTestResult | null
      readonly error: string | null
    }

export type LoadTestReader = { progress: (test: string) => Promise<LoadTestProgress> }

export type LoadTestWriter = {
  /** Spends the clearance immediately before it starts. Throws a Fault. */
  start: (
    clearance: Clearance,
    test: {
      readonly name: string
      readonly host: string
      readonly users: number
      readonly minutes: number
    },
  ) => Promise<void>
  stop: (clearance: Clearance, test: string) => Promise<void>
}
