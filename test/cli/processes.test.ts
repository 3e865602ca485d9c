/**
 * Each verb, and each exit code, as a process of its own: it ends by itself, and offline it says what the
 * warm process of the other tests says, to the letter.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSqliteLedger } from '../../src/ledger/sqlite.ts'
import type { LocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type Environment, run } from '../e2e/process.ts'
import { startLargerCloud } from './larger-cloud.ts'
import { answer } from './warm.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-processes-'))
const samples = join(folder, 'samples.json')
let cloud: LocalCloud
beforeAll(async () => {
  cloud = await startLargerCloud()
  const ledger = openSqliteLedger(folder, { now: () => 1_000 })
  if (ledger.kind === 'held') throw new Error('a fresh folder is held')
  await ledger.close()
  writeFileSync(samples, JSON.stringify([4, 5, 6, 7, 8, 9].map(quiet)))
})
afterAll(async () => {
  await cloud.stop()
  rmSync(folder, { recursive: true })
})

function quiet(requestsPerSecond: number) {
  return { requestsPerSecond, users: 2.3 * requestsPerSecond, meanMs: 110 }
}

async function alone(args: readonly string[], env: Environment) {
  const own = run(args, env)
  const code = await own.ended
  return { code, out: own.stdout(), err: own.stderr() }
}

async function bothSay(line: string, env: Environment, code: number): Promise<void> {
  const args = line.split(' ').map((word) => (word === 'samples.json' ? samples : word))
  const [own, warm] = await Promise.all([alone(args, env), answer(args, env)])
  expect(own.code, own.err).toBe(code)
  expect(own).toEqual(warm)
  expect(code === 2 ? own.err : own.out).not.toBe('')
}

const proposal = 'runbooks/proposals/scale-10k-as-circulated.yml'

describe.concurrent('a process of its own', { timeout: 120_000 }, () => {
  test.each([
    ['status --offline', 0],
    ['check check-connections database=tuki-db-prod --offline --json', 0],
    ['check patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720 --offline', 3],
    ['check bump-celery-concurrency service=celery-worker concurrency=6 --offline --json', 4],
    ['explain db-connections --offline', 0],
    ['plan --users 3000 --offline --json', 0],
    [`review ${proposal} --offline`, 4],
    ['calibrate samples.json --offline --json', 0],
    ['runbook list', 0],
    ['runbook show deployment-checklist --json', 0],
    ['runbook rehearse load-test', 0],
    ['runbook lint', 0],
    ['runbook test', 0],
    ['runbook new load-test', 2],
    ['runbook start scale-down-after-event', 2],
    ['frobnicate', 2],
  ])('%s: exit code %i', (line, code) => bothSay(line, {}, code))

  test.each([
    ['ledger verify', 0],
    ['ledger export nobody', 2],
    ['prevented', 0],
    ['model-error', 0],
    ['runbook status', 0],
    ['runbook abort r1', 2],
    ['runbook resume r1', 2],
  ])('%s, with a ledger to read: exit code %i', (line, code) =>
    bothSay(line, { PLIMSOLL_DATA: folder }, code),
  )

  test('drift, where nobody answers: exit code 1', () =>
    bothSay('drift', { GOOGLE_API_ROOT: 'http://127.0.0.1:9' }, 1))

  test('start, with half a configuration: exit code 2', () =>
    bothSay('start', { SLACK_BOT_TOKEN: 'xoxb-x' }, 2))
})

/** Two looks at a world are two answers: what they say is in the tests of each verb. */
describe('with a cloud to look at, a process of its own ends by itself', () => {
  test.each([
    ['status --json', 0],
    ['drift', 3],
    ['init', 0],
    ['doctor', 0],
  ])('%s: exit code %i', async (line, code) => {
    const env = { GOOGLE_API_ROOT: cloud.root, GOOGLE_CLOUD_PROJECT: 'tukiprod' }
    const own = await alone(line.split(' '), env)
    expect(own.code, own.err).toBe(code)
    expect(own.out).not.toBe('')
  })
})
