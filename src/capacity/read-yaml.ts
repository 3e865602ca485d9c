/** A text in YAML, or JSON, which is YAML too, as plain data: judged before anybody looks at what it says. */
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml'

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
    const [fault] = [...document.errors, ...document.warnings, ...faultyKeys(document)]
    if (fault !== undefined) {
      const { line, col: column } = lineCounter.linePos(fault.pos[0])
      if (fault.code === 'MULTIPLE_DOCS')
        return broken({ line, column }, 'begins a second document', 'keep one in a file')
      return broken({ line, column }, shortened(fault.message), 'mend the YAML there')
    }
    return { kind: 'content', content: document.toJS({ maxAliasCount: mostAliases }) }
  } catch (error) {
    // The parser throws on too many aliases and on nesting deeper than the stack: both are the
    // text's fault.
    const why = error instanceof Error ? error.message : String(error)
    return broken(null, `cannot be read: ${shortened(why)}`, 'write it without aliases and flatter')
  }
}

type Fault = {
  readonly pos: readonly [number, number]
  readonly message: string
  readonly code?: string
}

/** What would be lost without a word: the second of two, and what JavaScript takes for a prototype. */
function faultyKeys(document: Document.Parsed): readonly Fault[] {
  const faults: Fault[] = []
  visit(document, {
    Map: (_place, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const [from = 0, to = 0] = key.range ?? []
        if (seen.has(key.value))
          faults.push({ pos: [from, to], message: 'Map keys must be unique' })
        if (key.value === '__proto__')
          faults.push({ pos: [from, to], message: 'nothing may be called __proto__' })
        seen.add(key.value)
      }
    },
  })
  return faults
}

function broken(
  at: { readonly line: number; readonly column: number } | null,
  problem: string,
  remedy: string,
): ReadYaml {
  return { kind: 'broken', at, problem, remedy }
}

/** The parser repeats what it did not understand. */
function shortened(message: string): string {
  const [line = ''] = message.split('\n')
  return line.length <= messageAtMost ? line : `${line.slice(0, messageAtMost)}...`
}
