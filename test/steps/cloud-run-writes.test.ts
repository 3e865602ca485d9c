/** What every write to Cloud Run must hold: its guard, its probe and its verification. writes.md. */
import { describe, expect, test } from 'vitest'
import type { Intent, JsonObject, StepEntry } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { catalogue } from '../../src/steps/index.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import type { World } from '../../src/world/world.ts'
import { simulateCloudRun } from '../runs/simulated-cloud-run.ts'
import { handClock } from '../world/hand-clock.ts'
import { faultOf } from '../world/tuki-cloud.ts'
import { boundText, documentOf } from '../world/tuki-run.ts'
import { bound } from './bound.ts'

/** As the site, and with Celery's settings where they can be written. */
const document = documentOf(boundText)

const writes = catalogue.entries
  .flatMap((entry) => entry.examples.map((example) => ({ name: entry.name, entry, example })))
  .filter(({ entry, example }) => {
    const { act, target } = bound(entry, example)
    return act.kind === 'write' && target.startsWith('services.')
  })

/** A world of its own for one write, with the intent that it is sent for. */
function stage(entry: StepEntry, example: JsonObject, { readLagMs = 0 } = {}) {
  const clock = handClock()
  const cloud = simulateCloudRun({ clock, document, readLagMs })
  const step = bound(entry, example)
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  const { act } = step
  clock.forward(readLagMs)
  const intent: Intent = {
    ...{ id: 'i-1', target: step.target, version: 'etag-1' },
    ...{ intendedAt: clock.now(), sendBefore: clock.now() + 5_000 },
  }
  const world: World = {
    read: { ...nowhere.read, cloudRun: cloud.reader },
    write: { ...nowhere.write, cloudRun: cloud.writer },
  }
  const clearance = () =>
    mintClearance({
      ...{ intent: intent.id, target: step.target, request: 'sha' },
      sendBefore: clock.now() + 5_000,
    })
  const probe = (of: Intent = intent) => act.probe(of, world.read)
  const perform = (of: Intent = intent) => act.perform(clearance(), of, world, document)
  const performed = async () => {
    const sent = await perform()
    if (sent.kind === 'done') throw new Error('a change of Cloud Run is an operation')
    return sent.operation
  }
  const expectations = () => {
    const prediction = step.predict(document)
    return 'kind' in prediction ? [] : act.expects(prediction.after)
  }
  const outcomes = async () => {
    const facts = await observe(document, world.read, clock)
    const evidence = evidenceFor(expectations(), facts, clock.now(), world.read)
    return new Set(evidence.map(({ outcome }) => outcome))
  }
  const ends = { probe, perform, performed, expectations, outcomes }
  return { clock, cloud, step, act, intent, world, ...ends }
}

test('there are six', () => {
  expect(writes.map(({ name }) => name).toSorted()).toEqual([
    'bump-celery-concurrency',
    'route-through-pooler',
    'scale-service',
    'set-django-connections',
    'set-gunicorn',
    'set-traffic',
  ])
})

