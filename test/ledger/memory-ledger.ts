/** A ledger in memory that behaves: held to the same contract as SQLite (ledger.test.ts). */
import type { Append, Ledger, LedgerEvent, Recorded } from '../../src/ledger/ledger.ts'
import type { Clock } from '../../src/world/world.ts'

type Stream = {
  readonly records: readonly Recorded[]
  readonly dueAt: number | null
  readonly created: number
}

export function memoryLedger(clock: Clock): Ledger {
  const streams = new Map<string, Stream>()
  const documents = new Map<string, string>()
  let last = 0
  const now = () => Math.max(clock.now(), last)
  const versionOf = (stream: string) => streams.get(stream)?.records.length ?? 0

  const write = ({ stream, events, dueAt }: Append, at: number): void => {
    const before = streams.get(stream)
    const records = [...(before?.records ?? [])]
    for (const event of events)
      records.push({ version: records.length + 1, at, event: asWritten(event) })
    streams.set(stream, { records, dueAt, created: before?.created ?? streams.size })
    last = at
  }
  return {
    now: async () => now(),
    append: async (appends) => {
      for (const { stream, expectedVersion } of appends) {
        const version = versionOf(stream)
        if (version !== expectedVersion) return { kind: 'conflict', stream, version }
      }
      const at = now()
      for (const append of appends) write(append, at)
      return { kind: 'appended', at }
    },
    read: async (stream) => [...(streams.get(stream)?.records ?? [])],
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

/** What comes back is what JSON made of it, not the writer's own object. */
function asWritten(event: LedgerEvent): unknown {
  return JSON.parse(JSON.stringify(event))
}
