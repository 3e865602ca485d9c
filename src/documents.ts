/** Reads a System document from its file. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { parseSystem, problemText } from './capacity/parse.ts'
import type { SystemDocument } from './capacity/system.ts'

export type ReadSystem =
  | { readonly kind: 'read'; readonly document: SystemDocument }
  | { readonly kind: 'wrong'; readonly sentence: string }

export function readSystemFile(file: string): ReadSystem {
  if (!existsSync(file) || !statSync(file).isFile())
    return {
      kind: 'wrong',
      sentence: `No System document at ${file}; name one with --system or PLIMSOLL_SYSTEM.`,
    }
  const parsed = parseSystem(readFileSync(file, 'utf8'), file)
  if (parsed.kind === 'system') return { kind: 'read', document: parsed.document }
  const [first, ...others] = parsed.problems
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  const what = first === undefined ? 'it cannot be read.' : problemText(first)
  return { kind: 'wrong', sentence: `${file}: ${what}${more}` }
}
