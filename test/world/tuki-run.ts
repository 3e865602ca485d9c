/** The ticketing site's services in a local cloud, with our adapter connected to them. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseSystem } from '../../src/capacity/parse.ts'
import type { SystemDocument } from '../../src/capacity/system.ts'
import { type LocalCloudOptions, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { connectCloudRun } from '../../src/world/cloud-run.ts'
import type {
  CloudRunPatch,
  ServiceSetting,
  SettingValue,
} from '../../src/world/ports/cloud-run.ts'
import { projectRoot } from '../architecture/source.ts'
import { handClock } from './hand-clock.ts'
import { settingNamed } from './setting-named.ts'
import { patientMs } from './tuki-cloud.ts'

export const siteText = readFileSync(join(projectRoot, 'system.yml'), 'utf8')

/** Celery's settings in its arguments, so that they can be written; a pool of workers beside it. */
export const boundText = siteText
  .replace('celery: { image: "celery_health_server.py:61" }', 'celery: { args: true }')
  .replace('locations/us-central1/services/celery-beat', 'locations/us-central1/workerPools/beat')

export function documentOf(yaml: string): SystemDocument {
  const parsed = parseSystem(yaml, 'system.yml')
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems))
  return parsed.document
}

/** `bound`: the document of the adapter, where it is not what the cloud was made from. */
type RunOptions = Partial<LocalCloudOptions> & {
  readonly timeOutMs?: number
  readonly bound?: string
}

export async function tukiRun({ timeOutMs = patientMs, bound, ...options }: RunOptions = {}) {
  const clock = handClock()
  const yaml = options.document ?? boundText
  const cloud = await startLocalCloud({
    ...{ project: 'tukiprod', instances: [], clock, speed: 1, document: yaml },
    ...options,
  })
  onTestFinished(cloud.stop)
  const times = { readTimeOutMs: timeOutMs, writeTimeOutMs: timeOutMs }
  const { reader, writer, load } = connectCloudRun({
    ...{ document: documentOf(bound ?? yaml), apiRoot: cloud.root, clock },
    ...times,
  })
  // Loading Google's code is no part of any time that is counted here.
  await load()
  const clearance = (target = 'services.backend') =>
    mintClearance({ intent: 'i-1', target, request: 'sha', sendBefore: clock.now() + 5_000 })
  /** A change of the service as it is now. */
  const change = async (
    settings: Partial<Record<ServiceSetting, SettingValue>>,
    { service = 'backend', intent = 'i-1' } = {},
  ): Promise<CloudRunPatch> => {
    const { etag } = await reader.service(service)
    return { service, etag, intent, settings: settingsOf(settings) }
  }
  const sent = () => cloud.requests.filter(({ method }) => method === 'PATCH')
  return { clock, cloud, reader, writer, clearance, change, sent }
}

export function settingsOf(settings: object): ReadonlyMap<ServiceSetting, SettingValue> {
  return new Map(Object.entries(settings).map(([name, value]) => [settingNamed(name), value]))
}
