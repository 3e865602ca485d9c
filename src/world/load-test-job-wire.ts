/**
 * What the Cloud Run Admin API answers about a job, judged by zod, as @google-cloud/run gives it after
 * decoding (unset is '', 0 or null); and what the ends of its tasks say together. Pure.
 */
import { z } from 'zod'
import { judged, lastOf } from './cloud-run-wire.ts'
import { jobMark } from './load-test-job-body.ts'
import { verdictBase, verdictFlags } from './load-test-script.ts'
import type { LoadTestProgress, SegmentVerdicts } from './ports/load-test.ts'

const text = z.string().nullish()
const count = z.int().min(0)

/** Milliseconds since the epoch. */
const time = z
  .object({ seconds: z.coerce.number(), nanos: z.number() })
  .transform(({ seconds, nanos }) => seconds * 1_000 + nanos / 1_000_000)
  .nullish()

const jobSchema = z.object({
  name: z.string().min(1),
  annotations: z.record(z.string(), z.string()),
  terminalCondition: z.object({ state: text, message: text }).nullish(),
  latestCreatedExecution: z
    .object({ name: z.string().min(1), completionTime: time, completionStatus: text })
    .nullish(),
})

const markSchema = z.object({
  /** Null: as many as a rate takes. */
  users: count.nullable(),
  tasks: z.int().min(1),
  holdSeconds: z.number(),
  limits: z.object({ p95Ms: z.number(), errorRate: z.number() }),
})
type Mark = Readonly<z.infer<typeof markSchema>>

export type RawJob = {
  /** In full. */
  readonly name: string
  /** Null: it is somebody else's. */
  readonly mark: Mark | null
  /** Why nothing of it will run; null: nothing says so. */
  readonly problem: string | null
  /** In full; null: none was made yet. */
  readonly execution: { readonly name: string; readonly isOver: boolean } | null
}

const overStates = ['EXECUTION_SUCCEEDED', 'EXECUTION_FAILED', 'EXECUTION_CANCELLED']

export function readJob(reply: unknown): RawJob {
  const job = judged(jobSchema, reply, 'job', 'no')
  const { name, terminalCondition: condition, latestCreatedExecution: execution } = job
  const isFailed = condition?.state === 'CONDITION_FAILED'
  const mark = job.annotations[jobMark]
  return {
    name,
    mark: mark === undefined ? null : readMark(mark),
    problem: isFailed ? condition.message || 'it could not be started' : null,
    execution:
      execution == null
        ? null
        : {
            // Given as its last part alone, or in full.
            name: `${name}/executions/${lastOf(execution.name)}`,
            isOver:
              execution.completionTime != null ||
              overStates.includes(execution.completionStatus ?? ''),
          },
  }
}

