/** .ci/run, with an npm that only writes the reports that it is given: what the last line counts. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { projectRoot } from '../architecture/source.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

/** Answers `npm run NAME` with the report NAME.json beside it, and the exit code in NAME.code. */
const npm = `#!/usr/bin/env bash
here=$(dirname "$0")
name=\${2:-$1}
echo "$*" >> "$here/asked"
for word in "$@"; do
  case $word in
    --outputFile.json=*) [ -f "$here/$name.json" ] && cp "$here/$name.json" "\${word#*=}" ;;
  esac
done
exit "$(cat "$here/$name.code" 2>/dev/null || echo 0)"
`

type Report = { readonly passed: number; readonly failed?: number; readonly unloaded?: number }
type Given = {
  readonly reports: Readonly<Record<string, Report>>
  readonly codes?: Readonly<Record<string, number>>
}

async function ciRun({ reports, codes = {} }: Given) {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-ci-'))
  folders.push(folder)
  await writeFile(join(folder, 'npm'), npm)
  await chmod(join(folder, 'npm'), 0o755)
  for (const [name, { passed, failed = 0, unloaded = 0 }] of Object.entries(reports)) {
    const testResults = Array(unloaded).fill({ status: 'failed', assertionResults: [] })
    const report = { numPassedTests: passed, numFailedTests: failed, testResults }
    await writeFile(join(folder, `${name}.json`), JSON.stringify(report))
  }
  for (const [name, code] of Object.entries(codes))
    await writeFile(join(folder, `${name}.code`), String(code))

  // The Node that runs this test, before the host's.
  const path = [folder, dirname(process.execPath), process.env.PATH].join(delimiter)
  const { promise, resolve } = Promise.withResolvers<{ code: number; lines: readonly string[] }>()
  const env = { ...process.env, PATH: path }
  execFile(join(projectRoot, '.ci/run'), { env, timeout: 60_000 }, (error, stdout) => {
    const lines = stdout.trimEnd().split('\n')
    resolve({ code: error === null ? 0 : Number(error.code), lines })
  })
  const { code, lines } = await promise
  const asked = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')
  return {
    code,
    last: lines.at(-1),
    failures: lines.filter((one) => one.startsWith('failed:')),
    asked,
  }
}

test('all green: the sum of both reports, by the names of the README', async () => {
  const { code, last, asked } = await ciRun({
    reports: { test: { passed: 40 }, 'test:real': { passed: 2 } },
  })
  expect({ code, last }).toEqual({ code: 0, last: '42 passed, 0 failed' })
  const commands = asked.map((one) => one.split(' -- ')[0])
  expect(commands).toEqual(['ci', 'run check', 'run test', 'run test:real'])
})

test('a failing test is counted once, and the rest still runs', async () => {
  const { code, last, failures } = await ciRun({
    reports: { test: { passed: 39, failed: 1 }, 'test:real': { passed: 2 } },
    codes: { test: 1 },
  })
  expect({ code, last }).toEqual({ code: 1, last: '41 passed, 1 failed' })
  expect(failures).toEqual(['failed: npm run test'])
})

test('a file of tests that cannot be loaded is a failure', async () => {
  const { code, last } = await ciRun({
    reports: { test: { passed: 39, unloaded: 1 }, 'test:real': { passed: 2 } },
    codes: { test: 1 },
  })
  expect({ code, last }).toEqual({ code: 1, last: '41 passed, 1 failed' })
})

test('a failing check is a failure beside green tests', async () => {
  const { code, last } = await ciRun({
    reports: { test: { passed: 40 }, 'test:real': { passed: 2 } },
    codes: { check: 1 },
  })
  expect({ code, last }).toEqual({ code: 1, last: '42 passed, 1 failed' })
})

test('a command that says it went well and reports nothing has failed', async () => {
  const { code, last } = await ciRun({ reports: { test: { passed: 40 } } })
  expect({ code, last }).toEqual({ code: 1, last: '40 passed, 1 failed' })
})

test('where npm ci fails nothing else is tried', async () => {
  const { code, last, asked } = await ciRun({ reports: {}, codes: { ci: 1 } })
  expect({ code, last }).toEqual({ code: 1, last: '0 passed, 1 failed' })
  expect(asked).toEqual(['ci'])
})
