/**
 * Whether the ledger is what was written: every stream's chain, the seals of the runs that ended, the
 * documents that they were judged with, and what somebody kept outside: an anchor.
 */
import { digestOf } from '../gate/digest.ts'
import { breakIn } from '../ledger/chain.ts'
import type { Archive, Head, Kept } from '../ledger/ledger.ts'
import { isChecklistStream } from './checklist/checklist.ts'
import { headroomEventSchema, runEventSchema } from './events.ts'
import { IllegalEvent } from './moves.ts'
import { UnknownEvent } from './read-events.ts'
import { runOf, runOfStream, runStream } from './run.ts'

/** A hash that was kept outside, or its beginning; the stream that it stands in, where it is known. */
export type Anchor = { readonly stream: string | null; readonly hash: string }

export type Damage =
  | { readonly code: 'changed' | 'missing'; readonly stream: string; readonly version: number }
  /** The index or a seal knew more of them. */
  | { readonly code: 'cut'; readonly stream: string; readonly kept: number; readonly was: number }
  /** The index does not name its last record. */
  | { readonly code: 'unlisted'; readonly stream: string }
  /** A seal or a claim names it. */
  | { readonly code: 'gone'; readonly stream: string }
  | { readonly code: 'illegal'; readonly stream: string; readonly why: string }
  | { readonly code: 'unsealed'; readonly stream: string }
  | { readonly code: 'seal-differs'; readonly stream: string; readonly version: number }
  | {
      readonly code: 'document-gone' | 'document-changed'
      readonly stream: string
      readonly digest: string
    }
  | { readonly code: 'anchor-not-found'; readonly anchor: Anchor }

export type Audit = {
  readonly streams: number
  readonly events: number
  readonly sealed: number
  /** Runs that go on: nothing vouches yet for how far they had come. */
  readonly open: readonly string[]
  /** Streams with events of newer code: their chain was judged, what they say was not. */
  readonly newer: readonly string[]
  /** Where the anchor was found. */
  readonly anchored: { readonly stream: string; readonly version: number } | null
  /** Of every System's stream: what to keep outside, for the next time. */
  readonly anchors: readonly Anchor[]
  readonly damage: readonly Damage[]
}

/** `run:hash`, `system/name:hash` or a hash alone, of which eight digits are enough; null: it is none of them. */
export function readAnchor(text: string): Anchor | null {
  const [, name, hash] = /^(?:(.+):)?([0-9a-f]{8,64})$/i.exec(text.trim()) ?? []
  if (hash === undefined) return null
  const stream = name === undefined || name.includes('/') ? name : runStream(name)
  return { stream: stream ?? null, hash: hash.toLowerCase() }
}

/** What the Systems' own streams say about the runs. */
type Testimony = {
  /** By stream of a run: its version and hash when it was sealed last. */
  readonly seals: Map<string, Head>
  readonly named: Set<string>
}

export async function auditOf(archive: Archive, anchor: Anchor | null): Promise<Audit> {
  const index = await archive.streams()
  const names = [...index.keys()].sort()
  const testimony: Testimony = { seals: new Map(), named: new Set() }
  const [damage, anchors]: [Damage[], Anchor[]] = [[], []]
  const [open, newer]: [string[], string[]] = [[], []]
  const found: { readonly stream: string; readonly version: number }[] = []
  let events = 0
  // The Systems' streams first: they testify about the runs.
  for (const stream of [...names.filter(isSystem), ...names.filter((name) => !isSystem(name))]) {
    const records = await archive.records(stream)
    events += records.length
    const broken = chainDamage(stream, records, index.get(stream) ?? null)
    damage.push(...broken)
    found.push(...anchoredIn(stream, records, anchor))
    if (isSystem(stream)) {
      hear(testimony, records)
      const hash = records.at(-1)?.hash
      if (hash !== undefined) anchors.push({ stream, hash })
      continue
    }
    // Nothing seals a checklist: it stays open as long as people like. Its chain is what there is to judge.
    if (isChecklistStream(stream)) continue
    const said = judgeRun(stream, records, testimony, broken.length > 0)
    damage.push(...said.damage)
    damage.push(...(await documentDamage(archive, stream, records)))
    if (said.state === 'open') open.push(runOfStream(stream))
    if (said.state === 'newer') newer.push(stream)
  }
  for (const stream of testimony.named)
    if (!index.has(stream)) damage.push({ code: 'gone', stream })
  const [anchored = null] = found
  if (anchor !== null && anchored === null) damage.push({ code: 'anchor-not-found', anchor })
  // An anchor of a run was given out when it was sealed: a ledger without that seal was cut.
  if (anchored !== null && !isSystem(anchored.stream) && !testimony.seals.has(anchored.stream))
    damage.push({ code: 'unsealed', stream: anchored.stream })
  const sealed = testimony.seals.size
  return { streams: names.length, events, sealed, open, newer, anchored, anchors, damage }
}

