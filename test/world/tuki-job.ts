/** The site with a job for its load tests, in a local cloud, with our adapter connected to it. */
import { onTestFinished } from 'vitest'

import type { LoadTestJob } from '../../src/capacity/policy-document.ts'
import { type LocalCloudOptions, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { connectLoadTestJob } from '../../src/world/load-test-job.ts'
import type { LoadTestPlan } from '../../src/world/ports/load-test.ts'
import { site } from '../runs/process.ts'
import { handClock } from './hand-clock.ts'

const host = 'staging.tuki.example'

export const jobOfSite: LoadTestJob = {
  image: 'k6:1',
  serviceAccount: 'load@tukiprod.iam.gserviceaccount.com',
  ...{ cpu: 4, memoryGib: 16, maxTasks: 20 },
}

export const sharedPlan: LoadTestPlan = {
  ...{ name: 'k6-i-1', host, tasks: 3 },
  arrival: { kind: 'closed', users: 8_000, thinkSeconds: 1.5 },
  ...{ rampSeconds: 60, holdSeconds: 300 },
  requests: [{ method: 'GET', path: '/' }],
  cleanUp: null,
  limits: { p95Ms: 500, errorRate: 0.01 },
  judgedAfterSeconds: 30,
}

export type Options = Partial<LocalCloudOptions> & {
  readonly image?: string
  readonly timeOutMs?: number
}

export async function tukiJob({ image = 'k6:1', timeOutMs = 10_000, ...options }: Options = {}) {
  const clock = handClock()
  const cloud = await startLocalCloud({
    ...{ project: 'tukiprod', instances: [], clock, speed: 1, taskSeconds: 380 },
    ...options,
  })
  onTestFinished(cloud.stop)
  const job = { ...jobOfSite, image }
  const document = { ...site, policy: { ...site.policy, loadTestHosts: [host], loadTestJob: job } }
  const { reader, writer, load } = connectLoadTestJob({
    ...{ document, job, apiRoot: cloud.root, clock },
    ...{ readTimeOutMs: timeOutMs, writeTimeOutMs: timeOutMs },
  })
  await load()
  const clearance = (target = 'workload') =>
    mintClearance({ intent: 'i-1', target, request: 'sha', sendBefore: clock.now() + 5_000 })
  const start = (plan = sharedPlan) => writer.start(clearance(), plan)
  const stop = () => writer.stop(clearance('workload.loadTest'))
  const sent = () => cloud.requests.filter(({ method }) => method !== 'GET')
  return { clock, cloud, document, reader, writer, clearance, start, stop, sent }
}
