/** What every write of the catalogue must hold: its guard, its probe and its verification. writes.md. */

import { describe, expect, test } from 'vitest'
import type { Intent, JsonObject, StepEntry, WriteAct } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { catalogue } from '../../src/steps/index.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { Fault } from '../../src/world/fault.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import type { World } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'
import { type SimulationOptions, simulateCloud } from '../runs/simulated-world.ts'
import { postgresSaying } from '../runs/talking-postgres.ts'
import { faultOf, handClock } from '../world/tuki-cloud.ts'
import { bound } from './bound.ts'

const writes = catalogue.entries
  .flatMap((entry) => entry.examples.map((example) => ({ name: entry.name, entry, example })))
  .filter(({ entry, example }) => bound(entry, example).act.kind === 'write')

/** A world of its own for one write, with the intent that it is sent for. */
function stage(entry: StepEntry, example: JsonObject, options: Partial<SimulationOptions> = {}) {
  const clock = handClock()
  const cloud = simulateCloud({ clock, ...options })
  const step = bound(entry, example)
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  const act: WriteAct = step.act
  clock.forward(options.readLagMs ?? 0)
  const intent: Intent = {
    id: 'i-1',
    target: step.target,
    version: '17',
    intendedAt: clock.now(),
    sendBefore: clock.now() + 5_000,
  }
  const postgres = postgresSaying(600)
  const world: World = {
    read: { ...nowhere.read, cloudSql: cloud.reader, postgres },
    write: { ...nowhere.write, cloudSql: cloud.writer },
  }
  const clearance = () =>
    mintClearance({
      intent: intent.id,
      target: step.target,
      request: 'sha',
      sendBefore: clock.now() + 5_000,
    })
  const probe = (of: Intent = intent) => act.probe(of, world.read)
  const perform = (of: Intent = intent) => act.perform(clearance(), of, world)
  const expectations = () => {
    const prediction = step.predict(site)
    return 'kind' in prediction ? [] : act.expects(prediction.after)
  }
  const outcomes = async (endedAt: number) => {
    const facts = await observe(site, world.read, clock)
    return evidenceFor(expectations(), facts, endedAt, world.read).map(({ outcome }) => outcome)
  }
  return { ...{ clock, cloud, step, act, intent, world, probe, perform, expectations, outcomes } }
}

describe('a write', () => {
  test.for(writes)(
    '$name: absent, performed, running, then done by me and verified',
    async ({ entry, example }) => {
      const { clock, cloud, act, world, probe, perform, outcomes } = stage(entry, example)
      expect(await probe()).toEqual({ kind: 'absent' })
      const sent = await perform()
      if (sent.kind === 'done') throw new Error('a Cloud SQL change is an operation')
      expect(await probe()).toMatchObject({ operation: sent.operation })
      expect((await probe()).kind).not.toBe('absent')
      expect(await act.poll(sent.operation, world.read)).toEqual({ kind: 'running' })
      clock.forward(12_000)
      expect(await act.poll(sent.operation, world.read)).toEqual({ kind: 'ended', error: null })
      expect(await probe()).toEqual({ kind: 'done', by: 'me' })
      expect(new Set(await outcomes(clock.now()))).toEqual(new Set(['confirmed']))
      expect(cloud.writes()).toBe(1)
    },
  )

  test.for(writes)(
    '$name: its mark is laid beside the labels that are there',
    async ({ entry, example }) => {
      const { clock, cloud, perform } = stage(entry, example)
      await perform()
      clock.forward(12_000)
      expect((await cloud.reader.instance('tuki-db-prod')).userLabels).toEqual({
        team: 'tickets',
        'plimsoll-intent': 'i-1',
      })
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
      expect(await probe({ ...later, version: '18' })).toEqual({ kind: 'absent' })
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
    '$name: while the reads lag it is absent or unknown, never done',
    async ({ entry, example }) => {
      const { clock, probe, perform } = stage(entry, example, { readLagMs: 3_000 })
      await perform()
      const seen: string[] = []
      for (let second = 0; second < 15; second += 1) {
        seen.push((await probe()).kind)
        clock.forward(1_000)
      }
      expect(seen.slice(0, 3)).toEqual(Array(3).fill('absent'))
      expect(new Set(seen.slice(3, 13))).toEqual(new Set(['unknown']))
      expect(await probe()).toEqual({ kind: 'done', by: 'me' })
    },
  )

  test.for(writes)(
    '$name: an operation that ended in an error is told, and contradicted',
    async ({ entry, example }) => {
      const { clock, cloud, act, world, probe, perform, outcomes } = stage(entry, example)
      cloud.provoke('operation-fails')
      const sent = await perform()
      clock.forward(12_000)
      const operation = sent.kind === 'operation' ? sent.operation : ''
      expect(await act.poll(operation, world.read)).toMatchObject({
        kind: 'ended',
        error: expect.stringContaining('INTERNAL_ERROR'),
      })
      expect((await probe()).kind).toBe('unknown')
      expect(await outcomes(clock.now())).toContain('contradicted')
    },
  )

  test.for(writes)(
    '$name: verification contradicts each expectation about which the world lies',
    async ({ entry, example }) => {
      const { clock, world, perform, expectations } = stage(entry, example)
      await perform()
      clock.forward(12_000)
      const facts = await observe(site, world.read, clock)
      expect(expectations().length).toBeGreaterThan(0)
      for (const { fact } of expectations()) {
        const lies = facts.map((one) => (one.name === fact ? { ...one, value: 'a lie' } : one))
        const evidence = evidenceFor(expectations(), lies, clock.now(), world.read)
        expect(evidence.find((one) => one.fact === fact)?.outcome).toBe('contradicted')
      }
    },
  )

  test.for(writes)('$name: its undo leads back', ({ entry, example }) => {
    const step = bound(entry, example)
    const undo = step.act.kind === 'write' ? step.act.undo(site) : null
    const prediction = step.predict(site)
    if (undo?.kind !== 'step' || 'kind' in prediction) throw new Error('it has an undo')
    const back = catalogue.bind(undo.step, undo.input)
    expect('kind' in back ? back : back.predict(prediction.after)).toMatchObject({ after: site })
  })

  test.for(writes)(
    '$name: without a configured world it is a fault that was not sent',
    async ({ entry, example }) => {
      const { act, intent } = stage(entry, example)
      const fault = await faultOf(act.probe(intent, nowhere.read))
      expect(fault).toBeInstanceOf(Fault)
      expect(fault).toMatchObject({ sent: 'no', message: expect.stringMatching(/^set /) })
    },
  )
})

describe('a resize', () => {
  const entry = catalogue.find('patch-cloud-sql-tier')
  if ('kind' in entry) throw new Error('patch-cloud-sql-tier is gone')
  const example = { database: 'tuki-db-prod', tier: 'db-custom-8-30720' }

  test('carries the version of its intent, not the one that it finds', async () => {
    const { clock, cloud, perform } = stage(entry, example)
    await perform()
    clock.forward(60_000)
    expect((await faultOf(perform())).code).toBe('version-moved')
    expect(cloud.writes()).toBe(1)
  })

  test('with another availability is one patch too, and its undo has both', async () => {
    const { clock, cloud, perform } = stage(entry, { ...example, availability: 'zonal' })
    await perform()
    clock.forward(60_000)
    expect(await cloud.reader.instance('tuki-db-prod')).toMatchObject({
      tier: 'db-custom-8-30720',
      availability: 'zonal',
    })
  })
})
