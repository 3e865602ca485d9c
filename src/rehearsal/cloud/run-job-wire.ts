/** Jobs, executions and tasks as Cloud Run writes them: unset is absent, enums as numbers where asked for. */
import {
  type Execution,
  type JobOperation,
  lastPart,
  overAt,
  type RunJob,
  stateOf,
  type TaskState,
} from './run-job.ts'
import { conditionOf, type Look, numbered, present } from './run-wire.ts'

const completionStatuses = {
  EXECUTION_SUCCEEDED: 1,
  EXECUTION_FAILED: 2,
  EXECUTION_RUNNING: 3,
  EXECUTION_PENDING: 4,
  EXECUTION_CANCELLED: 5,
} as const

export function jobJson(job: RunJob, look: Look) {
  const { name, createdAt, readyAt, etag, spec, failure, execution } = job
  const isReconciling = look.at < readyAt
  return {
    name,
    generation: '1',
    createTime: iso(createdAt),
    ...(Object.keys(spec.annotations).length === 0 ? {} : { annotations: spec.annotations }),
    ...(spec.token === null ? {} : { startExecutionToken: spec.token }),
    template: templateJson(job),
    observedGeneration: '1',
    terminalCondition: conditionOf(isReconciling, failure, look),
    ...(execution === null
      ? {}
      : { executionCount: 1, latestCreatedExecution: referenceJson(execution, look) }),
    ...(isReconciling ? { reconciling: true } : {}),
    etag,
  }
}

function templateJson({ spec }: RunJob) {
  const { taskCount, parallelism, maxRetries, timeoutSeconds, serviceAccount, containers } = spec
  const timeout = `${timeoutSeconds}s`
  const account = serviceAccount === '' ? {} : { serviceAccount }
  return { taskCount, parallelism, template: { containers, maxRetries, timeout, ...account } }
}

function referenceJson(execution: Execution, look: Look) {
  const counts = countsOf(execution, look.at)
  const isOver = look.at >= overAt(execution)
  const status = isOver
    ? counts.cancelled > 0
      ? 'EXECUTION_CANCELLED'
      : counts.failed > 0
        ? 'EXECUTION_FAILED'
        : 'EXECUTION_SUCCEEDED'
    : counts.running > 0
      ? 'EXECUTION_RUNNING'
      : 'EXECUTION_PENDING'
  return {
    name: lastPart(execution.name),
    createTime: iso(execution.createdAt),
    ...(isOver ? { completionTime: iso(overAt(execution)) } : {}),
    completionStatus: numbered(status, completionStatuses[status], look),
  }
}

export function executionJson(job: RunJob, execution: Execution, { at }: Look) {
  const { running, succeeded, failed, cancelled } = countsOf(execution, at)
  const startedAt = Math.min(...execution.tasks.map((task) => task.startedAt))
  const { taskCount, parallelism, template } = templateJson(job)
  return {
    name: execution.name,
    job: lastPart(job.name),
    createTime: iso(execution.createdAt),
    ...(at < startedAt ? {} : { startTime: iso(startedAt) }),
    ...(at < overAt(execution)
      ? { reconciling: true }
      : { completionTime: iso(overAt(execution)) }),
    ...{ taskCount, parallelism, template },
    ...present({ runningCount: running, succeededCount: succeeded }),
    ...present({ failedCount: failed, cancelledCount: cancelled }),
    logUri: `https://console.cloud.google.com/logs/viewer?execution=${lastPart(execution.name)}`,
    etag: job.etag,
  }
}

export function tasksJson(job: RunJob, execution: Execution, { at }: Look) {
  return execution.tasks.map((task, index) => {
    const state = stateOf(execution, task, at)
    const isEnded = state !== 'waiting' && state !== 'running'
    return {
      name: `${execution.name}/tasks/${lastPart(execution.name)}-task${index}`,
      ...{ job: lastPart(job.name), execution: lastPart(execution.name) },
      ...present({ index }),
      ...(at < task.startedAt ? {} : { startTime: iso(task.startedAt) }),
      ...(isEnded ? { completionTime: iso(Math.min(task.endsAt, overAt(execution))) } : {}),
      ...(isEnded ? { lastAttemptResult: attemptJson(state, task) } : {}),
    }
  })
}

/** What was told to end, by a person or by its time, is ended by a signal. */
function attemptJson(state: TaskState, { exitCode, isTooLong }: Execution['tasks'][number]) {
  if (state === 'succeeded') return {}
  if (state === 'cancelled') return { status: { code: 1, message: 'Cancelled.' }, termSignal: 15 }
  if (isTooLong)
    return { status: { code: 4, message: 'The configured timeout was reached.' }, termSignal: 9 }
  const message = `The container exited with an error: exit(${exitCode}).`
  return { status: { code: 2, message }, exitCode }
}

function countsOf(execution: Execution, at: number) {
  const states = execution.tasks.map((task) => stateOf(execution, task, at))
  const of = (wanted: TaskState) => states.filter((state) => state === wanted).length
  return {
    running: of('running'),
    succeeded: of('succeeded'),
    failed: of('failed'),
    cancelled: of('cancelled'),
  }
}

export function jobOperationJson({ name, endedAt, job, of }: JobOperation, look: Look) {
  const isDone = look.at >= endedAt
  const type = `type.googleapis.com/google.cloud.run.v2.${of}`
  const { execution } = job
  const body =
    of === 'Job' || execution === null ? jobJson(job, look) : executionJson(job, execution, look)
  const metadata = { '@type': type, ...body }
  if (!isDone) return { name, metadata }
  return job.failure === null
    ? { name, metadata, done: true, response: metadata }
    : { name, metadata, done: true, error: { code: 9, message: job.failure } }
}

const iso = (at: number): string => new Date(at).toISOString()
