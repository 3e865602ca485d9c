/** Reads a System document from its file, and writes single values back into it; whether a folder will do for data. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { parseSystem, problemText } from './capacity/parse.ts'
import { type Rewrite, rewriteDocument } from './capacity/rewrite.ts'
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

/** Null: the folder of PLIMSOLL_DATA is there now, and may be written. */
export function dataFolderProblem(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return null
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    return `PLIMSOLL_DATA ${folder} cannot be used (${code}); name a folder that may be written.`
  }
}

/** All of it or nothing: a crash in the middle leaves the old file. */
export function rewriteSystemFile(file: string, changes: readonly Rewrite[]): string | null {
  const rewritten = rewriteDocument(readFileSync(file, 'utf8'), changes, file)
  if (rewritten.kind === 'wrong') return rewritten.sentence
  const place = realpathSync(file)
  writeFileSync(`${place}.new`, rewritten.text, { mode: statSync(place).mode })
  renameSync(`${place}.new`, place)
  return null
}

/** Never in the place of another: the file system itself refuses. */
export function createSystemFile(file: string, text: string): string | null {
  try {
    writeFileSync(file, text, { flag: 'wx' })
    return null
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST')
      return `${file} is there already, and stays as it is; \`plimsoll drift\` compares it with the world.`
    if (code === 'ENOENT' || code === 'EACCES') return `${file} cannot be written (${code}).`
    throw error
  }
}

/** `EACCES` and its like; undefined: no error of the file system. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
