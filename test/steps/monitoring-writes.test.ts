/**
 * What every write of the catalogue to Cloud Monitoring must hold, through the adapter against a
 * local cloud: its guard, its probe and its verification. writes.md.
 */
import { describe, expect, test } from 'vitest'
import type { System } from '../../src/capacity/system.ts'
import type { Intent, JsonObject, StepEntry, WriteAct } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { viewOf } from '../../src/gate/facts.ts'
import { examine } from '../../src/gate/gate.ts'
import { noHistory } from '../../src/gate/rules.ts'
import { catalogue } from '../../src/steps/index.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { limitsOn } from '../../src/world/monitored/dashboard.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import type { World } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'
import { faultOf } from '../world/tuki-cloud.ts'
import { document, tukiMonitoring } from '../world/tuki-monitoring.ts'
import { bound } from './bound.ts'

const writes = catalogue.entries
  .flatMap((entry) => entry.examples.map((example) => ({ name: entry.name, entry, example })))
  .filter(({ entry, example }) => bound(entry, example).act.kind === 'write')
  .filter(({ entry, example }) => /^(alerts\.|dashboards$)/.test(bound(entry, example).target))

/** Only what is to be created is not there yet. */
const withoutAlerts = document.replace(/^alerts:\n.*\n/m, 'alerts: {}\n')

async function stage(entry: StepEntry, example: JsonObject, system: System = site) {
  const creates = entry.name === 'create-alert'
  const monitoring = await tukiMonitoring(creates ? { document: withoutAlerts } : {})
  const { clock, cloud, reader, writer } = monitoring
  const step = bound(entry, example)
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  const act: WriteAct = step.act
  const world: World = {
    read: { ...nowhere.read, monitoring: reader },
    write: { ...nowhere.write, monitoring: writer },
  }
  const facts = () => observe(site, world.read, clock)
  /** As a run makes it: bound to the version that was seen. */
  const intended = async (id = 'i-1'): Promise<Intent> => {
    const asked = { document: site, facts: await facts(), step, reservations: [] }
    const question = { ...asked, history: noHistory, run: null, now: clock.now() }
    const { version } = examine(question).basis
    const intendedAt = clock.now()
    const target = { target: step.target, version }
    return { id, ...target, intendedAt, sendBefore: intendedAt + 5_000 }
  }
  const intent = await intended()
  const clearance = ({ id }: Intent) =>
    mintClearance({
      ...{ intent: id, target: step.target, request: 'sha' },
      sendBefore: clock.now() + 5_000,
    })
  const probe = (of = intent) => act.probe(of, world.read)
  const perform = (of = intent) => act.perform(clearance(of), of, world, system)
  const expectations = () => {
    const prediction = step.predict(system)
    return 'kind' in prediction ? [] : act.expects(prediction.after)
  }
  clock.forward(1_000)
  return { ...monitoring, act, world, facts, intended, intent, probe, perform, expectations, cloud }
}

describe('a write to Cloud Monitoring', () => {
  test.for(writes)('$name: absent, done at once by me, verified', async ({ entry, example }) => {
    const staged = await stage(entry, example)
    const { clock, cloud, probe, perform, facts, expectations, world } = staged
    expect(await probe()).toEqual({ kind: 'absent' })
    expect(await perform()).toEqual({ kind: 'done' })
    expect(await probe()).toEqual({ kind: 'done', by: 'me' })
    clock.forward(1)
    const evidence = evidenceFor(expectations(), await facts(), clock.now(), world.read)
    expect(evidence.length).toBeGreaterThan(0)
    expect(new Set(evidence.map(({ outcome }) => outcome))).toEqual(new Set(['confirmed']))
    expect(cloud.monitoring.writes).toBe(1)
  })

  test.for(writes)('$name: a second one changes nothing more', async ({ entry, example }) => {
    const { clock, cloud, probe, perform } = await stage(entry, example)
    await perform()
    clock.forward(60_000)
    expect(await faultOf(perform())).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(cloud.monitoring.writes).toBe(1)
    expect(await probe()).toEqual({ kind: 'done', by: 'me' })
  })

  test.for(writes)('$name: a lost reply is found again by its mark', async ({ entry, example }) => {
    const { cloud, probe, perform } = await stage(entry, example)
    cloud.monitoring.provoke({ on: 'write', how: 'reply-lost' })
    expect(await faultOf(perform())).toMatchObject({ sent: 'unknown' })
    expect(await probe()).toEqual({ kind: 'done', by: 'me' })
    expect(cloud.monitoring.writes).toBe(1)
  })

  test.for(writes)('$name: what another intent did is not mine', async ({ entry, example }) => {
    const { probe, perform, intended } = await stage(entry, example)
    const mine = await intended('i-2')
    await perform()
    expect(await probe(mine)).toEqual({ kind: 'absent' })
    expect(await faultOf(perform(mine))).toMatchObject({ code: 'version-moved', sent: 'no' })
  })

  test.for(writes)('$name: without a version it is never sent', async ({ entry, example }) => {
    const { perform, intent, writesSent } = await stage(entry, example)
    expect(await faultOf(perform({ ...intent, version: null }))).toMatchObject({ sent: 'no' })
    expect(writesSent()).toBe(0)
  })

  test.for(writes)('$name: a world that lies is contradicted', async ({ entry, example }) => {
    const { clock, perform, facts, expectations, world } = await stage(entry, example)
    await perform()
    const seen = await facts()
    for (const { fact } of expectations()) {
      const lies = seen.map((one) => (one.name === fact ? { ...one, value: 'a lie' } : one))
      const evidence = evidenceFor(expectations(), lies, clock.now(), world.read)
      expect(evidence.find((one) => one.fact === fact)?.outcome).toBe('contradicted')
    }
  })

  test.for(writes)('$name: its undo leads back, or says why not', async ({ entry, example }) => {
    const { act } = await stage(entry, example)
    const undo = act.undo(site)
    if (undo.kind === 'cannot') return expect(undo.because).toMatch(/\w/)
    const prediction = bound(entry, example).predict(site)
    const back = catalogue.bind(undo.step, undo.input)
    if ('kind' in back || 'kind' in prediction) throw new Error('it has no way back')
    expect(back.predict(prediction.after)).toMatchObject({ after: site })
  })

  test.for(writes)('$name: without a world it is a fault, unsent', async ({ entry, example }) => {
    const { act, intent } = await stage(entry, example)
    const fault = await faultOf(act.probe(intent, nowhere.read))
    expect(fault).toMatchObject({ sent: 'no', message: expect.stringMatching(/^set /) })
  })
})

