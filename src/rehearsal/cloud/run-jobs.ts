/** The Cloud Run Admin API v2 over the local cloud's jobs. facts/workload.md, 2 and 6. */
import { z } from 'zod'
import type { GoogleError } from './google-error.ts'
import { type Answer, type ApiRequest, ok } from './product.ts'
import {
  failedPrecondition,
  invalidArgument,
  nameInUse,
  noResource,
  staleEtag,
  unimplemented,
} from './run-error.ts'
import {
  isThere,
  type JobDurations,
  type JobOperation,
  jobMade,
  overAt,
  type RunJob,
} from './run-job.ts'
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
  `^/v2/${place}/jobs(?:/([^/:]+)(?:/executions(?:/([^/:]+)(/tasks|:cancel)?)?)?)?$`,
)

export const isOfJobs = (requested: string): boolean => /^\/v2\/.+\/jobs(\/|$)/.test(requested)

export function answerJobs(jobs: RunJobs, asked: Asked): Answer | GoogleError {
  const { method, path: requested } = asked.request
  const [isKnown, parent = '', id, execution, rest = ''] = path.exec(requested) ?? []
  const isOfJob = !requested.includes('/executions')
  const [one, all] = isOfJob ? ['job', 'jobs'] : ['execution', 'executions']
  const isOne = (isOfJob ? id : execution) !== undefined
  const wanted = `${method} ${isOne ? one : all}${rest}`
  const known = parameters[wanted]
  if (isKnown === undefined || known === undefined) return unimplemented(wanted)
  const wrong = wrongParameter(asked.request, known)
  if (wrong !== null) return wrong
  if (id === undefined)
    return method === 'GET' ? list(jobs, parent, asked) : create(jobs, parent, asked)
  const name = `${parent}/jobs/${id}`
  const job = seen(jobs, asked.look).find((one) => one.name === name)
  return job === undefined ? noResource(name) : answerJob(jobs, job, { asked, wanted, execution })
}

/** What this cloud has, with the parameters of each. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  'GET jobs': ['pageSize', 'pageToken'],
  'POST jobs': ['jobId', 'validateOnly'],
  'GET job': [],
  'DELETE job': ['etag'],
  'GET executions': ['pageSize', 'pageToken'],
  'GET execution': [],
  'GET execution/tasks': ['pageSize', 'pageToken'],
  'POST execution:cancel': [],
  'DELETE execution': ['etag'],
}

function answerJob(
  jobs: RunJobs,
  job: RunJob,
  given: { readonly asked: Asked; readonly wanted: string; readonly execution: string | undefined },
): Answer | GoogleError {
  const { asked, wanted } = given
  const { look } = asked
  if (wanted === 'GET job') return ok(jobJson(job, look))
  if (wanted === 'DELETE job') return remove(jobs, job, { asked, of: 'Job' })
  const execution = job.execution !== null && isThere(job.execution, look.at) ? job.execution : null
  if (wanted === 'GET executions')
    return ok(execution === null ? {} : { executions: [executionJson(job, execution, look)] })
  const name = `${job.name}/executions/${given.execution}`
  if (execution === null || execution.name !== name) return noResource(name)
  switch (wanted) {
    case 'GET execution':
      return ok(executionJson(job, execution, look))
    case 'GET execution/tasks':
      return ok({ tasks: tasksJson(job, execution, look) })
    case 'DELETE execution':
      return remove(jobs, job, { asked, of: 'Execution' })
    default:
      return cancel(jobs, job, asked)
  }
}

export function jobOperation(jobs: RunJobs, name: string, look: Look): Answer | null {
  const found = jobs.operations.find((one) => one.name === name)
  return found === undefined ? null : ok(jobOperationJson(found, look))
}

function wrongParameter({ query }: ApiRequest, known: readonly string[]): GoogleError | null {
  const wrong = [...query.keys()].find((name) => ![...known, '$alt', 'alt'].includes(name))
  return wrong === undefined ? null : invalidArgument(`Unknown name "${wrong}".`)
}

const seen = ({ jobs }: RunJobs, { at }: Look): readonly RunJob[] =>
  jobs.filter((job) => isThere(job, at))

/** Newest first. */
function list(jobs: RunJobs, parent: string, { request, look }: Asked): Answer | GoogleError {
  const size = Number(request.query.get('pageSize') ?? 100)
  const from = Number(request.query.get('pageToken') ?? 0)
  const all = seen(jobs, look).filter(({ name }) => name.startsWith(`${parent}/jobs/`))
  const page = all.toReversed().slice(from, from + size)
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {}
  return ok({ jobs: page.map((job) => jobJson(job, look)), ...next })
}

function create(jobs: RunJobs, parent: string, asked: Asked): Answer | GoogleError {
  const { request, now, fails, newName, look } = asked
  const id = request.query.get('jobId') ?? ''
  const read = readJobBody(request.body, id)
  if (read.kind === 'error') return read
  const name = `${parent}/jobs/${id}`
  if (jobs.jobs.some((job) => job.name === name && isThere(job, now))) return nameInUse(id)
  const operation = `${parent}/operations/${newName()}`
  if (request.query.get('validateOnly') === 'true') return ok({ name: operation, done: true })
  const failure = fails ? 'The execution could not be started.' : missingImage(read.spec.containers)
  const etag = `"${Buffer.from(operation).toString('base64')}"`
  const { durations } = jobs
  const job = jobMade(name, read.spec, { at: now, etag, failure, durations })
  jobs.jobs.push(job)
  return accepted(jobs, { name: operation, endedAt: job.readyAt, job, of: 'Job' }, look, now)
}

const etagged = z.object({ etag: z.string().optional() })

/** A second cancellation changes nothing; one of what has ended is refused. */
function cancel(jobs: RunJobs, job: RunJob, asked: Asked): Answer | GoogleError {
  const { now, request } = asked
  const { execution } = job
  const { etag = job.etag } = etagged.safeParse(request.body).data ?? {}
  if (etag !== job.etag) return staleEtag(job.name)
  if (execution === null || now >= overAt(execution))
    return failedPrecondition('The execution has completed already.')
  execution.cancelled ??= { at: now, overAt: now + jobs.durations.cancelMs }
  return operated(jobs, job, { asked, of: 'Execution', endedAt: overAt(execution) })
}

/** What is deleted is gone at once, and whatever of it runs ends with it. */
function remove(
  jobs: RunJobs,
  job: RunJob,
  { asked, of }: { readonly asked: Asked; readonly of: JobOperation['of'] },
): Answer | GoogleError {
  const { now, request } = asked
  const etag = request.query.get('etag')
  if (etag !== null && etag !== job.etag) return staleEtag(job.name)
  if (of === 'Job') job.deletedAt = now
  if (job.execution !== null) job.execution.deletedAt = now
  return operated(jobs, job, { asked, of, endedAt: now })
}

function operated(
  jobs: RunJobs,
  job: RunJob,
  { asked, of, endedAt }: Pick<JobOperation, 'of' | 'endedAt'> & { readonly asked: Asked },
): Answer {
  const parent = job.name.slice(0, job.name.indexOf('/jobs/'))
  const name = `${parent}/operations/${asked.newName()}`
  return accepted(jobs, { name, endedAt, job, of }, asked.look, asked.now)
}

function accepted(jobs: RunJobs, operation: JobOperation, look: Look, at: number): Answer {
  jobs.operations.push(operation)
  return ok(jobOperationJson(operation, { ...look, at }))
}
