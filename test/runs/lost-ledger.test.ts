/** A new ledger beside our own marks in the world: nothing is written until two people have said so. */
import { expect, test } from 'vitest'
import { stopIfLost } from '../../src/runs/lost-ledger.ts'
import { intentLabel } from '../../src/steps/cloud-sql-patch.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { scaleService } from '../../src/steps/scale-service.ts'
import { Fault, type FaultCode } from '../../src/world/fault.ts'
import type { CloudRunReader } from '../../src/world/ports/cloud-run.ts'
import type { CloudSqlReader } from '../../src/world/ports/cloud-sql.ts'
import type { Unconfigured } from '../../src/world/world.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { database, luis, maria, processOn, site, standing } from './process.ts'
import { simulateCloudRun } from './simulated-cloud-run.ts'
import { simulateCloud } from './simulated-world.ts'

const larger = patchCloudSqlTier({ database, tier: 'db-custom-16-61440' })

function bench() {
  const clock = handClock()
  const cloud = simulateCloud({ clock })
  const run = simulateCloudRun({ clock, document: site })
  const begun = () => {
    const bot = processOn({ ledger: memoryLedger(clock), clock, cloud, cloudRun: run })
    const { journal } = bot
    const judge = (
      cloudSql: CloudSqlReader | Unconfigured = cloud.reader,
      cloudRun: CloudRunReader | Unconfigured = run.reader,
    ) =>
      stopIfLost({ document: site, journal, cloudSql, cloudRun, label: intentLabel, by: 'U0BOT' })
    return { ...bot, judge }
  }
  return { cloud, begun }
}

async function afterAWrite() {
  const { cloud, begun } = bench()
  const first = begun()
  await first.approved(await first.asked())
  expect(cloud.writes()).toBe(1)
  return { cloud, first, begun }
}

test('it stops everything, and a request is refused with what was found', async () => {
  const { cloud, begun } = await afterAWrite()
  const lost = begun()
  expect(await lost.judge()).toContain('carries the mark of a write that it does not know (i-')
  const run = await lost.asked(larger)
  expect(standing(run)).toBe('ended: blocked')
  expect(run.record.forecast?.reasons.map(({ code }) => code)).toContain('stopped')
  expect(cloud.writes()).toBe(1)
  expect((await lost.journal.headroom(site.name)).stop?.by).toBe('U0BOT')
})

test('a mark of Cloud Run alone is one too', async () => {
  const { begun } = bench()
  const first = begun()
  const more = scaleService({ service: 'backend', minInstances: 5 })
  const run = await first.asked(more)
  if (run.stage.kind === 'waiting') await first.approved(run)
  expect(await first.events(run.id)).toContain('write-accepted')
  expect(await begun().judge()).toContain('backend carries the mark of a write')
})

test('two who may approve lift it, and then it goes on', async () => {
  const { cloud, begun } = await afterAWrite()
  const lost = begun()
  await lost.judge()
  for (const actor of [luis, maria]) await lost.requests.liftStop(actor)
  expect((await lost.journal.headroom(site.name)).stop).toBeNull()
  expect(await lost.judge()).toBeNull()
  await lost.approved(await lost.asked(larger))
  expect(cloud.writes()).toBe(2)
})

test('the ledger that made the mark goes on, and so does a new one where there is none', async () => {
  const { first } = await afterAWrite()
  expect(await first.judge()).toBeNull()
  const fresh = bench().begun()
  expect(await fresh.judge()).toBeNull()
  expect((await fresh.journal.headroom(site.name)).version).toBe(0)
})

test.each<[FaultCode, boolean]>([
  ['forbidden', true],
  ['unreachable', true],
  ['time-out', true],
  ['not-found', false],
])('where the world answers %s, a new ledger counts as lost: %s', async (code, isLost) => {
  const { cloud, begun } = bench()
  const instance = async () => {
    throw new Fault(code, 'no', 'no answer')
  }
  const reason = await begun().judge({ ...cloud.reader, instance })
  expect(reason === null ? null : 'stopped').toBe(isLost ? 'stopped' : null)
})

test('of two instances that begin at once one stops, once', async () => {
  const { begun } = await afterAWrite()
  const lost = begun()
  const said = await Promise.all([lost.judge(), lost.judge()])
  expect(said.filter((reason) => reason !== null)).toHaveLength(1)
  expect((await lost.journal.headroom(site.name)).version).toBe(1)
})

test('where nothing can be written, there is nothing to lose', async () => {
  const unconfigured = { unconfigured: true, remedy: 'set it' } as const
  const { begun } = await afterAWrite()
  expect(await begun().judge(unconfigured, unconfigured)).toBeNull()
})
