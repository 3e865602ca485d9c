/** The runbooks of the folder for the verbs: all, one by its name, one with its parameters. */
import { type BoundRunbook, bindRunbook, type Runbook } from '../define/define-runbook.ts'
import { readWords } from '../define/input.ts'
import type { Library, LibraryEntry } from '../define/library.ts'
import { inputSentence } from '../words/en.ts'
import {
  loadProblemSentence,
  runbookProblemSentence,
  unknownRunbookSentence,
} from '../words/en-runbooks.ts'
import { terminalFace } from './text.ts'
import { type LookingFace, wrong } from './verbs.ts'

export async function withLibrary(
  face: LookingFace,
  work: (library: Library) => Promise<void> | void,
): Promise<void> {
  const shelf = face.verbs.shelf()
  if (shelf.kind === 'wrong') return wrong(face, shelf.sentence)
  const loaded = await shelf.load()
  if (loaded.kind === 'loaded') return work(loaded.library)
  const [first, ...others] = loaded.problems
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return wrong(face, first === undefined ? '' : `${loadProblemSentence(first)}${more}`)
}

export function withRunbook(
  face: LookingFace,
  name: string,
  work: (entry: LibraryEntry) => Promise<void> | void,
): Promise<void> {
  return withLibrary(face, (library) => {
    const entry = library.find(name)
    if ('runbook' in entry) return work(entry)
    return wrong(face, unknownRunbookSentence(name, entry.nearest, terminalFace))
  })
}

export function chosenFrom(
  library: Library,
  name: string | undefined,
): readonly LibraryEntry[] | string {
  if (name === undefined) return library.list
  const entry = library.find(name)
  if ('runbook' in entry) return [entry]
  return unknownRunbookSentence(name, entry.nearest, terminalFace)
}

/** The runbook with these parameters, or the sentence that says what is wrong with them. */
export function boundBy(
  runbook: Runbook,
  words: readonly string[],
  { verbs }: LookingFace,
): BoundRunbook | string {
  const read = readWords(words, runbook.fields)
  if (read.kind === 'input-problem') return inputSentence(read, terminalFace)
  const bound = bindRunbook(runbook, read.input, verbs.catalogue)
  return bound.kind === 'bound-runbook' ? bound : runbookProblemSentence(bound, terminalFace)
}
