/** The ticketing site's database in a local cloud, with our adapter connected to it. */
import { onTestFinished } from 'vitest'
import { type LocalCloudOptions, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { connectCloudSql } from '../../src/world/cloud-sql.ts'
import { Fault } from '../../src/world/fault.ts'
import type { CloudSqlPatch } from '../../src/world/ports/cloud-sql.ts'
import { handClock } from './hand-clock.ts'

/** Longer than a busy machine takes for anything: who wants to see a time-out asks for a short one. */
export const patientMs = 30_000

/** Stopped when the test ends. */
export async function tuki(options: Partial<LocalCloudOptions> = {}, timeOutMs = patientMs) {
  const clock = handClock()
  const cloud = await startLocalCloud({
    project: 'tukiprod',
    instances: [
      {
        name: 'tuki-db-prod',
        tier: 'db-custom-2-7680',
        availabilityType: 'REGIONAL',
        settingsVersion: 17,
        databaseFlags: [{ name: 'work_mem', value: '8192' }],
        userLabels: { team: 'tickets' },
      },
      { name: 'tuki-db-replica', tier: 'db-custom-2-7680', masterInstanceName: 'tuki-db-prod' },
    ],
    clock,
    speed: 1,
    ...options,
  })
  onTestFinished(cloud.stop)
  const { reader, writer, load } = connectCloudSql({
    project: 'tukiprod',
    apiRoot: cloud.root,
    clock,
    readTimeOutMs: timeOutMs,
    writeTimeOutMs: timeOutMs,
  })
  // Loading Google's code is no part of any time that is counted here.
  await load()
  const clearance = (target = 'databases.tuki-db-prod') =>
    mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: clock.now() + 5_000 })
  return { clock, cloud, reader, writer, clearance }
}

export const upgrade: CloudSqlPatch = {
  instance: 'tuki-db-prod',
  settingsVersion: '17',
  tier: 'db-custom-8-30720',
  userLabels: { team: 'tickets', 'plimsoll-intent': 'i1' },
}

export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome = await work.then(
    () => 'no fault',
    (error: unknown) => error,
  )
  if (outcome instanceof Fault) return outcome
  throw new Error(`expected a Fault, got ${String(outcome)}`)
}
