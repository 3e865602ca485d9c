/** The folder of runbooks: what is loaded, what is refused and why, and which version it is. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Library, LoadProblem } from '../../src/define/library.ts'
import { loadRunbooks } from '../../src/library/load.ts'
import { type Scratch, scratchFolder } from '../define/scratch.ts'

let scratch: Scratch
beforeEach(() => {
  scratch = scratchFolder()
})
afterEach(() => scratch.remove())

const imports = `import { z } from 'zod'
import { defineRunbook } from '../src/define/define-runbook.ts'
import { confirm } from '../src/steps/confirm.ts'
`

function text(name: string, steps = "[confirm({ what: 'it is so' })]"): string {
  return `${imports}
export default defineRunbook({
  name: '${name}',
  title: 'A title',
  why: 'A reason',
  parameters: z.strictObject({}),
  tests: [{ claim: 'it runs', parameters: {}, expects: {} }],
  steps: () => ${steps},
})
`
}

async function loaded(): Promise<Library> {
  const result = await loadRunbooks(scratch.folder)
  if (result.kind === 'wrong') throw new Error(JSON.stringify(result.problems))
  return result.library
}

async function problems(): Promise<readonly LoadProblem[]> {
  const result = await loadRunbooks(scratch.folder)
  return result.kind === 'wrong' ? result.problems : []
}

describe('a folder of runbooks', () => {
  test('is a library: by name, in order, with the nearest of a wrong name', async () => {
    scratch.write('one.ts', text('one'))
    scratch.write('another.ts', text('another'))
    scratch.write('notes.md', 'not a runbook')
    mkdirSync(join(scratch.folder, 'proposals'))
    const library = await loaded()
    expect(library.list.map(({ runbook }) => runbook.name)).toEqual(['another', 'one'])
    expect(library.find('one')).toMatchObject({ runbook: { title: 'A title' } })
    expect(library.find('anther')).toEqual({
      kind: 'unknown-runbook',
      name: 'anther',
      nearest: 'another',
    })
  })

  test('gives each the digest of its text and of those that it calls', async () => {
    const caller = text('caller', '[...called.steps({})]')
    const write = (of: Scratch, called: string) => {
      of.write('called.ts', called)
      of.write('caller.ts', `import called from './called.ts'\n${caller}`)
      of.write('other.ts', text('other'))
    }
    const digests = async ({ folder }: Scratch) => {
      const result = await loadRunbooks(folder)
      if (result.kind === 'wrong') throw new Error(JSON.stringify(result.problems))
      return result.library.list.map(({ digest }) => digest)
    }
    const changed = scratchFolder()
    try {
      write(scratch, text('called'))
      write(changed, `${text('called')}// changed\n`)
      const [before, after] = [await digests(scratch), await digests(changed)]
      expect(before.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true)
      expect(new Set(before).size).toBe(3)
      expect(before.map((digest, index) => digest === after[index])).toEqual([false, false, true])
    } finally {
      changed.remove()
    }
  })
})

describe('a file is refused', () => {
  const world = "import { systemClock } from '../src/world/clock.ts'\n"
  test.for<[string, string, object]>([
    [
      'that imports the world',
      `${world}${text('it')}`,
      { code: 'imports', line: 1, imported: '../src/world/clock.ts' },
    ],
    [
      'that imports Node',
      `import 'node:fs'\n${text('it')}`,
      { code: 'imports', imported: 'node:fs' },
    ],
    ['that imports a package', `import 'pg'\n${text('it')}`, { code: 'imports', imported: 'pg' }],
    [
      'that hands on the world',
      `export * from '../src/main.ts'\n${text('it')}`,
      { code: 'imports' },
    ],
    [
      'that walks out of src/steps',
      `import '../src/steps/../world/clock.ts'\n${text('it')}`,
      { code: 'imports' },
    ],
    [
      'that imports later',
      `${text('it')}await import('node:fs')\n`,
      { code: 'reaches-out', what: 'import()' },
    ],
    [
      'that reads the environment',
      `${text('it')}export const a = process.env\n`,
      { code: 'reaches-out', what: 'process' },
    ],
    [
      'that looks at the clock',
      `${text('it')}export const a = Date.now()\n`,
      { code: 'reaches-out', what: 'Date' },
    ],
    [
      'that throws dice',
      `${text('it')}export const a = Math.random()\n`,
      { code: 'reaches-out', what: 'Math.random' },
    ],
    [
      'that asks the network',
      `${text('it')}export const a = fetch\n`,
      { code: 'reaches-out', what: 'fetch' },
    ],
    [
      'that makes code',
      `${text('it')}export const a = [].constructor\n`,
      { code: 'reaches-out', what: 'constructor' },
    ],
    [
      'that is too long',
      `${text('it')}// ${'x'.repeat(20_000)}`,
      { code: 'too-long', most: 20_000 },
    ],
    ['that is nested too deep', '\n'.concat('['.repeat(101)), { code: 'too-deep', line: 2 }],
    ['that does not parse', 'export default {', { code: 'does-not-parse', line: 1 }],
    [
      'that throws',
      `${text('it')}throw new Error('oh')\n`,
      { code: 'does-not-load', message: 'oh' },
    ],
    ['that exports nothing', imports, { code: 'no-runbook' }],
    [
      'that exports what only looks like one',
      "export default { name: 'it' }",
      { code: 'no-runbook' },
    ],
    ['whose name is another', text('that'), { code: 'name-differs', name: 'that' }],
  ])('%s', async ([, written, problem]) => {
    const file = scratch.write('it.ts', written)
    expect(await problems()).toEqual([
      expect.objectContaining({ kind: 'load-problem', file, ...problem }),
    ])
  })

  test('and nothing of the folder is run while one of its files is unfit', async () => {
    scratch.write('bad.ts', "import 'node:fs'\n")
    scratch.write('loud.ts', "throw new Error('I was run')\n")
    expect((await problems()).map(({ code }) => code)).toEqual(['imports'])
  })

  test('with a name that no command line could take', async () => {
    scratch.write('Bad Name.ts', text('it'))
    expect(await problems()).toMatchObject([{ code: 'bad-name' }])
  })

  test('as the folder that is not there is', async () => {
    const result = await loadRunbooks(join(scratch.folder, 'none'))
    expect(result).toMatchObject({ kind: 'wrong', problems: [{ code: 'no-folder' }] })
  })

  test('but not for a key that is called like something outside', async () => {
    scratch.write('it.ts', `${text('it')}export const a = { process: 1, fetch: 2 }.process\n`)
    expect(await problems()).toEqual([])
  })
})
