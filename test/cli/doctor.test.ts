/** Configuration, permissions and reachability, one line each with the remedy: `plimsoll doctor`. contract.md, 3. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type LocalCloud, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type Environment, projectRoot, run } from '../e2e/process.ts'

const document = readFileSync(join(projectRoot, 'system.yml'), 'utf8')
const shape = z.array(
  z.strictObject({
    subject: z.string(),
    code: z.string(),
    state: z.enum(['ok', 'off', 'wrong']),
    text: z.string(),
    remedy: z.string().nullable(),
  }),
)

async function examined(env: Environment, words: readonly string[] = []) {
  const process = run(['doctor', '--json', ...words], env)
  const code = await process.ended
  expect(process.stderr()).toBe('')
  return { code, checks: shape.parse(JSON.parse(process.stdout())) }
}

async function atCloud(byMs: number, work: (cloud: LocalCloud) => Promise<void>) {
  const clock = { now: () => Date.now() + byMs }
  const instances = [{ name: 'tuki-db-prod', tier: 'db-custom-2-7680' }]
  const cloud = await startLocalCloud({ project: 'tukiprod', document, instances, clock })
  try {
    await work(cloud)
  } finally {
    await cloud.stop()
  }
}

const slow = { timeout: 60_000 }

test(
  'without any configuration nothing is wrong, and each source says what to set',
  slow,
  async () => {
    const { code, checks } = await examined({})
    expect([code, checks.filter(({ state }) => state === 'wrong')]).toEqual([0, []])
    const off = checks.filter(({ code: what }) => what === 'unconfigured')
    expect(off.map(({ remedy }) => remedy).join()).toMatch(/GOOGLE_CLOUD_PROJECT.*DATABASE_URL/)
  },
)

test('a permission that is missing is named with the role that holds it (1)', slow, async () => {
  await atCloud(0, async (cloud) => {
    for (let times = 0; times < 40; times += 1) cloud.provoke({ on: 'read', how: 'forbidden' })
    const { code, checks } = await examined({ GOOGLE_API_ROOT: cloud.root })
    expect(code).toBe(1)
    const remedies = checks.flatMap(({ state, remedy }) => (state === 'wrong' ? remedy : []))
    for (const permission of ['cloudsql.instances.get', 'run.services.get'])
      expect(remedies.join()).toContain(`grant ${permission} (deploy/iam/plimsoll-reading.yml`)
  })
})

test('each source that answers says so, and a clock that is off is wrong', slow, async () => {
  await atCloud(-60_000, async (cloud) => {
    const { code, checks } = await examined({ GOOGLE_API_ROOT: cloud.root })
    expect(code).toBe(1)
    const wrong = checks.filter(({ state }) => state === 'wrong')
    expect(wrong.find(({ code: what }) => what === 'clock')?.text).toMatch(/mine is \d\d s ahead/)
    const fine = checks.filter(({ code: what }) => what === 'answers').map(({ subject }) => subject)
    expect(fine).toEqual(expect.arrayContaining(['Cloud SQL Admin API', 'Cloud Run Admin API']))
  })
})

test(
  'half a Slack configuration and a missing document are wrong, and it goes on',
  slow,
  async () => {
    const { code, checks } = await examined({ SLACK_BOT_TOKEN: 'xoxb-x' }, ['--system', 'none.yml'])
    expect(code).toBe(1)
    const wrong = checks.filter(({ state }) => state === 'wrong')
    expect(wrong.map(({ code: what }) => what)).toEqual(['wrong-variable', 'bad-document'])
    expect(wrong[0]?.text).toContain('SLACK_SIGNING_SECRET')
    expect(checks.map(({ code: what }) => what)).toContain('runbooks')
  },
)
