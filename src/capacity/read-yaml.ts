/** A text in YAML, or JSON, which is YAML too, as plain data: judged before anybody looks at what it says. */
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type YAMLMap,
} from 'yaml'

export type ReadYaml =
  | { readonly kind: 'content'; readonly content: unknown }
  /** `at`: line and column, from 1; null: the text as a whole. */
  | {
      readonly kind: 'broken'
      readonly at: { readonly line: number; readonly column: number } | null
      readonly problem: string
      readonly remedy: string
    }

const mostCharacters = 1_000_000
const mostAliases = 100
const mostLevels = 100
const tooDeep = `nothing is nested in more than ${mostLevels} levels`
const messageAtMost = 300

/** The core schema, no tags of its own, few aliases: a document is data and no program. */
export function readYaml(text: string): ReadYaml {
  if (text.length > mostCharacters)
    return broken(null, 'is too long', 'a document has at most 1 MB')
  const lineCounter = new LineCounter()
  try {
    const document = parseDocument(text, {
      schema: 'core',
      merge: false,
      // Its own look at them takes the square of their number.
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter,
    })
    const fault = document.errors[0] ?? document.warnings[0] ?? faultIn(document)
    if (fault !== undefined) {
      const { line, col: column } = lineCounter.linePos(fault.pos[0])
      if (fault.code === 'MULTIPLE_DOCS')
        return broken({ line, column }, 'begins a second document', 'keep one in a file')
      return broken({ line, column }, said(fault.message), 'mend the YAML there')
    }
    return { kind: 'content', content: document.toJS({ maxAliasCount: mostAliases }) }
  } catch (error) {
    // The parser throws on too many aliases and on nesting deeper than the stack: both are the
    // text's fault.
    const why = error instanceof Error ? error.message : String(error)
    return broken(null, `cannot be read: ${said(why)}`, 'write it without aliases and flatter')
  }
}

type Fault = {
  readonly pos: readonly [number, number]
  readonly message: string
  readonly code?: string
}

/**
 * The first thing that would be lost without a word, or cost far more than its length: the second of two keys, what
 * JavaScript takes for a prototype, a key that is no plain value [500 of `? ` took a minute], and too many levels.
 */
function faultIn(document: Document.Parsed): Fault | undefined {
  const left: { readonly node: unknown; readonly level: number }[] = [
    { node: document.contents, level: 1 },
  ]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { node, level } = one
    if (!isCollection(node)) continue
    if (level > mostLevels) return faultAt(node, tooDeep)
    const values = isMap(node) ? node.items.map(({ value }) => value) : node.items
    const fault = isMap(node) ? faultyKey(node) : undefined
    if (fault !== undefined) return fault
    for (const value of values.toReversed()) left.push({ node: value, level: level + 1 })
  }
  return undefined
}

function faultyKey({ items }: YAMLMap): Fault | undefined {
  const seen = new Set<unknown>()
  for (const { key } of items) {
    if (!isScalar(key)) return faultAt(key, 'a key is a plain value')
    if (key.value === '__proto__') return faultAt(key, 'nothing may be called __proto__')
    if (seen.has(key.value)) return faultAt(key, 'Map keys must be unique')
    seen.add(key.value)
  }
  return undefined
}

function faultAt(node: unknown, message: string): Fault {
  const [from = 0, to = 0] = (isNode(node) ? node.range : null) ?? []
  return { pos: [from, to], message }
}

function broken(
  at: { readonly line: number; readonly column: number } | null,
  problem: string,
  remedy: string,
): ReadYaml {
  return { kind: 'broken', at, problem, remedy }
}

/** The parser repeats what it did not understand, and says what its own trouble was. */
function said(message: string): string {
  const [line = ''] = message.split('\n')
  if (line.startsWith('Maximum call stack size')) return tooDeep
  return line.length <= messageAtMost ? line : `${line.slice(0, messageAtMost)}...`
}