/** Null: somebody wrote over it. */
function readMark(text: string): Mark | null {
  try {
    return markSchema.safeParse(JSON.parse(text)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export function readJobs(reply: unknown): readonly RawJob[] {
  return judged(z.array(z.unknown()), reply, 'list of jobs', 'no').map(readJob)
}

const executionSchema = z.object({
  taskCount: count,
  succeededCount: count,
  cancelledCount: count,
  completionTime: time,
  logUri: text,
})
export type RawExecution = Readonly<z.infer<typeof executionSchema>>

export function readExecution(reply: unknown): RawExecution {
  return judged(executionSchema, reply, 'execution', 'no')
}

const taskSchema = z.object({
  startTime: time,
  lastAttemptResult: z
    .object({
      status: z.object({ code: z.int(), message: text }).nullish(),
      exitCode: z.int(),
      termSignal: z.int(),
    })
    .nullish(),
})
type RawTask = Readonly<z.infer<typeof taskSchema>>

export function readTasks(reply: unknown): readonly RawTask[] {
  return judged(z.array(taskSchema), reply, 'list of tasks', 'no')
}

type Ended = { readonly execution: RawExecution; readonly tasks: readonly RawTask[] }

/** Job, execution and tasks are three answers: after an end they may be some seconds apart. */
const settledMs = 60_000

/** What the segments say together: a verdict about the service where each of them gives one. */
export function endOf(mark: Mark, { execution, tasks }: Ended, now: number): LoadTestProgress {
  const { completionTime: endedAt, cancelledCount } = execution
  const told = tasks.filter(({ lastAttemptResult }) => lastAttemptResult != null).length
  const isTold = cancelledCount > 0 || told === mark.tasks
  if (endedAt == null || (!isTold && now < endedAt + settledMs))
    return { kind: 'running', now: null }
  const ends = tasks.map(verdictOf)
  const error = whyNone(mark, { execution, tasks }, ends)
  if (error !== null) return { kind: 'ended', endedAt, result: null, error }
  const of = tasks.length
  const without = (flag: number) =>
    ends.filter((end) => end.kind === 'verdict' && (end.flags & flag) === 0).length
  const { slow, failing } = verdictFlags
  const isWhole = ends.every((end) => end.kind === 'verdict' && end.flags === 0)
  const result: SegmentVerdicts = {
    kind: 'segments',
    users: isWhole ? mark.users : null,
    p95Ms: { atMost: mark.limits.p95Ms, in: without(slow), of },
    errorRate: { atMost: mark.limits.errorRate, in: without(failing), of },
    where: execution.logUri || 'the logs of its tasks',
  }
  return { kind: 'ended', endedAt, result, error: null }
}

type TaskEnd =
  | { readonly kind: 'verdict'; readonly flags: number }
  | { readonly kind: 'none'; readonly why: string }

/** Exit code 0 is also how the wire says that there is none: its status tells them apart. */
function verdictOf({ lastAttemptResult: result }: RawTask): TaskEnd {
  if (result == null) return { kind: 'none', why: 'says nothing of its end' }
  const { exitCode, termSignal, status } = result
  if (termSignal !== 0) return { kind: 'none', why: `was ended by signal ${termSignal}` }
  if (exitCode > verdictBase && exitCode < verdictBase + 8)
    return { kind: 'verdict', flags: exitCode - verdictBase }
  if (exitCode !== 0) return { kind: 'none', why: `ended with ${exitCode}` }
  if (status != null && status.code !== 0)
    return { kind: 'none', why: status.message || `ended with status ${status.code}` }
  return { kind: 'verdict', flags: 0 }
}

/** Why the test says nothing about the service; null: it does. */
function whyNone(
  { holdSeconds, tasks: planned }: Mark,
  { execution, tasks }: Ended,
  ends: readonly TaskEnd[],
): string | null {
  const { taskCount: of, cancelledCount, succeededCount } = execution
  if (cancelledCount > 0) return 'it was stopped'
  const silent = ends.flatMap((end) => (end.kind === 'none' ? [end.why] : []))
  if (silent[0] !== undefined)
    return `${silent.length} of its ${of} segments gave no verdict: one ${silent[0]}`
  const flags = ends.map((end) => (end.kind === 'verdict' ? end.flags : 0))
  const short = flags.filter((sum) => (sum & verdictFlags.short) !== 0).length
  if (short > 0) return `${short} of its ${of} segments did not play what was asked for`
  // Two answers of one API that differ are no answer.
  if (
    of !== planned ||
    tasks.length !== of ||
    flags.filter((sum) => sum === 0).length !== succeededCount
  )
    return `of ${planned} tasks ${tasks.length} are told, and ${succeededCount} are said to have succeeded`
  const starts = tasks.flatMap(({ startTime }) => (startTime == null ? [] : [startTime]))
  if (starts.length < of) return 'it is not told when its segments began'
  const apartSeconds = (Math.max(...starts) - Math.min(...starts)) / 1_000
  return apartSeconds < holdSeconds
    ? null
    : `its segments began ${Math.round(apartSeconds)} s apart, and never played together`
}
