/** A ledger in memory that behaves: held to the same contract as SQLite (ledger.test.ts). */
import {
  conflictIn,
  dueSince,
  noHead,
  recordAfter,
  sealsOf,
  type Writing,
} from '../../src/ledger/chain.ts'
import type { Head, Kept, Ledger } from '../../src/ledger/ledger.ts'
import type { Clock } from '../../src/world/world.ts'

type Stream = {
  readonly records: readonly Kept[]
  readonly dueAt: number | null
  readonly created: number
}

export function memoryLedger(clock: Clock): Ledger {
  const streams = new Map<string, Stream>()
  const documents = new Map<string, string>()
  let last = 0
  const now = () => Math.max(clock.now(), last)
  const headOf = (stream: string): Head | null => streams.get(stream)?.records.at(-1) ?? null
  const write = ({ stream, events, dueAt }: Writing, at: number) => {
    const before = streams.get(stream)
    const records = [...(before?.records ?? [])]
    for (const event of events)
      records.push(recordAfter(records.at(-1) ?? noHead, stream, event, at))
    streams.set(stream, {
      records,
      dueAt: dueSince(before?.dueAt ?? null, dueAt, at),
      created: before?.created ?? streams.size,
    })
  }

  return {
    now: async () => now(),
    append: async (appends) => {
      const conflict = conflictIn(appends, headOf)
      if (conflict !== null) return conflict
      last = now()
      for (const one of appends) write(one, last)
      for (const one of sealsOf(appends, headOf)) write(one, last)
      return { kind: 'appended', at: last }
    },
    read: async (stream) =>
      (streams.get(stream)?.records ?? []).map(({ version, at, body }) => ({
        ...{ version, at },
        event: JSON.parse(body),
      })),
    head: async (stream) => {
      const head = headOf(stream)
      return head === null ? null : { version: head.version, hash: head.hash }
    },
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
