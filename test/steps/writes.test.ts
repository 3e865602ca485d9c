/** What every write to a database or its pooler must hold: its guard, its probe and its verification. writes.md. */

import { describe, expect, test } from 'vitest'
import type { Guard } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { catalogue } from '../../src/steps/index.ts'
import { Fault } from '../../src/world/fault.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { faultOf } from '../world/tuki-cloud.ts'
import { bound } from './bound.ts'
import { stage } from './stage.ts'

const writes = catalogue.entries
  .flatMap((entry) => entry.examples.map((example) => ({ name: entry.name, entry, example })))
  .flatMap((one) => {
    const { act, target } = bound(one.entry, one.example)
    return act.kind === 'write' && /^(databases|poolers)\./.test(target) ? [{ ...one, act }] : []
  })
const guardedBy = (...guards: readonly Guard[]) =>
  writes.filter(({ act }) => guards.includes(act.guard))
/** Whatever Cloud SQL does is an operation; the rest is over when it is answered. */
const operations = writes.filter(({ name }) => !['terminate-sessions', 'set-pooler'].includes(name))

describe('a write', () => {
  test.for(writes)(
    '$name $example: absent, performed, then done and verified',
    async ({ entry, example }) => {
      const { clock, act, world, count, ...bot } = stage(entry, example)
      expect(await bot.probe()).toEqual({ kind: 'absent' })
      const { expects } = await bot.foreseen()
      expect(expects.length).toBeGreaterThan(0)
      const sent = await bot.perform()
      if (sent.kind === 'operation') {
        expect((await bot.probe()).kind).not.toMatch(/absent|done/)
        expect(await bot.probe()).toMatchObject({ operation: sent.operation })
        expect(await act.poll(sent.operation, world.read)).toEqual({ kind: 'running' })
        clock.forward(12_000)
        expect(await act.poll(sent.operation, world.read)).toEqual({ kind: 'ended', error: null })
      }
      expect((await bot.probe()).kind).toBe('done')
      expect(new Set(await bot.outcomes(expects))).toEqual(new Set(['confirmed']))
      expect(count()).toBe(1)
    },
  )

  test.for(operations.filter(({ name }) => name !== 'delete-read-replica'))(
    '$name $example: what was done by me is known by its mark',
    async ({ entry, example }) => {
      const { clock, intent, probe, perform } = stage(entry, example)
      await perform()
      clock.forward(12_000)
      expect(await probe()).toEqual({ kind: 'done', by: 'me' })
      expect(await probe({ ...intent, id: 'i-2', version: '18' })).not.toMatchObject({ by: 'me' })
    },
  )

  test.for(guardedBy('version'))(
    '$name $example: its mark is laid beside the labels that are there',
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

  test.for(guardedBy('version'))(
    '$name $example: under guard version a second performance changes nothing more',
    async ({ entry, example }) => {
      const { clock, cloud, probe, perform } = stage(entry, example)
      await perform()
      expect(await faultOf(perform())).toMatchObject({ code: 'version-moved', sent: 'no' })
      clock.forward(60_000)
      expect(await faultOf(perform())).toMatchObject({ code: 'version-moved', sent: 'no' })
      expect(cloud.writes()).toBe(1)
      expect(await probe()).toEqual({ kind: 'done', by: 'me' })
    },
  )

  test.for(guardedBy('name'))(
    '$name: under guard name a second performance is refused, at once and later',
    async ({ entry, example }) => {
      const { clock, cloud, probe, perform } = stage(entry, example)
      await perform()
      expect(await faultOf(perform())).toMatchObject({ sent: 'no' })
      clock.forward(60_000)
      const { code, sent } = await faultOf(perform())
      expect([code, sent]).toEqual([expect.stringMatching(/^(name-taken|not-found)$/), 'no'])
      expect(cloud.writes()).toBe(1)
      expect((await probe()).kind).toBe('done')
    },
  )

  test.for(guardedBy('absolute'))(
    '$name: under guard absolute a second performance is harmless',
    async ({ entry, example }) => {
      const { clock, probe, perform, foreseen, outcomes, facts } = stage(entry, example)
      const { expects } = await foreseen()
      await perform()
      clock.forward(12_000)
      const seen = await facts()
      await perform()
      clock.forward(12_000)
      expect(new Set(await outcomes(expects))).toEqual(new Set(['confirmed']))
      expect((await probe()).kind).toBe('done')
      const values = (of: typeof seen) =>
        of.map((fact) => [fact.name, fact.kind === 'observed' && fact.value])
      const lasting = (of: typeof seen) =>
        values(of).filter(([name]) => !/idleInTransaction|openTransactions/.test(String(name)))
      expect(lasting(await facts())).toEqual(lasting(seen))
    },
  )

  test.for(guardedBy('version'))(
    '$name $example: the same wish of another intent is done as wished, not by me',
    async ({ entry, example }) => {
      const { clock, intent, probe, perform } = stage(entry, example)
      await perform()
      clock.forward(60_000)
      const later = { ...intent, id: 'i-2', intendedAt: clock.now() }
      expect(await probe(later)).toEqual({ kind: 'done', by: 'as-wished' })
      expect(await probe({ ...later, version: '18' })).toEqual({ kind: 'absent' })
    },
  )

  test.for(guardedBy('version'))(
    '$name $example: an intent without a version is never sent',
    async ({ entry, example }) => {
      const { cloud, intent, perform } = stage(entry, example)
      expect(await faultOf(perform({ ...intent, version: null }))).toMatchObject({ sent: 'no' })
      expect(cloud.arrivals()).toBe(0)
    },
  )

  test.for(operations)(
    '$name $example: while the reads lag it is never done before it is',
    async ({ entry, example }) => {
      const { clock, probe, perform } = stage(entry, example, { readLagMs: 3_000 })
      await perform()
      const seen: string[] = []
      for (let second = 0; second < 15; second += 1) {
        seen.push((await probe()).kind)
        clock.forward(1_000)
      }
      expect(seen.slice(0, 3)).toEqual(Array(3).fill('absent'))
      expect(new Set(seen.slice(3, 13))).not.toContain('done')
      expect(new Set(seen.slice(3, 13))).not.toContain('absent')
      expect((await probe()).kind).toBe('done')
    },
  )

  test.for(operations)(
    '$name $example: an operation that ended in an error is told, and contradicted',
    async ({ entry, example }) => {
      const { clock, cloud, act, world, probe, perform, foreseen, outcomes } = stage(entry, example)
      const { expects } = await foreseen()
      cloud.provoke('operation-fails')
      const sent = await perform()
      clock.forward(12_000)
      const operation = sent.kind === 'operation' ? sent.operation : ''
      expect(await act.poll(operation, world.read)).toMatchObject({
        kind: 'ended',
        error: expect.stringContaining('INTERNAL_ERROR'),
      })
      expect((await probe()).kind).not.toBe('done')
      // What was so before is so after a failure too: there is nothing that it could contradict.
      if (example.value !== null) expect(await outcomes(expects)).toContain('contradicted')
    },
  )

  test.for(
    operations.flatMap((one) =>
      (['rate-limited', 'busy', 'unavailable', 'request-lost', 'reply-lost'] as const).map(
        (how) => ({ ...one, how, effects: how === 'reply-lost' ? 1 : 0 }),
      ),
    ),
  )('$name $example: $how is one request, with $effects effects', async (one) => {
    const { cloud, perform } = stage(one.entry, one.example)
    cloud.provoke(one.how)
    const { sent } = await faultOf(perform())
    expect(sent).toBe(['rate-limited', 'busy'].includes(one.how) ? 'no' : 'unknown')
    expect([cloud.arrivals(), cloud.writes()]).toEqual([1, one.effects])
  })

  test.for(writes)(
    '$name $example: verification contradicts each expectation about which the world lies',
    async ({ entry, example }) => {
      const { clock, world, perform, foreseen, ...bot } = stage(entry, example)
      const { expects } = await foreseen()
      await perform()
      clock.forward(12_000)
      const facts = await bot.facts()
      for (const { fact } of expects) {
        const lies = facts.map((one) => (one.name === fact ? { ...one, value: 'a lie' } : one))
        const evidence = evidenceFor(expects, lies, clock.now(), world.read)
        expect(evidence.find((one) => one.fact === fact)?.outcome).toBe('contradicted')
      }
    },
  )

  test.for(writes)('$name $example: its undo leads back, or says why not', async (one) => {
    const { act, foreseen } = stage(one.entry, one.example)
    const { system, after } = await foreseen()
    const undo = act.undo(system)
    if (undo.kind === 'cannot') return expect(undo.because).toMatch(/^[a-z].{10,}[^.]$/)
    const back = catalogue.bind(undo.step, undo.input)
    expect('kind' in back ? back : back.predict(after)).toMatchObject({ after: system })
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
