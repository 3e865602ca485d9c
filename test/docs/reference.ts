/** The pages of docs/reference, made from the definitions, and which of them are stale. */
import { join } from 'node:path'
import { assess } from '../../src/capacity/assess.ts'
import { laws } from '../../src/capacity/laws/catalogue.ts'
import { bindRunbook } from '../../src/define/define-runbook.ts'
import type { LibraryEntry } from '../../src/define/library.ts'
import type { StepEntry } from '../../src/define/step.ts'
import { readSystemFile } from '../../src/documents.ts'
import { loadRunbooks } from '../../src/library/load.ts'
import { catalogue } from '../../src/steps/index.ts'
import {
  type LawPage,
  lawsPage,
  type RunbookPage,
  runbooksPage,
  type StepPage,
  stepsPage,
} from '../../src/words/en-reference.ts'
import { projectRoot } from '../architecture/source.ts'
import { today } from '../capacity/golden.ts'

export const referenceFolder = join(projectRoot, 'docs/reference')

export type Page = { readonly name: string; readonly text: string }

export async function referencePages(): Promise<readonly Page[]> {
  const loaded = await loadRunbooks(join(projectRoot, 'runbooks'))
  if (loaded.kind === 'wrong') throw new Error(JSON.stringify(loaded.problems))
  return [
    { name: 'steps.md', text: stepsPage(catalogue.entries.map(stepPage)) },
    { name: 'laws.md', text: lawPages() },
    { name: 'runbooks.md', text: runbooksPage(loaded.library.list.map(runbookPage)) },
  ]
}

/** What differs from its page, or is not there: null. */
export function staleAmong(
  pages: readonly Page[],
  read: (name: string) => string | null,
): readonly string[] {
  return pages.filter(({ name, text }) => read(name) !== text).map(({ name }) => name)
}

function stepPage(entry: StepEntry): StepPage {
  const examples = entry.examples.map((example) => {
    const step = entry.parse(example)
    if ('kind' in step) throw new Error(`${entry.name} refuses its own example`)
    return step
  })
  return { entry, examples }
}

function lawPages(): string {
  const read = readSystemFile(join(projectRoot, 'system.yml'))
  if (read.kind === 'wrong') throw new Error(read.sentence)
  const { findings } = assess(read.document, { today })
  const pages = laws.map(
    (law): LawPage => ({ law, example: findings.find((one) => one.law === law.id) ?? null }),
  )
  return lawsPage(pages, `\`${read.document.name}\``)
}

function runbookPage({ runbook }: LibraryEntry): RunbookPage {
  const isWhole = runbook.fields.every(({ name }) => name in runbook.defaults)
  const given = isWhole ? {} : runbook.tests[0]?.parameters
  const bound = bindRunbook(runbook, given, catalogue)
  if (bound.kind !== 'bound-runbook') throw new Error(`${runbook.name} does not bind`)
  return { runbook, bound }
}
