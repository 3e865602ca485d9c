/** Configuration, permissions and reachability, one line each with the remedy: `plimsoll doctor`. contract.md, 3. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type LocalCloud, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { lineOf } from '../../src/words/en-doctor.ts'
import { type Environment, projectRoot } from '../e2e/process.ts'
import { message, startBroker } from '../world/broker-wire.ts'
import { answer } from './warm.ts'

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
  const { code, out, err } = await answer(['doctor', '--json', ...words], env)
  expect(err).toBe('')
  return { code, checks: shape.parse(JSON.parse(out)) }
}

async function atCloud(
  byMs: number,
  work: (cloud: LocalCloud) => Promise<void>,
  withheld: readonly string[] = [],
) {
  const clock = { now: () => Date.now() + byMs }
  const instances = [{ name: 'tuki-db-prod', tier: 'db-custom-2-7680' }]
  const cloud = await startLocalCloud({ project: 'tukiprod', document, instances, clock, withheld })
  try {
    await work(cloud)
  } finally {
    await cloud.stop()
  }
}

const slow = { timeout: 180_000 }

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

test('what the identity may not write is named before anybody needs it', slow, async () => {
  const withheld = ['cloudsql.instances.update', 'run.services.update']
  const lines = async (words: readonly string[], root: string) =>
    (await examined({ GOOGLE_API_ROOT: root }, words)).checks.filter(
      ({ subject }) => subject === 'IAM',
    )
  const work = async ({ root }: LocalCloud) => {
    const [line, ...others] = await lines([], root)
    expect([others, line?.state, line?.text]).toEqual([
      [],
      'wrong',
      'the project does not grant cloudsql.instances.update, run.services.update',
    ])
    expect(line?.remedy).toContain('deploy/iam/plimsoll-writing.yml')
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-doctor-'))
    const looking = join(folder, 'system.yml')
    writeFileSync(looking, document.replace('mode: act', 'mode: observe'))
    expect(await lines(['--system', looking], root)).toMatchObject([{ state: 'ok' }])
    rmSync(folder, { recursive: true })
  }
  await atCloud(0, work, withheld)
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

test(
  'workers that end tasks and do not tell are named, with what to run them with',
  slow,
  async () => {
    const broker = await startBroker({ workers: [{ name: 'a@h', pool: 2 }] })
    let processed = 0
    const beating = setInterval(() => {
      processed += 1
      const said = { type: 'worker-heartbeat', hostname: 'a@h', pid: 1, processed, active: 0 }
      broker.say('worker.heartbeat', message(said, {}))
    }, 200)
    try {
      const { code, checks } = await examined({ CELERY_BROKER_URL: broker.url })
      expect(code).toBe(0)
      const line = checks.find(({ subject }) => subject === 'Celery task events')
      expect(line).toMatchObject({ state: 'off', remedy: expect.stringContaining('-E') })
      expect(line?.text).toContain('a@h')
    } finally {
      clearInterval(beating)
      await broker.stop()
    }
  },
)

test('what is heard of tasks is said with how long and by whom', () => {
  const subject = 'Celery task events'
  const heard = { subject, workers: 2, telling: 1, seconds: 7 }
  expect(lineOf({ ...heard, code: 'tasks-told' })).toMatchObject({
    ...{ state: 'ok', text: '1 of 2 workers told of tasks' },
  })
  expect(lineOf({ ...heard, code: 'no-task-told' }).text).toBe('2 workers, no task heard in 7 s')
  const deaf = lineOf({ subject, code: 'not-listening', why: 'Redis refused (NOPERM)' })
  expect([deaf.state, deaf.text]).toEqual(['off', 'cannot be heard: Redis refused (NOPERM)'])
})
