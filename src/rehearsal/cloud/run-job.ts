/**
 * One job as the local Cloud Run keeps it, with the one execution that its token names: when it begins
 * and ends is written down when it is accepted, and only looked up afterwards. facts/workload.md, 2.
 */
import type { Container } from './run-resource.ts'

export type JobSpec = {
  readonly annotations: Readonly<Record<string, string>>
  /** Null: nothing is run yet. */
  readonly token: string | null
  readonly taskCount: number
  readonly parallelism: number
  readonly maxRetries: number
  readonly timeoutSeconds: number
  readonly serviceAccount: string
  readonly containers: readonly JobContainer[]
}

export type JobContainer = Omit<Container, 'ports'> & { readonly command?: readonly string[] }

export type Task = {
  readonly startedAt: number
  readonly endsAt: number
  readonly exitCode: number
  /** It did not come to its end in its time. */
  readonly isTooLong: boolean
}

export type Execution = {
  /** In full. */
  readonly name: string
  readonly createdAt: number
  readonly tasks: readonly Task[]
  /** From then on nothing of it runs, if somebody cancelled it. */
  cancelled: { readonly at: number; readonly overAt: number } | null
  deletedAt: number | null
}

export type RunJob = {
  /** In full: `projects/p/locations/l/jobs/j`. */
  readonly name: string
  readonly createdAt: number
  /** From then on its execution runs, or it is known that it cannot. */
  readonly readyAt: number
  readonly etag: string
  readonly spec: JobSpec
  readonly failure: string | null
  readonly execution: Execution | null
  deletedAt: number | null
}

export type JobOperation = {
  readonly name: string
  readonly endedAt: number
  readonly job: RunJob
  readonly of: 'Job' | 'Execution'
}

export type JobDurations = {
  readonly startMs: number
  readonly taskMs: number
  readonly cancelMs: number
  /** How many times quicker than Google. */
  readonly speed: number
}

/** A job with its execution, which nobody else's request can make a second time. */
export function jobMade(
  name: string,
  spec: JobSpec,
  {
    at,
    etag,
    failure,
    durations,
  }: {
    readonly at: number
    readonly etag: string
    readonly failure: string | null
    readonly durations: JobDurations
  },
): RunJob {
  const readyAt = at + durations.startMs
  const execution =
    spec.token === null || failure !== null
      ? null
      : {
          name: `${name}/executions/${lastPart(name)}-${spec.token}`,
          createdAt: at,
          tasks: tasksOf(spec, readyAt, durations),
          ...{ cancelled: null, deletedAt: null },
        }
  return { name, createdAt: at, readyAt, etag, spec, failure, execution, deletedAt: null }
}

/** As many at once as may be; each ends as the image says, for whoever wants to see that. */
function tasksOf(spec: JobSpec, from: number, { taskMs, speed }: JobDurations): readonly Task[] {
  const codes = exitCodes(spec)
  const mostMs = (spec.timeoutSeconds * 1_000) / speed
  const lastsMs = Math.min(taskMs, mostMs)
  return Array.from({ length: spec.taskCount }, (_, index) => {
    const startedAt = from + Math.floor(index / spec.parallelism) * lastsMs
    const exitCode = codes[index] ?? codes.at(-1) ?? 0
    return { startedAt, endsAt: startedAt + lastsMs, exitCode, isTooLong: taskMs > mostMs }
  })
}

/** Of an image such as `k6:exit-0-201`: by task, the last one for all others. */
function exitCodes({ containers }: JobSpec): readonly number[] {
  const tag = /:exit((?:-\d+)+)$/.exec(containers[0]?.image ?? '')?.[1]
  return tag === undefined ? [] : tag.slice(1).split('-').map(Number)
}

export function isThere(
  { createdAt, deletedAt }: { readonly createdAt: number; readonly deletedAt: number | null },
  at: number,
): boolean {
  return createdAt <= at && (deletedAt === null || at < deletedAt)
}

/** When the last task ends, or is ended. */
export function overAt({ tasks, cancelled }: Execution): number {
  const endsAt = Math.max(...tasks.map((task) => task.endsAt))
  return cancelled === null ? endsAt : Math.min(endsAt, cancelled.overAt)
}

export type TaskState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled'

export function stateOf({ cancelled }: Execution, task: Task, at: number): TaskState {
  const isCut = cancelled !== null && cancelled.overAt < task.endsAt
  if (isCut && at >= cancelled.overAt) return 'cancelled'
  if (at < task.startedAt) return 'waiting'
  if (at < task.endsAt) return 'running'
  return task.exitCode === 0 && !task.isTooLong ? 'succeeded' : 'failed'
}

export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
