/** Somebody else changes what a run has claimed: nothing is written on top of it before a person has looked. */
import { expect, test } from 'vitest'
import type { SystemDocument } from '../../src/capacity/system.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { scaleService } from '../../src/steps/scale-service.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import type { SettingValue } from '../../src/world/ports/cloud-run.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { changed, luis, processOn, siteWith, standing } from './process.ts'
import { simulateCloudRun } from './simulated-cloud-run.ts'
import { simulateCloud } from './simulated-world.ts'

/** So few users that a change of one service is clear, and needs nobody. */
const document: SystemDocument = (() => {
  const approvals = { safe: 0, disruptive: 0, irreversible: 1, expiresMinutes: 30 }
  const given = siteWith({ monthlyBudgetUsd: 90_000, approvals })
  const { backend } = given.services
  if (backend?.kind !== 'web') throw new Error('backend serves no requests')
  const services = { ...given.services, backend: { ...backend, maxInstances: 20 } }
  return { ...given, services, workload: { ...given.workload, users: 300 } }
})()

const more = scaleService({ service: 'backend', minInstances: 4 })

/** `change`: what somebody else does when the run has claimed its target. */
function bot(change: readonly (readonly ['minInstances' | 'maxInstances', SettingValue])[]) {
  const clock = handClock()
  const cloudRun = simulateCloudRun({ clock, document })
  const inMemory = memoryLedger(clock)
  const elsewhere = async () => {
    const { etag } = await cloudRun.reader.service('backend')
    const sendBefore = clock.now() + 5_000
    const target = 'services.backend'
    const clearance = mintClearance({ intent: 'theirs', target, request: 'sha', sendBefore })
    const settings = new Map(change)
    await cloudRun.writer.patch(clearance, { service: 'backend', etag, intent: 'theirs', settings })
    clock.forward(60_000)
  }
  let isFirst = true
  const ledger: Ledger = {
    ...inMemory,
    append: async (appends) => {
      const appended = await inMemory.append(appends)
      const isClaim = JSON.stringify(appends).includes('"step-claimed"')
      if (isClaim && isFirst) {
        isFirst = false
        await elsewhere()
      }
      return appended
    },
  }
  const cloud = simulateCloud({ clock })
  return { ...processOn({ clock, ledger, cloud, cloudRun, document }), cloudRun }
}

test('where nobody was asked, it is parked with what was changed, and a retry is judged anew', async () => {
  const { asked, bring, requests, cloudRun } = bot([['maxInstances', 30]])
  const parked = await asked(more)
  expect(parked.record.approval).toBeNull()
  expect(parked.stage).toMatchObject({
    kind: 'parked',
    why: { code: 'not-sent', why: 'somebody else has changed services.backend.maxInstances' },
  })
  expect(cloudRun.writes()).toBe(1)
  changed(await requests.resume(parked.id, 'retry', luis))
  const again = await bring(parked.id)
  expect(standing(again)).toBe('ended: verified')
  expect(cloudRun.writes()).toBe(2)
})
