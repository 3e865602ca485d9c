/** A wish whose change came to nothing: Cloud Run shows it, and it is not so. */
import { expect, test } from 'vitest'
import { scaleService } from '../../src/steps/scale-service.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { changed, processOn, site, sofia, standing } from './process.ts'
import { simulateCloudRun } from './simulated-cloud-run.ts'
import { simulateCloud } from './simulated-world.ts'

function bot() {
  const clock = handClock()
  const cloudRun = simulateCloudRun({ clock, document: site })
  const ledger = memoryLedger(clock)
  return { ...processOn({ clock, ledger, cloud: simulateCloud({ clock }), cloudRun }), cloudRun }
}

const scale = scaleService({ service: 'backend', maxInstances: 150 })

test('is written again by a retry, and never called unneeded', async () => {
  const { asked, approved, bring, requests, events, cloudRun } = bot()
  cloudRun.provoke('operation-fails')
  const parked = await approved(await asked(scale))
  expect(standing(parked)).toBe('parked: operation-failed')
  const { settings } = await cloudRun.reader.service('backend')
  expect(settings.get('maxInstances')).toEqual({ kind: 'read', value: 150 })
  changed(await requests.resume(parked.id, 'retry', sofia))
  const again = await approved(await bring(parked.id))
  expect(standing(again)).toBe('ended: verified')
  expect(await events(parked.id)).not.toContain('step-unneeded')
  expect(cloudRun.writes()).toBe(2)
})

test('of one run is not taken as done by another one that asks for the same', async () => {
  const { asked, approved, requests, cloudRun } = bot()
  cloudRun.provoke('operation-fails')
  const parked = await approved(await asked(scale))
  changed(await requests.abort(parked.id, sofia))
  expect(standing(await approved(await asked(scale)))).toBe('ended: verified')
  expect(cloudRun.writes()).toBe(2)
})
