/** Puts single values into the text of a System document; the rest, comments and order too, stays as it was. */
import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isScalar, parseDocument, type Scalar } from 'yaml'
import { parseSystem, problemText } from './parse.ts'

/** `value` undefined: the key is taken out. A map takes the place of all that stood there. */
export type Rewrite = { readonly path: readonly string[]; readonly value: unknown }

export type Rewritten =
  | { readonly kind: 'rewritten'; readonly text: string }
  | { readonly kind: 'wrong'; readonly sentence: string }

export function rewriteDocument(
  text: string,
  changes: readonly Rewrite[],
  fileName: string,
): Rewritten {
  const before = parseDocument(text)
  const leaves = changes.flatMap((change) => leavesOf(before, change))
  const inPlace = leaves.flatMap((leaf) => spliceFor(before, leaf) ?? [])
  const others = leaves.filter((leaf) => spliceFor(before, leaf) === null)
  const result = restructured(spliced(text, inPlace), others)
  const wanted = leaves.reduce(withLeaf, before.toJS())
  // An anchor, a merge or a shared value would have changed more than was asked for.
  if (!isDeepStrictEqual(parseDocument(result).toJS(), wanted))
    return { kind: 'wrong', sentence: `${fileName} shares values by anchors; change it by hand.` }
  const parsed = parseSystem(result, fileName)
  if (parsed.kind === 'system') return { kind: 'rewritten', text: result }
  const [problem] = parsed.problems
  const what = problem === undefined ? 'it would not be valid.' : problemText(problem)
  return { kind: 'wrong', sentence: `${fileName} is left as it was: ${what}` }
}

/** A map in the place of a map is a change of the keys that differ, so that the others keep their comments. */
function leavesOf(document: Document, { path, value }: Rewrite): readonly Rewrite[] {
  const there = document.getIn(path, true)
  if (!isRecord(value) || !isMap(there)) return [{ path, value }]
  const old: unknown = there.toJS(document)
  const kept = isRecord(old) ? old : {}
  const keys = [...new Set([...Object.keys(kept), ...Object.keys(value)])]
  return keys
    .filter((key) => !isDeepStrictEqual(kept[key], value[key]))
    .flatMap((key) => leavesOf(document, { path: [...path, key], value: value[key] }))
}

type Splice = { readonly from: number; readonly to: number; readonly text: string }

/** Null: no value of one line stands there that another could replace. */
function spliceFor(document: Document, { path, value }: Rewrite): Splice | null {
  const there = document.getIn(path, true)
  if (!isScalar(there) || there.range == null || !isPlain(value)) return null
  if (there.type === 'BLOCK_FOLDED' || there.type === 'BLOCK_LITERAL') return null
  const [from, to] = there.range
  return { from, to, text: written(value, there) }
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

const bareWord = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w-]*$/i

function written(value: string | number | boolean | null, { type }: Scalar): string {
  if (typeof value !== 'string') return String(value)
  return type === 'PLAIN' && bareWord.test(value) ? value : JSON.stringify(value)
}

/** A comment after the value stays in its column where there is room. */
function spliced(text: string, splices: readonly Splice[]): string {
  const last = splices.toSorted((one, other) => other.from - one.from)
  return last.reduce((all, { from, to, text: value }) => {
    const gap = /^ +(?=#)/.exec(all.slice(to))?.[0].length ?? 0
    const room = gap === 0 ? 0 : Math.max(1, gap - (value.length - (to - from)))
    return `${all.slice(0, from)}${value}${' '.repeat(room)}${all.slice(to + gap)}`
  }, text)
}

function restructured(text: string, leaves: readonly Rewrite[]): string {
  if (leaves.length === 0) return text
  const document = parseDocument(text)
  for (const { path, value } of leaves)
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, document.createNode(value))
  return document.toString({ lineWidth: 0 })
}

function withLeaf(content: unknown, { path, value }: Rewrite): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const record = isRecord(content) ? content : {}
  if (rest.length > 0) return { ...record, [key]: withLeaf(record[key], { path: rest, value }) }
  const { [key]: _old, ...others } = record
  return value === undefined ? others : { ...others, [key]: value }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
