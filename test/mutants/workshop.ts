/** A copy of the tree in which one test is run, with one file changed. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'
import type { Mutant } from './mutant.ts'

/** What happened to the one test. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly why: string }
  /** It did not run, so it says nothing. */
  | { readonly kind: 'not-run'; readonly why: string }

export type Workshop = {
  /** Runs the test; with a change, in a tree that has it. */
  readonly run: (test: Mutant['killedBy'], change?: Change) => Promise<Outcome>
  readonly remove: () => Promise<void>
}

type Change = { readonly file: string; readonly text: string }

/** A test that hangs is ended by vitest after three minutes; this is for what vitest does not end. */
const runMsMax = 240_000
const notCopied = new Set(['node_modules', '.git', '.plimsoll', '.vitest', 'coverage', 'docs'])

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})

export async function openWorkshop(root: string): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-mutants-'))
  const tree = join(folder, 'tree')
  await cp(root, tree, {
    recursive: true,
    filter: (path) => !notCopied.has(relative(root, path)),
  })
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'), 'dir')
  const report = join(folder, 'report.json')

  return {
    run: async (test, change) => {
      const file = change === undefined ? undefined : join(tree, change.file)
      const original = file === undefined ? '' : await readFile(file, 'utf8')
      if (file !== undefined && change !== undefined) await writeFile(file, change.text)
      try {
        return await runTest({ tree, report, test })
      } finally {
        if (file !== undefined) await writeFile(file, original)
      }
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

type TestRun = { readonly tree: string; readonly report: string; readonly test: Mutant['killedBy'] }

async function runTest({ tree, report, test }: TestRun): Promise<Outcome> {
  await rm(report, { force: true })
  const { promise, resolve } = Promise.withResolvers<string>()
  const vitest = join(tree, 'node_modules/vitest/vitest.mjs')
  const pattern = test.title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const project = test.file.startsWith('test/real/') ? 'real' : 'hermetic'
  const args = ['run', '--project', project, test.file, '--testNamePattern', `${pattern}$`]
  const options = ['--reporter=json', `--outputFile.json=${report}`, '--no-cache']
  execFile(
    process.execPath,
    [vitest, ...args, ...options, '--no-fsModuleCache'],
    { cwd: tree, timeout: runMsMax, killSignal: 'SIGKILL' },
    (error, _stdout, stderr) => resolve(error === null ? '' : stderr.trim() || error.message),
  )
  const ending = await promise
  const text = await readFile(report, 'utf8').catch(() => null)
  if (text === null) return { kind: 'not-run', why: `vitest gave no report: ${ending}` }
  return outcomeOf(reportSchema.parse(JSON.parse(text)), test.title)
}

function outcomeOf(report: z.infer<typeof reportSchema>, title: string): Outcome {
  const { testResults } = report
  const its = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((one) => one.title === title && /^(passed|failed)$/.test(one.status))
  const [one, ...others] = its
  if (one === undefined) {
    const why = testResults.find(({ message }) => (message ?? '') !== '')?.message
    return { kind: 'not-run', why: why ?? 'no test has this title' }
  }
  if (others.length > 0) return { kind: 'not-run', why: `${its.length} tests have this title` }
  if (one.status === 'passed') return { kind: 'passed' }
  return { kind: 'failed', why: one.failureMessages?.[0]?.split('\n', 1)[0] ?? '' }
}
