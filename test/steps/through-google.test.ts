/**
 * Each writing step of the catalogue on Google Cloud, through Google's own clients against a local
 * cloud: how it goes well, and each fault, with the number of writes that reached the cloud.
 */
import { describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { withReplica } from '../../src/capacity/changes.ts'
import type { Intent, JsonObject, StepEntry } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { viewOf } from '../../src/gate/facts.ts'
import { examine } from '../../src/gate/gate.ts'
import { noHistory } from '../../src/gate/rules.ts'
import { startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { catalogue } from '../../src/steps/index.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { connectGoogle } from '../../src/world/google.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import type { World } from '../../src/world/world.ts'
import { handClock } from '../world/hand-clock.ts'
import { faultOf } from '../world/tuki-cloud.ts'
import { boundText, documentOf } from '../world/tuki-run.ts'
import { bound } from './bound.ts'

const database = 'tuki-db-prod'
const replica = { name: 'tuki-db-read-replica', tier: 'db-custom-4-15360' }
const site = documentOf(boundText)
const first = 'backend-00001-loc'

/** What is to be deleted is declared. */
function documentFor(step: string) {
  if (step !== 'delete-read-replica') return site
  const grown = withReplica(site, { database, ...replica })
  if ('code' in grown) throw new Error(grown.code)
  return { ...site, databases: grown.databases }
}

const atGoogle = /^(databases|services|alerts)\.|^dashboards$/
const elsewhere = ['terminate-sessions']

/** One example of each; what it names of this cloud is there. */
const writes = catalogue.entries.flatMap((entry) => {
  const [example] = entry.examples
  if (example === undefined || elsewhere.includes(entry.name)) return []
  const input = entry.name === 'set-traffic' ? { ...example, revision: first } : example
  const { act, target } = bound(entry, input)
  if (act.kind !== 'write' || !atGoogle.test(target)) return []
  return [{ name: entry.name, entry, input, guard: act.guard, target }]
})

async function stage(entry: StepEntry, input: JsonObject, { readLagMs = 0 } = {}) {
  const clock = handClock()
  const document = documentFor(entry.name)
  const there = entry.name === 'create-alert' ? { ...document, alerts: {} } : document
  const cloud = await startLocalCloud({
    ...{ project: 'tukiprod', document: stringify(there), clock, speed: 10, readLagMs },
    instances: [
      { name: database, tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' },
      ...(entry.name === 'delete-read-replica'
        ? [{ ...replica, masterInstanceName: database }]
        : []),
    ],
  })
  onTestFinished(cloud.stop)
  // Reads that lag see a cloud that is older than the lag.
  clock.forward(10_000)
  const google = connectGoogle({ document, apiRoot: cloud.root, clock })
  await google.load()
  const world: World = {
    read: { ...nowhere.read, ...google.read },
    write: { ...nowhere.write, ...google.write },
  }
  const step = bound(entry, input)
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  const { act } = step
  const facts = () => observe(document, world.read, clock)
  const question = { document, facts: await facts(), step, reservations: [], history: noHistory }
  const { basis, view } = examine({ ...question, run: null, now: clock.now() })
  const intent: Intent = {
    ...{ id: 'i-1', target: step.target, version: basis.version },
    ...{ intendedAt: clock.now(), sendBefore: clock.now() + 5_000 },
  }
  const perform = () => {
    const sendBefore = clock.now() + 5_000
    const clearance = mintClearance({
      intent: 'i-1',
      target: step.target,
      request: 'sha',
      sendBefore,
    })
    return act.perform(clearance, intent, world, view.system)
  }
  const predicted = () => {
    const prediction = step.predict(viewOf(document, question.facts, clock.now()).system)
    return 'kind' in prediction ? [] : act.expects(prediction.after)
  }
  const outcomes = async () =>
    evidenceFor(predicted(), await facts(), clock.now(), world.read).map(({ outcome }) => outcome)
  const probe = () => act.probe(intent, world.read)
  /** What came of the operation; null: it was over when it was answered. */
  const ended = async (sent: Awaited<ReturnType<typeof perform>>) => {
    clock.forward(60_000)
    return sent.kind === 'operation' ? act.poll(sent.operation, world.read) : null
  }
  const count = () => ({ sent: cloud.sent, taken: cloud.changes.length })
  return { clock, cloud, perform, probe, ended, outcomes, count }
}

const operations = writes.filter(({ target }) => /^(databases|services)\./.test(target))
const whole = ({ name }: { readonly name: string }) =>
  name === 'delete-read-replica' ? 'as-wished' : 'me'

test('there are fourteen', () => {
  expect(writes.map(({ name }) => name).toSorted()).toEqual([
    ...['apply-dashboards', 'bump-celery-concurrency', 'create-alert', 'create-backup'],
    ...['create-read-replica', 'delete-read-replica', 'patch-cloud-sql-tier', 'retarget-alert'],
    ...['route-through-pooler', 'scale-service', 'set-database-flag', 'set-django-connections'],
    ...['set-gunicorn', 'set-traffic'],
  ])
})

describe('a write through Google’s clients', () => {
  test.for(writes)('$name: absent, sent once, done and seen', async (one) => {
    const { perform, probe, ended, outcomes, count } = await stage(one.entry, one.input)
    expect(await probe()).toEqual({ kind: 'absent' })
    const status = await ended(await perform())
    if (status !== null) expect(status).toEqual({ kind: 'ended', error: null })
    expect(await probe()).toEqual({ kind: 'done', by: whole(one) })
    const seen = await outcomes()
    expect(seen).toContain('confirmed')
    expect(seen).not.toContain('contradicted')
    expect(count()).toEqual({ sent: 1, taken: 1 })
  })

  const refusals = [
    { how: 'busy', fault: { sent: 'no' } },
    { how: 'stale', fault: { sent: 'no', code: 'version-moved' } },
    { how: 'rate-limited', fault: { sent: 'no', code: 'rate-limited', retryAfterMs: 6_000 } },
    { how: 'unavailable', fault: { sent: 'unknown', code: 'server-error' } },
  ] as const
  test.for(writes)(
    '$name, refused with 409, 412, 429 or 503: one request each, nothing took effect, and a look says so',
    async ({ entry, input }) => {
      const { cloud, perform, probe, count } = await stage(entry, input)
      for (const [index, { how, fault }] of refusals.entries()) {
        cloud.provoke({ on: 'write', how })
        expect(await faultOf(perform())).toMatchObject(fault)
        expect(await probe()).toEqual({ kind: 'absent' })
        expect(count()).toEqual({ sent: index + 1, taken: 0 })
      }
    },
  )

  test.for(writes)('$name, the reply is lost: one request, found by its mark', async (one) => {
    const { clock, cloud, perform, probe, count } = await stage(one.entry, one.input)
    cloud.provoke({ on: 'write', how: 'reply-lost' })
    expect(await faultOf(perform())).toMatchObject({ sent: 'unknown' })
    expect((await probe()).kind).not.toBe('absent')
    clock.forward(60_000)
    expect(await probe()).toEqual({ kind: 'done', by: whole(one) })
    expect(count()).toEqual({ sent: 1, taken: 1 })
  })

  test.for(operations)('$name, its operation fails: told, and never done', async (one) => {
    const { cloud, perform, probe, ended, outcomes, count } = await stage(one.entry, one.input)
    cloud.provoke({ on: 'write', how: 'operation-fails' })
    expect(await ended(await perform())).toMatchObject({ error: expect.stringMatching(/./) })
    expect((await probe()).kind).not.toBe('done')
    expect((await outcomes()).length).toBeGreaterThan(0)
    expect(count()).toEqual({ sent: 1, taken: 1 })
  })

  test.for(writes)('$name, reads lag by 3 s: absent, and done only when it is', async (one) => {
    const { clock, perform, probe, count } = await stage(one.entry, one.input, { readLagMs: 3_000 })
    await perform()
    for (const ms of [0, 2_999]) {
      clock.forward(ms)
      expect(await probe()).toEqual({ kind: 'absent' })
    }
    if (one.guard !== 'absolute') expect(await faultOf(perform())).toMatchObject({ sent: 'no' })
    expect(count().taken).toBe(1)
    clock.forward(60_000)
    expect(await probe()).toEqual({ kind: 'done', by: whole(one) })
  })
})
