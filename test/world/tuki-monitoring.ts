/** The ticketing site's Cloud Monitoring in a local cloud, with our adapter connected to it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type LocalCloudOptions, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { connectMonitoring } from '../../src/world/monitoring.ts'
import { projectRoot } from '../architecture/source.ts'
import { handClock } from './hand-clock.ts'
import { patientMs } from './tuki-cloud.ts'

export const document = readFileSync(join(projectRoot, 'system.yml'), 'utf8')

export async function tukiMonitoring(
  options: Partial<LocalCloudOptions> = {},
  timeOutMs = patientMs,
) {
  const clock = handClock()
  const cloud = await startLocalCloud({
    project: 'tukiprod',
    instances: [{ name: 'tuki-db-prod', tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' }],
    document,
    clock,
    speed: 1,
    ...options,
  })
  onTestFinished(cloud.stop)
  const { reader, writer, celerySink, load } = connectMonitoring({
    project: 'tukiprod',
    apiRoot: cloud.root,
    clock,
    readTimeOutMs: timeOutMs,
    writeTimeOutMs: timeOutMs,
  })
  // Loading Google's code is no part of any time that is counted here.
  await load()
  const clearance = (target = 'alerts.db-connections') =>
    mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: clock.now() + 5_000 })
  const writesSent = () => cloud.requests.filter(({ method }) => method !== 'GET').length
  return { clock, cloud, reader, writer, celerySink, clearance, writesSent }
}
