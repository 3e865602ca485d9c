/**
 * The Cloud Run job that plays a load test: as many tasks as machines, each with its own segment of
 * the same script. Pure. facts/workload.md, 2 and 6; k8s.min.proto and job.proto of @google-cloud/run 4.2.0.
 */
import type { protos } from '@google-cloud/run'
import type { LoadTestJob } from '../capacity/policy-document.ts'
import { Fault } from './fault.ts'
import { longestSeconds, scriptOf, summaryFile, verdictFile } from './load-test-script.ts'
import type { LoadTestPlan } from './ports/load-test.ts'

type Job = protos.google.cloud.run.v2.IJob

/** What marks a job as ours, and holds what its end is judged by. */
export const jobMark = 'plimsoll-load-test'

/** The execution that comes with the job is `<job>-<this>`: there is one, whoever asks again. */
const executionToken = 'once'

/** The value of one variable: 32768 bytes. */
const longestScriptBytes = 32_768

/** Throws a Fault where the script does not fit. */
export function jobOf(plan: LoadTestPlan, tasks: number, machine: LoadTestJob): Job {
  const { arrival, holdSeconds, limits } = plan
  const script = scriptOf(plan)
  if (Buffer.byteLength(script) > longestScriptBytes)
    throw new Fault('invalid', 'no', `the script is longer than ${longestScriptBytes} bytes`)
  const { image, serviceAccount, cpu, memoryGib } = machine
  const users = arrival.kind === 'closed' ? arrival.users : null
  const mark = { users, tasks, holdSeconds, limits }
  return {
    annotations: { [jobMark]: JSON.stringify(mark) },
    startExecutionToken: executionToken,
    template: {
      taskCount: tasks,
      parallelism: tasks,
      template: {
        // A task that failed would send its load a second time.
        maxRetries: 0,
        timeout: { seconds: longestSeconds(plan) },
        serviceAccount,
        containers: [
          {
            image,
            command: ['/bin/sh'],
            args: ['-c', shellLines(tasks)],
            env: [{ name: 'PLIMSOLL_SCRIPT', value: script }],
            resources: { limits: { cpu: String(cpu), memory: `${memoryGib * 1_024}Mi` } },
          },
        ],
      },
    },
  }
}

/**
 * Cloud Run tells a task which one it is. k6 sees no K6_* of ours; its numbers go to the task's log,
 * and only a verdict of its own replaces its exit code. Told to end, the shell tells k6.
 */
function shellLines(tasks: number): string {
  const cuts = Array.from({ length: tasks + 1 }, (_, index) => `${index}/${tasks}`).join(',')
  const segment = '$CLOUD_RUN_TASK_INDEX/$CLOUD_RUN_TASK_COUNT'
  const next = '$((CLOUD_RUN_TASK_INDEX + 1))/$CLOUD_RUN_TASK_COUNT'
  return `cd "$(mktemp -d)" || exit 1
printf '%s' "$PLIMSOLL_SCRIPT" > script.js
k6 run --quiet --address '' --no-usage-report --no-color --log-format raw \\
  --execution-segment "${segment}:${next}" --execution-segment-sequence '${cuts}' script.js &
k6=$!
trap 'kill -TERM $k6' TERM
wait $k6
code=$?
if kill -0 $k6 2>/dev/null; then
  wait $k6
  exit 105
fi
cat ${summaryFile}
case $code in 0 | 99) exit "$(cat ${verdictFile})" ;; esac
exit $code
`
}
