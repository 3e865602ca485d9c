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
   * fold can always give it.
   */
  readonly dueAt: number | null
}

export type AppendResult =
  | { readonly kind: 'appended'; readonly at: number }
  | { readonly kind: 'conflict'; readonly stream: string; readonly version: number }

export type Ledger = {
  /** The one clock that decides. */
  readonly now: () => Promise<number>
  readonly append: (appends: readonly Append[]) => Promise<AppendResult>
  readonly read: (stream: string) => Promise<readonly Recorded[]>
  /** The streams that somebody must look at by `now`, the most overdue first, at most `limit`. */
  readonly due: (now: number, limit: number) => Promise<readonly string[]>
  /** The newest streams whose name begins so, at most `limit`. */
  readonly newest: (prefix: string, limit: number) => Promise<readonly string[]>
  /** Documents are kept once, by their digest. */
  readonly keepDocument: (digest: string, body: string) => Promise<void>
  readonly document: (digest: string) => Promise<string | null>
  readonly close: () => Promise<void>
}
