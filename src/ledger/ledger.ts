/**
 * The ledger's port: the append-only event log of all runs, and the only truth about them. DESIGN.md, 3.
 * One primitive carries everything: `append`, all or none, which fails on a version that is no longer current.
 */

/** What is written: JSON with its kind and schema version. The fold's own zod schema judges it when it is read. */
export type LedgerEvent = { readonly type: string; readonly v: number }

export type Recorded = {
  /** Counted from 1 within its stream. */
  readonly version: number
  /** Milliseconds since the epoch, on the ledger's clock: never earlier than the event before. */
  readonly at: number
  /** As it was written; unknown until a schema has judged it. */
  readonly event: unknown
}

export type Append = {
  readonly stream: string
  /** The number of events that the writer saw. */
  readonly expectedVersion: number
  readonly events: readonly LedgerEvent[]
  /**
   * When somebody must look at the stream again; null: not before its next append. An index: the
   * fold can always give it. A stream that is due already stays due since then.
   */
  readonly dueAt: number | null
  /** Written after all the appends, in the same transaction: where this stream stands then. */
  readonly seal?: Seal
}

/** A stream's version, and the hash that covers everything up to it. */
export type Head = { readonly version: number; readonly hash: string }

/** An event that records a head in another stream, at whatever version that one has. */
export type Seal = { readonly stream: string; readonly event: (head: Head) => LedgerEvent }

export type AppendResult =
  | { readonly kind: 'appended'; readonly at: number }
  | { readonly kind: 'conflict'; readonly stream: string; readonly version: number }

export type Ledger = {
  /** The one clock that decides. */
  readonly now: () => Promise<number>
  /** Each stream once. */
  readonly append: (appends: readonly Append[]) => Promise<AppendResult>
  readonly read: (stream: string) => Promise<readonly Recorded[]>
  /** Null for a stream without events. */
  readonly head: (stream: string) => Promise<Head | null>
  /** The streams that somebody must look at by `now`, the most overdue first, at most `limit`. */
  readonly due: (now: number, limit: number) => Promise<readonly string[]>
  /** The newest streams whose name begins so, at most `limit`. */
  readonly newest: (prefix: string, limit: number) => Promise<readonly string[]>
  /** Documents are kept once, by their digest. */
  readonly keepDocument: (digest: string, body: string) => Promise<void>
  readonly document: (digest: string) => Promise<string | null>
  readonly close: () => Promise<void>
}

/** There is no ledger to work with, and a person must see to it: the sentence says what. */
export class LedgerUnusable extends Error {
  override readonly name = 'LedgerUnusable'
}

/**
 * The ledger does not answer now. What was appended then may be there or not: whoever asks again reads
 * first, as after a lost race.
 */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable'
}

/** A record as it lies in the store; somebody may have been at it. */
export type Kept = {
  readonly version: number
  readonly at: number
  readonly body: string
  readonly hash: string
}

/** The ledger as auditors read it: beside a running app, as it was at one moment, and never written. */
export type Archive = {
  /** Every stream that is named anywhere, with the version and hash that its index says. */
  readonly streams: () => Promise<ReadonlyMap<string, Head | null>>
  /** In the order of their versions. */
  readonly records: (stream: string) => Promise<readonly Kept[]>
  readonly document: (digest: string) => Promise<string | null>
}
