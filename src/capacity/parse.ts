/**
 * Reads a System document, YAML or JSON, or says what is wrong with it: which field, which value,
 * what would be right.
 */
import { LineCounter, parseDocument } from 'yaml'
import { referenceProblems } from './document-references.ts'
import { type DocumentProblem, schemaProblems } from './document-schema.ts'
import { type System, type SystemDocument, systemSchema } from './system.ts'

export type ParsedSystem =
  | { readonly kind: 'system'; readonly system: System; readonly document: SystemDocument }
  | {
      readonly kind: 'invalid'
      readonly fileName: string
      readonly problems: readonly DocumentProblem[]
    }

const mostCharacters = 1_000_000
const mostAliases = 100

export function parseSystem(text: string, fileName: string): ParsedSystem {
  const read = readYaml(text, fileName)
  if (read.kind === 'broken') return { kind: 'invalid', fileName, problems: read.problems }
  const parsed = systemSchema.safeParse(read.content)
  if (!parsed.success)
    return { kind: 'invalid', fileName, problems: schemaProblems(parsed.error, read.content) }
  const problems = referenceProblems(parsed.data)
  if (problems.length > 0) return { kind: 'invalid', fileName, problems }
  return { kind: 'system', system: parsed.data, document: parsed.data }
}

/** `-1 is too small; write a whole number of 1 or more`, after the path. */
export function problemText({ path, value, problem, remedy }: DocumentProblem): string {
  const subject = value === '' ? problem : `${value} ${problem}`
  const end = remedy.endsWith('?') ? '' : '.'
  return path === '' ? `${subject}; ${remedy}${end}` : `${path}: ${subject}; ${remedy}${end}`
}

type Yaml =
  | { readonly kind: 'content'; readonly content: unknown }
  | { readonly kind: 'broken'; readonly problems: readonly DocumentProblem[] }

/** The core schema, no tags of its own, few aliases: a document is data and no program. */
function readYaml(text: string, fileName: string): Yaml {
  if (text.length > mostCharacters)
    return broken(fileName, { problem: 'is too long', remedy: 'a document has at most 1 MB' })
  const lineCounter = new LineCounter()
  try {
    const document = parseDocument(text, {
      schema: 'core',
      merge: false,
      uniqueKeys: true,
      prettyErrors: false,
      lineCounter,
    })
    const faults = [...document.errors, ...document.warnings].slice(0, 1)
    if (faults.length > 0)
      return {
        kind: 'broken',
        problems: faults.map(({ pos, message }) => {
          const { line, col } = lineCounter.linePos(pos[0])
          const path = `${fileName}, line ${line}, column ${col}`
          return { path, value: '', problem: message, remedy: 'mend the YAML there' }
        }),
      }
    const content: unknown = document.toJS({ maxAliasCount: mostAliases })
    return { kind: 'content', content }
  } catch (fault) {
    // The parser throws on too many aliases and on nesting deeper than the stack: both are the
    // text's fault.
    const problem = `cannot be read: ${fault instanceof Error ? fault.message : String(fault)}`
    return broken(fileName, { problem, remedy: 'write it without aliases and flatter' })
  }
}

function broken(path: string, words: { problem: string; remedy: string }): Yaml {
  return { kind: 'broken', problems: [{ path, value: '', ...words }] }
}
