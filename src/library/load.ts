/**
 * Loads the folder of runbooks: every file is judged before the first one is run, and one that is
 * unfit refuses them all. Nothing is loaded twice in a process. DESIGN.md, 7.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type LibraryEntry,
  type Loaded,
  type LoadProblem,
  libraryOf,
  runbookOf,
} from '../define/library.ts'
import { judgeSource } from './judge-source.ts'

/** A misplaced PLIMSOLL_RUNBOOKS is noticed before a whole disk is read. */
const filesAtMost = 200

const source = resolve(import.meta.dirname, '..')

export async function loadRunbooks(folder: string): Promise<Loaded> {
  const files = filesOf(resolve(folder))
  if ('kind' in files) return { kind: 'wrong', problems: [files] }
  const judged = files.map((file) => judgedFile(file, resolve(folder)))
  const unfit = judged.filter((one) => 'kind' in one)
  if (unfit.length > 0) return { kind: 'wrong', problems: unfit }
  const fit = judged.filter((one) => 'text' in one)
  const digests = digestsOf(fit)
  const entries: LibraryEntry[] = []
  const problems: LoadProblem[] = []
  for (const { file } of fit) {
    const runbook = await imported(file)
    if ('code' in runbook) problems.push(runbook)
    else entries.push({ runbook, file, digest: digests.get(file) ?? '' })
  }
  return problems.length > 0
    ? { kind: 'wrong', problems }
    : { kind: 'loaded', library: libraryOf(entries) }
}

function filesOf(folder: string): readonly string[] | LoadProblem {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return { kind: 'load-problem', file: folder, code: 'no-folder' }
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
  if (names.length > filesAtMost)
    return { kind: 'load-problem', file: folder, code: 'too-many-files', most: filesAtMost }
  return names.sort().map((name) => join(folder, name))
}

type Fit = { readonly file: string; readonly text: string; readonly calls: readonly string[] }

const nameShape = /^[a-z][a-z0-9-]{0,60}$/

function judgedFile(file: string, folder: string): Fit | LoadProblem {
  if (!nameShape.test(nameOf(file))) return { kind: 'load-problem', file, code: 'bad-name' }
  const text = readFileSync(file, 'utf8')
  const judged = judgeSource(file, text, { source, folder })
  return judged.kind === 'fit' ? { file, text, calls: judged.calls } : judged
}

async function imported(file: string) {
  try {
    const loaded: unknown = await import(pathToFileURL(file).href)
    const exported: unknown =
      typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'default') : undefined
    return runbookOf(file, nameOf(file), exported)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'load-problem', file, code: 'does-not-load', message } as const
  }
}

/** Of a file's text and of every runbook's that it calls, however far. */
function digestsOf(files: readonly Fit[]): ReadonlyMap<string, string> {
  const known = new Map(files.map((one) => [one.file, one]))
  const reach = (file: string, seen: readonly string[]): readonly string[] => {
    const one = known.get(file)
    if (one === undefined || seen.includes(file)) return seen
    return one.calls.reduce<readonly string[]>((all, call) => reach(call, all), [...seen, file])
  }
  return new Map(
    files.map(({ file }) => {
      const all = reach(file, []).toSorted()
      const hash = createHash('sha256')
      for (const one of all) hash.update(JSON.stringify([nameOf(one), known.get(one)?.text]))
      return [file, hash.digest('hex')]
    }),
  )
}

function nameOf(file: string): string {
  return basename(file, '.ts')
}
