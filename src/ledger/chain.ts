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

/** The record of an event after `head`. */
export function recordAfter(head: Head, stream: string, event: LedgerEvent, at: number): Kept {
  const link = { stream, version: head.version + 1, at, body: bodyOf(event) }
  return { version: link.version, at, body: link.body, hash: hashAfter(head.hash, link) }
}

type HeadOf = (stream: string) => Head | null
type Conflict = Extract<AppendResult, { kind: 'conflict' }>

/** Null: every writer saw what is there. */
export function conflictIn(appends: readonly Append[], headOf: HeadOf): Conflict | null {
  for (const { stream, expectedVersion } of appends) {
    const { version } = headOf(stream) ?? noHead
    if (version !== expectedVersion) return { kind: 'conflict', stream, version }
  }
  return null
}

/**
 * When a stream is due that was due at `was` before. One that was due already stays due since then: the index of
 * due streams changes when one becomes due or rests, and not at each append of one that works.
 */
export function dueSince(was: number | null, dueAt: number | null, at: number): number | null {
  const isSame = was !== null && dueAt !== null && Math.max(was, dueAt) <= at
  return isSame ? was : dueAt
}

/** At whatever version the stream has. */
export type Writing = Omit<Append, 'expectedVersion' | 'seal'>

/** The seals of appends that were made, each at the head that its stream has now. */
export function sealsOf(appends: readonly Append[], headOf: HeadOf): readonly Writing[] {
  return appends.flatMap(({ stream, seal }) => {
    if (seal === undefined) return []
    const head = headOf(stream)
    if (head === null) throw new Error(`${stream} was appended to and has no head`)
    const dueAt = appends.find((one) => one.stream === seal.stream)?.dueAt ?? null
    return [{ stream: seal.stream, events: [seal.event(head)], dueAt }]
  })
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
