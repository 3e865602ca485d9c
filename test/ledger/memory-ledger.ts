/** A ledger in memory that behaves: held to the same contract as SQLite (ledger.test.ts). */
import { additionsOf, conflictIn, streamsOf } from '../../src/ledger/chain.ts'
import type { Head, Kept, Ledger } from '../../src/ledger/ledger.ts'
import type { Clock } from '../../src/world/world.ts'

type Stream = {
  readonly records: readonly Kept[]
  readonly head: Head
  readonly dueAt: number | null
  readonly created: number
}

export function memoryLedger(clock: Clock): Ledger {
  const streams = new Map<string, Stream>()
  const documents = new Map<string, string>()
  let last = 0
  const now = () => Math.max(clock.now(), last)

  return {
    now: async () => now(),
    append: async (appends) => {
      const heads = new Map(
        streamsOf(appends).flatMap((name) => {
          const stream = streams.get(name)
          return stream === undefined ? [] : [[name, stream.head] as const]
        }),
      )
      const conflict = conflictIn(appends, heads)
      if (conflict !== null) return conflict
      last = now()
      for (const { stream, records, head, dueAt } of additionsOf(appends, heads, last)) {
        const before = streams.get(stream)
        const all = [...(before?.records ?? []), ...records]
        streams.set(stream, { records: all, head, dueAt, created: before?.created ?? streams.size })
      }
      return { kind: 'appended', at: last }
    },
    read: async (stream) =>
      (streams.get(stream)?.records ?? []).map(({ version, at, body }) => ({
        ...{ version, at },
        event: JSON.parse(body),
      })),
    head: async (stream) => streams.get(stream)?.head ?? null,
    due: async (time, limit) =>
      [...streams]
        .flatMap(([name, { dueAt }]) => (dueAt === null || dueAt > time ? [] : [{ name, dueAt }]))
        .sort((one, other) => one.dueAt - other.dueAt)
        .slice(0, limit)
        .map(({ name }) => name),
    newest: async (prefix, limit) =>
      [...streams]
        .filter(([name]) => name.startsWith(prefix))
        .sort(([, one], [, other]) => other.created - one.created)
        .slice(0, limit)
        .map(([name]) => name),
    keepDocument: async (digest, body) => {
      if (!documents.has(digest)) documents.set(digest, body)
    },
    document: async (digest) => documents.get(digest) ?? null,
    close: async () => undefined,
  }
}
