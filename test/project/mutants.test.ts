/** The hunt for mutants: what it calls killed was killed by the test that it names. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../architecture/source.ts'
import { mutants } from '../mutants/all.ts'
import { hunt } from '../mutants/hunt.ts'
import { type Mutant, mutated } from '../mutants/mutant.ts'

describe('the list', () => {
  test('names are unique', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })

  test.each(mutants)('$name fits the code, and its test is there', async (mutant) => {
    const { file, killedBy } = mutant
    const text = await readFile(join(projectRoot, file), 'utf8')
    const change = mutated(text, mutant)
    expect(change).toMatchObject({ kind: 'mutated' })
    expect(change).not.toMatchObject({ text })
    const tests = await readFile(join(projectRoot, killedBy.file), 'utf8')
    expect(tests).toContain(killedBy.title)
  })
})

describe('the hunt', () => {
  let root = ''
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'plimsoll-hunted-'))
    await mkdir(join(root, 'test'))
    await symlink(join(projectRoot, 'node_modules'), join(root, 'node_modules'), 'dir')
    await writeFile(
      join(root, 'vitest.config.ts'),
      `export default { test: { projects: [{ test: { name: 'hermetic', include: ['test/*.ts'] } }] } }`,
    )
    await writeFile(
      join(root, 'line.ts'),
      'export const fits = (load: number, line: number): boolean => load <= line\n',
    )
    await writeFile(
      join(root, 'test/line.ts'),
      `import { expect, test } from 'vitest'
      import { fits } from '../line.ts'
      test('over the line is refused (always)', () => expect(fits(3, 2)).toBe(false))
      test('far below the line fits', () => expect(fits(0, 2)).toBe(true))
      test('fails without any mutant', () => expect(fits(2, 2)).toBe(false))`,
    )
  })
  afterAll(() => rm(root, { recursive: true }))

  const mutant = (change: Partial<Mutant>, title: string): Mutant => ({
    name: 'line',
    safety: 'what is over the line is refused',
    file: 'line.ts',
    find: 'load <= line',
    replace: 'true',
    killedBy: { file: 'test/line.ts', title },
    ...change,
  })
  const refused = 'over the line is refused (always)'

  test('only a test that passes without the mutant and fails with it has killed it', async () => {
    const cases: readonly (readonly [Mutant, string, RegExp])[] = [
      [mutant({ name: 'a' }, refused), 'killed', /expected true to be false/],
      [mutant({ name: 'b' }, 'far below the line fits'), 'survived', /still passes/],
      [mutant({ name: 'c' }, 'fails without any mutant'), 'unproven', /fails without it/],
      [mutant({ name: 'd' }, 'no such title'), 'unproven', /no test has this title/],
      [mutant({ name: 'e', find: 'load < line' }, refused), 'unproven', /is not in line\.ts/],
      [mutant({ name: 'f', find: 'line' }, refused), 'unproven', /2 times in line\.ts/],
      [mutant({ name: 'g', replace: '<' }, refused), 'unproven', /./],
    ]
    const mutants = cases.map(([one]) => one)
    const verdicts = await hunt({ root, mutants, workshopCount: 2, onVerdict: () => undefined })
    for (const [{ name }, kind, why] of cases) {
      const verdict = verdicts.find((one) => one.mutant.name === name)
      expect(verdict).toMatchObject({ kind })
      expect(verdict?.why).toMatch(why)
    }
    expect(await readFile(join(root, 'line.ts'), 'utf8')).toContain('load <= line')
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('plimsoll-mutants-'))
    expect(left.filter((name) => existsSync(join(tmpdir(), name, 'tree/line.ts')))).toEqual([])
  })
})
