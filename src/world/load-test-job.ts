/**
 * Load tests as a Cloud Run job, where one machine cannot generate the load: each task plays a segment.
 * The job is named after the test and brings its one execution along, so a second creation is refused;
 * `jobs.run`, which has no name of its own, is never called. writes.md; facts/workload.md, 2 and 6.
 */
import type { LoadTestJob } from '../capacity/policy-document.ts'
import type { SystemDocument } from '../capacity/system.ts'
import { type CloudRunClients, cloudRunApi, lazyCloudRun } from './cloud-run-google.ts'
import { type Sending, sendOnce } from './cloud-run-send.ts'
import { lastOf } from './cloud-run-wire.ts'
import { Fault } from './fault.ts'
import { askerOf } from './google-call.ts'
import { assertAllowed, assertName } from './load-test-host.ts'
import { jobOf } from './load-test-job-body.ts'
import {
  endOf,
  type RawJob,
  readExecution,
  readJob,
  readJobs,
  readTasks,
} from './load-test-job-wire.ts'
import type {
  LatestLoadTest,
  LoadTestProgress,
  LoadTestReader,
  LoadTestWriter,
} from './ports/load-test.ts'
import type { Clock } from './world.ts'

/** Newest first, and a test is news for half an hour: it is among these. */
const jobsLooked = 50
const mostTasks = 100

export type LoadTestJobOptions = {
  readonly document: Pick<SystemDocument, 'project' | 'region' | 'policy'>
  readonly job: LoadTestJob
  /** Another root than Google's: loopback only, and then no credentials are loaded or sent. */
  readonly apiRoot?: string
  readonly clock: Clock
  readonly readTimeOutMs?: number
  readonly writeTimeOutMs?: number
}

export type ConnectedLoadTestJob = {
  readonly reader: Omit<LoadTestReader, 'terms'>
  readonly writer: LoadTestWriter
  /** Loads Google's code, which takes a while: the first question need not wait for it. */
  readonly load: () => Promise<void>
}

export function connectLoadTestJob(options: LoadTestJobOptions): ConnectedLoadTestJob {
  const { document, job, apiRoot, clock } = options
  const { readTimeOutMs = 5_000, writeTimeOutMs = 10_000 } = options
  const { project, region, policy } = document
  const api = cloudRunApi(apiRoot)
  const clients = lazyCloudRun(apiRoot)
  const parent = `projects/${project}/locations/${job.location ?? region}`
  const jobs = jobsIn(parent, askerOf({ api, clients, clock, timeOutMs: readTimeOutMs }), clock)
  const sending: Sending = { api, apiRoot, clients, clock, timeOutMs: writeTimeOutMs }
  return {
    load: async () => void (await clients()).jobs(),
    reader: { progress: jobs.progress, latest: jobs.latest },
    writer: {
      start: async (clearance, plan) => {
        assertAllowed(plan.host, policy.loadTestHosts ?? [])
        const body = jobOf(plan, plan.tasks ?? 1, job)
        await sendOnce(sending, {
          ...{ clearance, target: 'workload', what: `job ${plan.name}`, conflict: 'name-taken' },
          write: (client, call) =>
            client.jobs().createJob({ parent, jobId: assertName(plan.name), job: body }, call),
        })
      },
      stop: async (clearance) => {
        const newest = await jobs.newest()
        if (newest === null || !mayLoad(newest)) return null
        const { execution } = newest
        const name = lastOf(newest.name)
        if (execution === null) throw new Fault('busy', 'no', `${name} has not begun yet`)
        await sendOnce(sending, {
          ...{ clearance, target: 'workload.loadTest', what: `end of ${name}`, conflict: 'busy' },
          write: (client, call) =>
            client.executions().cancelExecution({ name: execution.name }, call),
        })
        return name
      },
    },
  }
}

/** It loads, or will: also where the job is called failed beside an execution that runs. */
function mayLoad({ execution, problem }: RawJob): boolean {
  return execution === null ? problem === null : !execution.isOver
}

type Asked = ReturnType<typeof askerOf<CloudRunClients>>

/** What is read of the jobs that are ours. */
function jobsIn(parent: string, asked: Asked, clock: Clock) {
  const standing = async (job: RawJob): Promise<LoadTestProgress> => {
    const { mark, problem, execution } = job
    if (mark === null) {
      const why = 'a job of its name is not ours'
      return { kind: 'ended', endedAt: clock.now(), result: null, error: why }
    }
    if (mayLoad(job)) return { kind: 'running', now: null }
    if (execution === null)
      return { kind: 'ended', endedAt: clock.now(), result: null, error: problem }
    return endOf(mark, await ended(asked, execution.name), clock.now())
  }
  const newest = async (): Promise<RawJob | null> => {
    const request = { parent, pageSize: jobsLooked }
    const reply = await asked('run.jobs.list', `jobs of ${parent}`, (clients, call) =>
      clients.jobs().jobs.listJobs(request, { ...call, autoPaginate: false }),
    )
    return readJobs(reply).find(({ mark }) => mark !== null) ?? null
  }
  return {
    newest,
    progress: async (test: string): Promise<LoadTestProgress> => {
      const name = `${parent}/jobs/${assertName(test)}`
      try {
        const reply = await asked('run.jobs.get', `job ${test}`, (clients, call) =>
          clients.jobs().jobs.getJob({ name }, call),
        )
        return await standing(readJob(reply))
      } catch (error) {
        if (error instanceof Fault && error.code === 'not-found') return { kind: 'absent' }
        throw error
      }
    },
    latest: async (): Promise<LatestLoadTest | null> => {
      const job = await newest()
      return job === null ? null : { name: lastOf(job.name), progress: await standing(job) }
    },
  }
}

async function ended(asked: Asked, name: string) {
  const [execution, tasks] = await Promise.all([
    asked('run.executions.get', `execution ${name}`, (clients, call) =>
      clients.jobs().executions.getExecution({ name }, call),
    ),
    asked('run.tasks.list', `tasks of ${name}`, (clients, call) =>
      clients
        .jobs()
        .tasks.listTasks({ parent: name, pageSize: mostTasks }, { ...call, autoPaginate: false }),
    ),
  ])
  return { execution: readExecution(execution), tasks: readTasks(tasks) }
}