describe('the alert of the circulating page', () => {
  const entry = entryOf('retarget-alert')
  const example = { alert: 'db-connections' }
  const resized: System = {
    ...site,
    databases: {
      'tuki-db-prod': { ...databaseOf('tuki-db-prod'), tier: 'db-custom-8-30720' },
    },
  }

  test.for([
    ['today', 312, site],
    ['after the resize', 472, resized],
  ] as const)('stands at 648, and %s goes to %s', async ([, threshold, system]) => {
    const { cloud, perform } = await stage(entry, example, system)
    const thresholds = () =>
      cloud.monitoring
        .policies()
        .flatMap(({ conditions }) =>
          conditions.map(({ conditionThreshold }) => conditionThreshold.thresholdValue),
        )
    expect(thresholds()).toEqual([648])
    await perform()
    expect(thresholds()).toEqual([threshold])
  })

  test('somebody in the console is never written over', async () => {
    const { clock, cloud, perform, writesSent } = await stage(entry, example)
    clock.forward(1_000)
    cloud.monitoring.retargetBeside(cloud.monitoring.policies()[0]?.name ?? '', 350)
    expect(await faultOf(perform())).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(writesSent()).toBe(0)
  })

  test('what was set there wins over the document, and is drift', async () => {
    const { clock, cloud, facts } = await stage(entry, example)
    cloud.monitoring.retargetBeside(cloud.monitoring.policies()[0]?.name ?? '', 350)
    const { system, drift } = viewOf(site, await facts(), clock.now())
    expect(system.alerts['db-connections']?.threshold).toBe(350)
    expect(drift).toEqual([
      { fact: 'alerts.db-connections.threshold', declared: 648, observed: 350 },
    ])
  })
})

describe('creating an alert', () => {
  const entry = entryOf('create-alert')

  test('for a channel that is not there sends nothing, and names those that are', async () => {
    const example = { alert: 'db-connections', channel: 'nobody' }
    const { perform, writesSent } = await stage(entry, example)
    const fault = await faultOf(perform())
    expect(fault.message).toContain('there are: incidents, on-call')
    expect([fault.sent, writesSent()]).toEqual(['no', 0])
  })
})

describe('the dashboard', () => {
  test('draws the lines of the System that it was cleared on', async () => {
    const { perform, reader } = await stage(entryOf('apply-dashboards'), {})
    await perform()
    const dashboard = await reader.dashboard('plimsoll-tuki')
    expect(dashboard === null ? null : limitsOn(dashboard)).toEqual({
      'backend latency p50, p95, p99 (ms): p95 wished for': 500,
      'backend instances: maximum': 200,
      'celery-worker instances: maximum': 20,
      'celery-beat instances: maximum': 1,
      'tuki-db-prod sessions: usable': 390,
      'tuki-db-prod sessions: alert db-connections': 648,
      'Celery workers busy: all': 1,
      'main clients: maximum': 65_000,
    })
  })
})

function entryOf(name: string): StepEntry {
  const entry = catalogue.find(name)
  if ('kind' in entry) throw new Error(`${name} is gone`)
  return entry
}

function databaseOf(name: string) {
  const database = site.databases[name]
  if (database === undefined) throw new Error(`no ${name}`)
  return database
}
