/** The reference comes from the definitions: every step, law and runbook, with all that a person must give. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { laws } from '../../src/capacity/laws/catalogue.ts'
import { catalogue } from '../../src/steps/index.ts'
import { projectRoot } from '../architecture/source.ts'
import { referencePages, staleAmong } from './reference.ts'

const pages = await referencePages()
const textOf = (name: string) => pages.find((page) => page.name === name)?.text ?? ''
const sectionsOf = (name: string) => [...textOf(name).matchAll(/^## (.+)$/gm)].map(([, id]) => id)

test('every step is there, with each field and each example', () => {
  expect(sectionsOf('steps.md')).toEqual(catalogue.entries.map(({ name }) => name))
  for (const { fields, name } of catalogue.entries)
    for (const field of fields) expect(textOf('steps.md'), name).toContain(field.description)
})

test('every law is there', () => {
  expect(sectionsOf('laws.md')).toEqual(laws.map(({ id }) => id))
})

test('every runbook of the folder is there', () => {
  const files = readdirSync(join(projectRoot, 'runbooks')).filter((one) => one.endsWith('.ts'))
  const names = files.map((one) => one.replace(/\.ts$/, '')).toSorted()
  expect(sectionsOf('runbooks.md')).toEqual(names)
})

test('a page that is not what the definitions say, or is not there, is stale', () => {
  expect(staleAmong(pages, textOf)).toEqual([])
  expect(staleAmong(pages, (name) => textOf(name).replace('## ', '# '))).toHaveLength(3)
  expect(staleAmong(pages, () => null)).toHaveLength(3)
})