function isSystem(stream: string): boolean {
  return stream.startsWith('system/')
}

function chainDamage(stream: string, records: readonly Kept[], listed: Head | null) {
  const broken = breakIn(stream, records)
  if (broken !== null) return [{ ...broken, stream }]
  const last = records.at(-1)
  if (listed !== null && records.length < listed.version)
    return [{ code: 'cut', stream, kept: records.length, was: listed.version } as const]
  if (listed?.version !== last?.version || listed?.hash !== last?.hash)
    return [{ code: 'unlisted', stream } as const]
  return []
}

function anchoredIn(stream: string, records: readonly Kept[], anchor: Anchor | null) {
  if (anchor === null || (anchor.stream !== null && anchor.stream !== stream)) return []
  return records
    .filter(({ hash }) => hash.startsWith(anchor.hash))
    .map(({ version }) => ({ stream, version }))
}

function hear({ seals, named }: Testimony, records: readonly Kept[]): void {
  for (const { body } of records) {
    const read = headroomEventSchema.safeParse(jsonOf(body))
    if (!read.success || !('run' in read.data)) continue
    const stream = runStream(read.data.run)
    named.add(stream)
    if (read.data.type === 'run-sealed')
      seals.set(stream, { version: read.data.version, hash: read.data.head })
  }
}

type Said = {
  readonly state: 'sealed' | 'open' | 'newer' | 'broken'
  readonly damage: readonly Damage[]
}

function judgeRun(
  stream: string,
  records: readonly Kept[],
  { seals }: Testimony,
  isBroken: boolean,
): Said {
  const seal = seals.get(stream)
  if (seal !== undefined) return { state: 'sealed', damage: sealDamage(stream, records, seal) }
  if (isBroken) return { state: 'broken', damage: [] }
  try {
    const run = runOf(records.map(({ body, ...rest }) => ({ ...rest, event: jsonOf(body) })))
    return run?.stage.kind === 'ended'
      ? { state: 'broken', damage: [{ code: 'unsealed', stream }] }
      : { state: 'open', damage: [] }
  } catch (error) {
    if (error instanceof UnknownEvent) return { state: 'newer', damage: [] }
    if (!(error instanceof IllegalEvent)) throw error
    return { state: 'broken', damage: [{ code: 'illegal', stream, why: error.message }] }
  }
}

function sealDamage(stream: string, records: readonly Kept[], seal: Head): readonly Damage[] {
  if (records.length < seal.version)
    return [{ code: 'cut', stream, kept: records.length, was: seal.version }]
  const isSame = records.length === seal.version && records.at(-1)?.hash === seal.hash
  return isSame ? [] : [{ code: 'seal-differs', stream, version: seal.version }]
}

/** The document that the run was judged with is kept beside the streams, by its digest. */
async function documentDamage(
  archive: Archive,
  stream: string,
  records: readonly Kept[],
): Promise<readonly Damage[]> {
  const first = runEventSchema.safeParse(jsonOf(records[0]?.body ?? ''))
  if (!first.success || first.data.type !== 'run-started') return []
  const digest = first.data.document
  const body = await archive.document(digest)
  if (body === null) return [{ code: 'document-gone', stream, digest }]
  const isSame = digestOf(jsonOf(body)) === digest
  return isSame ? [] : [{ code: 'document-changed', stream, digest }]
}

/** Undefined where somebody left no JSON: the chain has said so already. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
