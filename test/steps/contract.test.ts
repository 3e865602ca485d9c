/** What every step of the catalogue must hold. A new step is in it by being in the catalogue. DESIGN.md, 5. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withReplica } from '../../src/capacity/changes.ts'
import type { System } from '../../src/capacity/system.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { catalogue } from '../../src/steps/index.ts'
import { projectRoot } from '../architecture/source.ts'
import { site } from '../runs/process.ts'
import { bound } from './bound.ts'

const cases = catalogue.entries.flatMap((entry) =>
  entry.examples.map((example) => ({ name: entry.name, entry, example })),
)
const replica = { name: 'tuki-db-read-replica', tier: 'db-custom-4-15360' }
const withOneReplica = grown(withReplica(site, { database: 'tuki-db-prod', ...replica }))

function grown(system: ReturnType<typeof withReplica>): System {
  if ('code' in system) throw new Error(system.code)
  return system
}

const ofKind = (kind: BoundStep['act']['kind']) =>
  cases.filter(({ entry, example }) => bound(entry, example).act.kind === kind)

describe('the catalogue', () => {
  test('has a step for every file, of the same name, each with an example', () => {
    const folder = join(projectRoot, 'src/steps')
    const files = readdirSync(folder).filter((file) =>
      readFileSync(join(folder, file), 'utf8').includes('= defineStep({'),
    )
    const names = catalogue.entries.map(({ name }) => name)
    expect(names.toSorted()).toEqual(files.map((file) => file.replace(/\.ts$/, '')).toSorted())
    for (const { name, examples } of catalogue.entries) expect(examples, name).not.toEqual([])
  })
})

describe('a definition', () => {
  test.for(catalogue.entries)('$name says what each field is for', ({ fields, title, minutes }) => {
    for (const { description } of fields) expect(description).toMatch(/\S/)
    expect(title).toMatch(/^[A-Z]/)
    expect(minutes).toBeGreaterThan(0)
  })

  test.for(cases)(
    '$name refuses an unknown field, and each required one that is missing',
    ({ entry, example }) => {
      expect(entry.parse({ ...example, surprise: 1 })).toMatchObject({
        kind: 'input-problem',
        field: 'surprise',
      })
      for (const { name } of entry.fields.filter(({ required }) => required)) {
        const { [name]: _left, ...rest } = example
        expect(entry.parse(rest)).toMatchObject({ kind: 'input-problem', field: name })
      }
      expect(entry.parse(null)).toMatchObject({ kind: 'input-problem' })
    },
  )
})

describe('an example', () => {
  test.for(cases)(
    '$name: $example is bound the same after a round trip through JSON',
    ({ entry, example }) => {
      const step = bound(entry, example)
      const again = bound(entry, JSON.parse(JSON.stringify(step.input)))
      expect(again.input).toEqual(example)
      expect([again.name, again.target, again.needs]).toEqual([step.name, step.target, step.needs])
      expect(again.predict(site)).toEqual(step.predict(site))
    },
  )

  test.for(cases)(
    '$name: $example fits an example system, is foreseen, and changes nothing of it',
    ({ entry, example }) => {
      const step = bound(entry, example)
      const system = [site, withOneReplica].find((one) => step.missing(one) === null)
      if (system === undefined) throw new Error('no example system has what it names')
      const before = structuredClone(system)
      expect(step.predict(system)).toMatchObject({ phases: expect.any(Array) })
      expect(step.effect(system).code).toMatch(/^[a-z-]+$/)
      expect(system).toEqual(before)
      expect(step.target).toMatch(/^[^\s]+$/)
      // The dashboards are made from the System and are nothing that it holds.
      const holders = [...Object.keys(site), 'dashboards']
      for (const fact of step.needs)
        expect(holders, fact).toContain(fact.slice(0, fact.indexOf('.')))
    },
  )

  const naming = cases.filter(({ example }) => nameIn(example) !== undefined)

  test.for(naming)(
    '$name: a name that the document lacks is refused, and breaks nothing',
    ({ entry, example }) => {
      const step = bound(entry, { ...example, [nameIn(example) ?? '']: 'nothing-of-ours' })
      const refusal = step.missing(site)
      expect([refusal?.kind, refusal?.code]).toEqual(['refusal', 'no-such'])
      expect(refusal?.values).toHaveProperty('name', 'nothing-of-ours')
      expect(() => step.effect(site)).not.toThrow()
    },
  )
})

function nameIn(example: object): string | undefined {
  return Object.keys(example).find((key) =>
    ['database', 'service', 'pooler', 'alert'].includes(key),
  )
}

describe('a reading step', () => {
  test.for(ofKind('read'))(
    '$name shows facts of its target and predicts no change',
    ({ entry, example }) => {
      const step = bound(entry, example)
      expect(step.predict(site)).toEqual({ phases: [], after: site })
      const shows = step.act.kind === 'read' ? step.act.shows : []
      expect(shows.length).toBeGreaterThan(0)
      for (const fact of shows) expect(fact.startsWith(`${step.target}.`)).toBe(true)
    },
  )
})