describe('a write', () => {
  test.for(writes)(
    '$name: absent, performed, running, then done by me and verified',
    async ({ entry, example }) => {
      const { clock, cloud, act, world, probe, performed, outcomes } = stage(entry, example)
      expect(await probe()).toEqual({ kind: 'absent' })
      const operation = await performed()
      const found = await probe()
      expect(found).toMatchObject({ kind: 'running', operation: expect.stringContaining('/i-1') })
      for (const watched of [operation, found.kind === 'running' ? found.operation : ''])
        expect(await act.poll(watched, world.read)).toEqual({ kind: 'running' })
      clock.forward(12_000)
      for (const watched of [operation, found.kind === 'running' ? found.operation : ''])
        expect(await act.poll(watched, world.read)).toEqual({ kind: 'ended', error: null })
      expect(await probe()).toEqual({ kind: 'done', by: 'me' })
      expect(await outcomes()).toEqual(new Set(['confirmed']))
      expect(cloud.writes()).toBe(1)
    },
  )

  test.for(writes)(
    '$name: under guard version a second performance changes nothing more',
    async ({ entry, example }) => {
      const { clock, cloud, act, probe, perform } = stage(entry, example)
      expect(act.guard).toBe('version')
      await perform()
      expect(await faultOf(perform())).toMatchObject({ code: 'version-moved', sent: 'no' })
      clock.forward(60_000)
      expect(await faultOf(perform())).toMatchObject({ code: 'version-moved', sent: 'no' })
      expect(cloud.writes()).toBe(1)
      expect(await probe()).toEqual({ kind: 'done', by: 'me' })
    },
  )

  test.for(writes)(
    '$name: the same wish of another intent is done as wished, not by me',
    async ({ entry, example }) => {
      const { clock, intent, probe, perform } = stage(entry, example)
      await perform()
      clock.forward(60_000)
      const later = { ...intent, id: 'i-2', intendedAt: clock.now() }
      expect(await probe(later)).toEqual({ kind: 'done', by: 'as-wished' })
      expect(await probe({ ...later, version: 'etag-2' })).toEqual({ kind: 'absent' })
    },
  )

  test.for(writes)(
    '$name: the same wish of another intent that came to nothing is not done',
    async ({ entry, example }) => {
      const { clock, cloud, intent, probe, perform } = stage(entry, example)
      cloud.provoke('operation-fails')
      await perform()
      clock.forward(60_000)
      const later = { ...intent, id: 'i-2', intendedAt: clock.now() }
      expect(await probe(later)).toEqual({ kind: 'absent' })
    },
  )

  test.for(writes)(
    '$name: an intent without a version is never sent',
    async ({ entry, example }) => {
      const { cloud, intent, perform } = stage(entry, example)
      expect(await faultOf(perform({ ...intent, version: null }))).toMatchObject({ sent: 'no' })
      expect(cloud.arrivals()).toBe(0)
    },
  )

  test.for(writes)(
    '$name: while the reads lag it is absent, then running, and done only when it is',
    async ({ entry, example }) => {
      const { clock, probe, performed, act, world } = stage(entry, example, { readLagMs: 3_000 })
      await performed()
      expect(await act.poll('backend/i-1', world.read)).toEqual({ kind: 'running' })
      const seen: string[] = []
      for (let second = 0; second < 15; second += 1) {
        seen.push((await probe()).kind)
        clock.forward(1_000)
      }
      expect(seen.slice(0, 3)).toEqual(Array(3).fill('absent'))
      expect(new Set(seen.slice(3, 5))).toEqual(new Set(['running']))
      expect(await probe()).toEqual({ kind: 'done', by: 'me' })
    },
  )

  test.for(writes)(
    '$name: one that came to nothing is told, with who still serves, and contradicted',
    async ({ entry, example }) => {
      const { clock, cloud, act, world, probe, performed, outcomes } = stage(entry, example)
      cloud.provoke('operation-fails')
      const operation = await performed()
      clock.forward(12_000)
      const found = await probe()
      if (found.kind !== 'running') throw new Error(`it is ${found.kind}`)
      for (const watched of [operation, found.operation])
        expect(await act.poll(watched, world.read)).toMatchObject({
          kind: 'ended',
          error: expect.stringMatching(/could not be brought up.* \S+-00118 still serves\.$/),
        })
      expect(await outcomes()).toContain('contradicted')
    },
  )

  test.for(writes)(
    '$name: verification contradicts each expectation about which the world lies',
    async ({ entry, example }) => {
      const { clock, world, perform, expectations } = stage(entry, example)
      await perform()
      clock.forward(12_000)
      const facts = await observe(document, world.read, clock)
      expect(expectations().length).toBeGreaterThan(0)
      for (const { fact } of expectations()) {
        const lies = facts.map((one) => (one.name === fact ? { ...one, value: 'a lie' } : one))
        const evidence = evidenceFor(expectations(), lies, clock.now(), world.read)
        expect(evidence.find((one) => one.fact === fact)?.outcome).toBe('contradicted')
      }
    },
  )

  test.for(writes)('$name: its undo leads back, or says why not', ({ entry, example }) => {
    const step = bound(entry, example)
    const undo = step.act.kind === 'write' ? step.act.undo(document) : null
    const prediction = step.predict(document)
    if (undo === null || 'kind' in prediction) throw new Error('it is a write')
    if (undo.kind === 'cannot') return expect(undo.because).toMatch(/\w/)
    const back = catalogue.bind(undo.step, undo.input)
    expect('kind' in back ? back : back.predict(prediction.after)).toMatchObject({
      after: document,
    })
  })

  test.for(writes)(
    '$name: needs to see what it changes, and the version that it is conditional on',
    async ({ entry, example }) => {
      const { clock, step, world } = stage(entry, example)
      const facts = await observe(document, world.read, clock)
      const seen = facts.filter(({ kind }) => kind === 'observed').map(({ name }) => name)
      expect(seen).toEqual(expect.arrayContaining([...step.needs]))
      expect(step.needs).toContain(`${step.target}.etag`)
    },
  )

  test.for(writes)(
    '$name: without a configured world it is a fault that was not sent',
    async ({ entry, example }) => {
      const { act, intent } = stage(entry, example)
      const fault = await faultOf(act.probe(intent, nowhere.read))
      expect(fault).toMatchObject({ sent: 'no', message: expect.stringMatching(/^set /) })
    },
  )
})

test('a mark that somebody wrote over is not needed where the revision carries its name', async () => {
  const entry = catalogue.find('set-gunicorn')
  if ('kind' in entry) throw new Error('set-gunicorn is gone')
  const { clock, cloud, probe, performed, act, world } = stage(entry, {
    ...{ service: 'backend', threads: 4 },
  })
  const operation = await performed()
  clock.forward(60_000)
  const { etag } = await cloud.reader.service('backend')
  const cleared = mintClearance({
    ...{ intent: 'i-9', target: 'services.backend', request: 'sha' },
    sendBefore: clock.now() + 5_000,
  })
  const settings = new Map([['maxInstances', 150] as const])
  await cloud.writer.patch(cleared, { service: 'backend', etag, intent: 'i-9', settings })
  clock.forward(60_000)
  expect(await probe()).toEqual({ kind: 'done', by: 'me' })
  expect(await act.poll(operation, world.read)).toEqual({ kind: 'ended', error: null })
})

test('a roll-back to a revision that is not ready, or not there, is never sent', async () => {
  const entry = catalogue.find('set-traffic')
  if ('kind' in entry) throw new Error('set-traffic is gone')
  const { cloud, perform } = stage(entry, { service: 'backend', revision: 'backend-00001' })
  expect(await faultOf(perform())).toMatchObject({ code: 'invalid', sent: 'no' })
  expect(cloud.arrivals()).toBe(0)
})
