/** The runbooks that there are, each with the digest of its file; and why a folder is refused. Pure. */
import { nearestName } from './catalogue.ts'
import { isRunbook, type Runbook } from './define-runbook.ts'

export type LibraryEntry = {
  readonly runbook: Runbook
  readonly file: string
  /** SHA-256 of its text and of the runbooks' that it calls: a plan made of it belongs to this version. */
  readonly digest: string
}

export type UnknownRunbook = {
  readonly kind: 'unknown-runbook'
  readonly name: string
  readonly nearest: string | null
}

export type Library = {
  /** By name. */
  readonly list: readonly LibraryEntry[]
  readonly find: (name: string) => LibraryEntry | UnknownRunbook
}

export function libraryOf(entries: readonly LibraryEntry[]): Library {
  const list = entries.toSorted((one, other) => (one.runbook.name < other.runbook.name ? -1 : 1))
  const names = list.map(({ runbook }) => runbook.name)
  return {
    list,
    find: (name) =>
      list.find(({ runbook }) => runbook.name === name) ?? {
        kind: 'unknown-runbook',
        name,
        nearest: nearestName(name, names),
      },
  }
}

/** Why a file is no runbook. A value; a face says it, with what would be right. */
export type LoadProblem = { readonly kind: 'load-problem'; readonly file: string } & (
  | { readonly code: 'no-folder' }
  | { readonly code: 'too-many-files'; readonly most: number }
  | { readonly code: 'bad-name' }
  | { readonly code: 'too-long'; readonly most: number }
  /** `line`: null where it is unknown. */
  | { readonly code: 'too-deep'; readonly line: number | null }
  | { readonly code: 'does-not-parse'; readonly line: number; readonly message: string }
  | { readonly code: 'imports'; readonly line: number; readonly imported: string }
  /** The world, time, chance, or code that is made while it runs. */
  | { readonly code: 'reaches-out'; readonly line: number; readonly what: string }
  | { readonly code: 'does-not-load'; readonly message: string }
  | { readonly code: 'no-runbook' }
  | { readonly code: 'name-differs'; readonly name: string }
)

export type Loaded =
  | { readonly kind: 'loaded'; readonly library: Library }
  | { readonly kind: 'wrong'; readonly problems: readonly LoadProblem[] }

/** What a file's default export is, once its text has been judged. */
export function runbookOf(
  file: string,
  name: string,
  exported: unknown,
): Runbook | (LoadProblem & { readonly code: 'no-runbook' | 'name-differs' }) {
  if (!isRunbook(exported)) return { kind: 'load-problem', file, code: 'no-runbook' }
  return exported.name === name
    ? exported
    : { kind: 'load-problem', file, code: 'name-differs', name: exported.name }
}
