/** The Cloud Run Admin API v2 over the local cloud's jobs. facts/workload.md, 2 and 6. */
import type { GoogleError } from './google-error.ts'
import { type Answer, type ApiRequest, ok } from './product.ts'
import {
  failedPrecondition,
  invalidArgument,
  nameInUse,
  noResource,
  unimplemented,
} from './run-error.ts'
import { type JobDurations, type JobOperation, jobMade, overAt, type RunJob } from './run-job.ts'
import { readJobBody } from './run-job-body.ts'
import { executionJson, jobJson, jobOperationJson, tasksJson } from './run-job-wire.ts'
import { missingImage } from './run-rules.ts'
import type { Look } from './run-wire.ts'

export type RunJobs = {
  /** By time. */
  readonly jobs: RunJob[]
  readonly operations: JobOperation[]
  readonly durations: JobDurations
}

export type Asked = {
  readonly request: ApiRequest
  readonly now: number
  readonly fails: boolean
  readonly look: Look
  readonly newName: () => string
}

const place = '(projects/[^/]+/locations/[^/]+)'
const path = new RegExp(
  `^/v2/${place}/jobs(?:/([^/:]+)(?:/executions/([^/:]+)(/tasks|:cancel)?)?)?$`,
)

export const isOfJobs = (requested: string): boolean => /^\/v2\/.+\/jobs(\/|$)/.test(requested)

export function answerJobs(jobs: RunJobs, asked: Asked): Answer | GoogleError {
  const { method, path: requested } = asked.request
  const [isKnown, parent = '', id, execution, rest] = path.exec(requested) ?? []
  const wanted = `${method} ${rest ?? (execution === undefined ? 'job' : 'execution')}`
  if (isKnown === undefined) return unimplemented(wanted)
  if (id === undefined)
    return method === 'GET' ? list(jobs, parent, asked) : create(jobs, parent, asked)
  const wrong = wrongParameter(asked.request, rest === '/tasks' ? paging : [])
  if (wrong !== null) return wrong
  const name = `${parent}/jobs/${id}`
  const job = seen(jobs, asked.look).find((one) => one.name === name)
  if (job === undefined) return noResource(name)
  if (execution === undefined)
    return method === 'GET' ? ok(jobJson(job, asked.look)) : unimplemented(wanted)
  const found = job.execution
  const executionName = `${name}/executions/${execution}`
  if (found === null || found.name !== executionName) return noResource(executionName)
  switch (wanted) {
    case 'GET execution':
      return ok(executionJson(job, found, asked.look))
    case 'GET /tasks':
      return ok({ tasks: tasksJson(job, found, asked.look) })
    case 'POST :cancel':
      return cancel(jobs, job, asked)
    default:
      return unimplemented(wanted)
  }
}

export function jobOperation(jobs: RunJobs, name: string, look: Look): Answer | null {
  const found = jobs.operations.find((one) => one.name === name)
  return found === undefined ? null : ok(jobOperationJson(found, look))
}

const paging = ['pageSize', 'pageToken']

function wrongParameter({ query }: ApiRequest, known: readonly string[]): GoogleError | null {
  const wrong = [...query.keys()].find((name) => ![...known, '$alt', 'alt'].includes(name))
  return wrong === undefined ? null : invalidArgument(`Unknown name "${wrong}".`)
}

const seen = ({ jobs }: RunJobs, { at }: Look): readonly RunJob[] =>
  jobs.filter(({ createdAt }) => createdAt <= at)

/** Newest first. */
function list(jobs: RunJobs, parent: string, { request, look }: Asked): Answer | GoogleError {
  const wrong = wrongParameter(request, paging)
  if (wrong !== null) return wrong
  const size = Number(request.query.get('pageSize') ?? 100)
  const from = Number(request.query.get('pageToken') ?? 0)
  const all = seen(jobs, look).filter(({ name }) => name.startsWith(`${parent}/jobs/`))
  const page = all.toReversed().slice(from, from + size)
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {}
  return ok({ jobs: page.map((job) => jobJson(job, look)), ...next })
}

function create(jobs: RunJobs, parent: string, asked: Asked): Answer | GoogleError {
  const { request, now, fails, newName, look } = asked
  if (request.method !== 'POST') return unimplemented(`${request.method} jobs`)
  const wrong = wrongParameter(request, ['jobId', 'validateOnly'])
  if (wrong !== null) return wrong
  const id = request.query.get('jobId') ?? ''
  const read = readJobBody(request.body, id)
  if (read.kind === 'error') return read
  const name = `${parent}/jobs/${id}`
  if (jobs.jobs.some((job) => job.name === name)) return nameInUse(id)
  const operation = `${parent}/operations/${newName()}`
  if (request.query.get('validateOnly') === 'true') return ok({ name: operation, done: true })
  const failure = fails ? 'The execution could not be started.' : missingImage(read.spec.containers)
  const etag = `"${Buffer.from(operation).toString('base64')}"`
  const { durations } = jobs
  const job = jobMade(name, read.spec, { at: now, etag, failure, durations })
  jobs.jobs.push(job)
  return accepted(jobs, { name: operation, endedAt: job.readyAt, job, of: 'Job' }, look, now)
}

/** A second cancellation changes nothing; one of what has ended is refused. */
function cancel(jobs: RunJobs, job: RunJob, asked: Asked): Answer | GoogleError {
  const { now, newName, look } = asked
  const { execution } = job
  if (execution === null || now >= overAt(execution))
    return failedPrecondition('The execution has completed already.')
  execution.cancelled ??= { at: now, overAt: now + jobs.durations.cancelMs }
  const parent = job.name.slice(0, job.name.indexOf('/jobs/'))
  const name = `${parent}/operations/${newName()}`
  return accepted(jobs, { name, endedAt: overAt(execution), job, of: 'Execution' }, look, now)
}

function accepted(jobs: RunJobs, operation: JobOperation, look: Look, at: number): Answer {
  jobs.operations.push(operation)
  return ok(jobOperationJson(operation, { ...look, at }))
}
