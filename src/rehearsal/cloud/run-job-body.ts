/**
 * The body of a Cloud Run job: strict, so that what is accepted here Google accepts too. job.proto,
 * task_template.proto and k8s.min.proto of @google-cloud/run 4.2.0.
 */
import { z } from 'zod'
import type { GoogleError } from './google-error.ts'
import { container, firstIssue, unkept } from './run-body.ts'
import { invalidArgument } from './run-error.ts'
import type { JobSpec } from './run-job.ts'
import { refusedAnnotations, refusedContainers } from './run-rules.ts'

const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?s$/)
  .transform((text) => Number(text.slice(0, -1)))

const token = z.string().exactOptional()

const body = z.strictObject({
  name: z.literal('').optional(),
  annotations: z.record(z.string(), z.string()).default({}),
  labels: unkept,
  startExecutionToken: token,
  runExecutionToken: token,
  template: z.strictObject({
    parallelism: z.int().min(0).default(0),
    taskCount: z.int().min(1).max(10_000).default(1),
    ...{ labels: unkept, annotations: unkept },
    template: z.strictObject({
      containers: z
        .array(container.extend({ command: z.array(z.string()).exactOptional() }))
        .length(1),
      maxRetries: z.int().min(0).max(10).default(3),
      timeout: seconds.default(600),
      serviceAccount: z.string().default(''),
      volumes: unkept,
    }),
  }),
})

/** Reserved: Cloud Run sets them itself. */
const reserved = /^(PORT|CLOUD_RUN_.*)$/
const longestValueBytes = 32_768
const longestTaskSeconds = 7 * 24 * 3_600

export type JobRequest = { readonly kind: 'job'; readonly spec: JobSpec }

export function readJobBody(json: unknown, id: string): JobRequest | GoogleError {
  const judgement = body.safeParse(json)
  if (!judgement.success) return firstIssue(judgement.error)
  const {
    annotations,
    template: execution,
    startExecutionToken,
    runExecutionToken,
  } = judgement.data
  const { taskCount, parallelism, template } = execution
  const { containers, maxRetries, timeout, serviceAccount } = template
  if (startExecutionToken !== undefined && runExecutionToken !== undefined)
    return invalidArgument('create_execution: oneof field is set twice.')
  if (runExecutionToken !== undefined)
    return invalidArgument('run_execution_token is not kept here.')
  const spec: JobSpec = {
    annotations,
    token: startExecutionToken ?? null,
    ...{ taskCount, parallelism: parallelism === 0 ? taskCount : parallelism },
    ...{ maxRetries, timeoutSeconds: timeout, serviceAccount, containers },
  }
  return (
    refusedNames(spec, id) ??
    refusedAnnotations(spec) ??
    refusedTasks(spec) ??
    refusedContainers(spec.containers, 1) ?? { kind: 'job', spec }
  )
}

function refusedNames({ token: named }: JobSpec, id: string): GoogleError | null {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id))
    return invalidArgument(`job_id: '${id}' is no name of a job.`)
  if (named === null) return null
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(named))
    return invalidArgument(`start_execution_token: '${named}' is no suffix of a name.`)
  return id.length + named.length < 63
    ? null
    : invalidArgument('start_execution_token: job name and token together are too long.')
}

function refusedTasks(spec: JobSpec): GoogleError | null {
  const { taskCount, parallelism, timeoutSeconds, serviceAccount, containers } = spec
  if (parallelism > taskCount)
    return invalidArgument(`parallelism: ${parallelism} is above the task count ${taskCount}.`)
  if (timeoutSeconds <= 0 || timeoutSeconds > longestTaskSeconds)
    return invalidArgument(`timeout: ${timeoutSeconds}s is no time for a task.`)
  if (serviceAccount !== '' && !/^[^@\s]+@[^@\s]+$/.test(serviceAccount))
    return invalidArgument(`service_account: '${serviceAccount}' is no e-mail address.`)
  for (const { name, value = '' } of containers.flatMap(({ env = [] }) => env)) {
    if (reserved.test(name)) return invalidArgument(`env: ${name} is reserved.`)
    if (Buffer.byteLength(value) > longestValueBytes)
      return invalidArgument(`env: ${name} is longer than ${longestValueBytes} bytes.`)
  }
  return null
}
