/** What generates load, and what it measured. Types only; facts/workload.md, 6. */
import type { Players } from '../../capacity/load-generator.ts'
import type { Clearance } from '../clearance.ts'

export type LoadTestRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the first slash on. `{marker}` becomes a name that no other request has. */
  readonly path: string
  /** Sent as JSON; `{marker}` in its texts as well. */
  readonly json?: unknown
}

export type LoadTestPlan = {
  /** Names the test everywhere: its folder, its header, the marker in what it writes. */
  readonly name: string
  /** A host of the policy, with a port where the host stands there without one. */
  readonly host: string
  readonly arrival: /** Users who wait for an answer, then think: a slow service gets less load. */
    | { readonly kind: 'closed'; readonly users: number; readonly thinkSeconds: number }
    /** So many a second whatever becomes of them, by at most so many users at once. */
    | {
        readonly kind: 'open'
        readonly users: number
        readonly iterationsPerMinute: number
        readonly usersAtMost: number
      }
  readonly rampSeconds: number
  /** At full load. */
  readonly holdSeconds: number
  /** In this order by each user. */
  readonly requests: readonly LoadTestRequest[]
  /** Sent once at the end; `{marker}`: what all names of the test begin with. Null: nothing is written. */
  readonly cleanUp: LoadTestRequest | null
  readonly limits: { readonly p95Ms: number; readonly errorRate: number }
  /** A limit that is crossed ends the test, but not before. */
  readonly judgedAfterSeconds: number
  /** Among how many machines of a job it is shared; null: this machine plays it alone. */
  readonly tasks: number | null
}

export type LoadTestResult = {
  readonly kind: 'measured'
  /** At once, at most. */
  readonly users: number
  readonly seconds: number
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** Of all requests. */
  readonly errorRate: number
  /** Iterations that an open test could not begin: then the load was not what was asked for. */
  readonly dropped: number
  /** The limits that were crossed. */
  readonly crossed: readonly string[]
}

/** What was seen of a limit: so many segments of the test stayed below it. No number of the whole is known. */
export type SegmentBound = { readonly atMost: number; readonly in: number; readonly of: number }

/** What the machines of a job say of a test: each judged its own segment, and gives no number. */
export type SegmentVerdicts = {
  readonly kind: 'segments'
  /** At once, together; null where some ended before their time. */
  readonly users: number | null
  readonly p95Ms: SegmentBound
  readonly errorRate: SegmentBound
  /** Where each one's own numbers are to be found. */
  readonly where: string
}

export type LoadTestNow = {
  readonly seconds: number
  readonly users: number
  readonly requests: number
  readonly p95Ms: number | null
  readonly errorRate: number | null
  /** A limit is crossed at this moment. */
  readonly isTainted: boolean
}

export type LoadTestProgress =
  | { readonly kind: 'absent' }
  /** `now` is null before it has begun to send, and where other machines send. */
  | { readonly kind: 'running'; readonly now: LoadTestNow | null }
  | {
      readonly kind: 'ended'
      readonly endedAt: number
      readonly result: LoadTestResult | SegmentVerdicts | null
      /** Why it says nothing about the service; null where it does. */
      readonly error: string | null
    }

/** What a test is made from besides what is asked for, and what plays it. */
export type LoadTestTerms = {
  /** policy.loadTestHosts */
  readonly hosts: readonly string[]
  readonly limits: { readonly p95Ms: number; readonly errorRate: number }
  readonly thinkSeconds: number
  readonly requestSeconds: number
  /** No other machine reaches a host that is this one. */
  readonly players: (host: string) => Players
}

export type LatestLoadTest = { readonly name: string; readonly progress: LoadTestProgress }

export type LoadTestReader = {
  progress: (test: string) => Promise<LoadTestProgress>
  /** The one that began last, and how it stands. */
  latest: () => Promise<LatestLoadTest | null>
  terms: () => LoadTestTerms
}

export type LoadTestWriter = {
  /** Spends the clearance of `workload` immediately before it starts. Throws a Fault. */
  start: (clearance: Clearance, plan: LoadTestPlan) => Promise<void>
  /**
   * Tells whatever runs to end, and gives its name: it may take some seconds more. Null: nothing ran.
   * Spends the clearance of `workload.loadTest`.
   */
  stop: (clearance: Clearance) => Promise<string | null>
}
