/**
 * Reads a System document, YAML or JSON, or says what is wrong with it: which field, which value,
 * what would be right.
 */
import { referenceProblems } from './document-references.ts'
import { type DocumentProblem, schemaProblems } from './document-schema.ts'
import { readYaml } from './read-yaml.ts'
import { type System, type SystemDocument, systemSchema } from './system.ts'

export type ParsedSystem =
  | { readonly kind: 'system'; readonly system: System; readonly document: SystemDocument }
  | {
      readonly kind: 'invalid'
      readonly fileName: string
      readonly problems: readonly DocumentProblem[]
    }

export function parseSystem(text: string, fileName: string): ParsedSystem {
  const read = readYaml(text)
  if (read.kind === 'broken') {
    const { at, problem, remedy } = read
    const path = at === null ? fileName : `${fileName}, line ${at.line}, column ${at.column}`
    return { kind: 'invalid', fileName, problems: [{ path, value: '', problem, remedy }] }
  }
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
