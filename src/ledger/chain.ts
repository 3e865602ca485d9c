/**
 * The hash chain of a stream: each record's hash covers its content and everything before it, so that
 * a change, a removal or another order shows. Pure; every ledger writes by it.
 */
import { hash } from 'node:crypto'
import { configure } from 'safe-stable-stringify'
import type { Append, AppendResult, Head, Kept, LedgerEvent } from './ledger.ts'

const canonical = configure({ deterministic: true, strict: true })

/** An event as it is kept: canonical JSON, so that whoever has the event has its hash. */
export function bodyOf(event: LedgerEvent): string {
  const body = canonical(event)
  if (body === undefined) throw new Error(`${event.type} is no JSON`)
  return body
}

type Link = Omit<Kept, 'hash'> & { readonly stream: string }

/** SHA-256 over the hash before it, the record's place and time, and its body as it is kept. */
export function hashAfter(previous: string, { stream, version, at, body }: Link): string {
  return hash('sha256', JSON.stringify([previous, stream, version, at, body]))
}

/** A stream without records: its first hash covers its name, so no stream can stand for another. */
export const noHead: Head = { version: 0, hash: '' }

/** What one append adds to one stream. */
export type Addition = {
  readonly stream: string
  readonly records: readonly Kept[]
  readonly head: Head
  readonly dueAt: number | null
}

/** Every stream that an append touches, in one order for everybody, so that no two can wait for each other. */
export function streamsOf(appends: readonly Append[]): readonly string[] {
  const names = appends.flatMap(({ stream, seal }) => [
    stream,
    ...(seal === undefined ? [] : [seal.stream]),
  ])
  return [...new Set(names)].sort()
}

type Heads = ReadonlyMap<string, Head>
type Conflict = Extract<AppendResult, { kind: 'conflict' }>

/** Null: every writer saw what is there. */
export function conflictIn(appends: readonly Append[], heads: Heads): Conflict | null {
  for (const { stream, expectedVersion } of appends) {
    const { version } = heads.get(stream) ?? noHead
    if (version !== expectedVersion) return { kind: 'conflict', stream, version }
  }
  return null
}

/** What the appends add, and after them their seals: at whatever version those streams have then. */
export function additionsOf(
  appends: readonly Append[],
  heads: Heads,
  at: number,
): readonly Addition[] {
  const additions = new Map<string, Addition>()
  const add = (stream: string, events: readonly LedgerEvent[], dueAt: number | null): Head => {
    const before = additions.get(stream)
    const records = [...(before?.records ?? [])]
    let head = before?.head ?? heads.get(stream) ?? noHead
    for (const event of events) {
      const link = { stream, version: head.version + 1, at, body: bodyOf(event) }
      head = { version: link.version, hash: hashAfter(head.hash, link) }
      records.push({ version: link.version, at, body: link.body, hash: head.hash })
    }
    additions.set(stream, { stream, records, head, dueAt })
    return head
  }
  const sealed = appends.map(({ stream, events, dueAt, seal }) => ({
    seal,
    head: add(stream, events, dueAt),
  }))
  for (const { seal, head } of sealed)
    if (seal !== undefined)
      add(seal.stream, [seal.event(head)], additions.get(seal.stream)?.dueAt ?? null)
  return [...additions.values()]
}

/** Where a stream is not what was written. */
export type Break = { readonly code: 'changed' | 'missing'; readonly version: number }

/** The first break of a stream's records, in the order of their versions; null: the chain holds. */
export function breakIn(stream: string, records: readonly Kept[]): Break | null {
  let previous = noHead.hash
  for (const [index, { version, at, body, hash }] of records.entries()) {
    if (version !== index + 1) return { code: 'missing', version: index + 1 }
    if (hashAfter(previous, { stream, version, at, body }) !== hash)
      return { code: 'changed', version }
    previous = hash
  }
  return null
}
