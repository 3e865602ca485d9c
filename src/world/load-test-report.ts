/** What k6 says: its exit codes, its summary, and how it stands while it runs. k6 1.x and 2.x; facts/workload.md, 6. */
import { z } from 'zod'
import { printable } from '../printable.ts'
import type { LoadTestNow, LoadTestResult } from './ports/load-test.ts'

export const runningRecord = z.object({
  pid: z.int().min(2),
  address: z.string(),
  startedAt: z.number(),
})

export const endedRecord = z.object({
  endedAt: z.number(),
  code: z.int().nullable(),
  signal: z.string().nullable(),
  ending: z.enum(['by-itself', 'stopped', 'orphaned', 'too-long']),
  said: z.string(),
})
export type EndedRecord = Readonly<z.infer<typeof endedRecord>>

const metric = z.object({
  values: z.record(z.string(), z.number()),
  thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).default({}),
})

const summary = z.object({
  state: z.object({ testRunDurationMs: z.number() }),
  metrics: z.object({
    http_reqs: metric,
    http_req_duration: metric,
    http_req_failed: metric,
    vus: metric.optional(),
    dropped_iterations: metric.optional(),
  }),
})

/** Null: it is no summary, or nothing was sent. */
export function readSummary(content: unknown): LoadTestResult | null {
  const read = summary.safeParse(content)
  if (!read.success) return null
  const { state, metrics } = read.data
  const { http_reqs: reqs, http_req_duration: duration, http_req_failed: failed } = metrics
  const { 'p(95)': p95Ms, 'p(99)': p99Ms } = duration.values
  const { count: requests, rate: requestsPerSecond } = reqs.values
  const { rate: errorRate } = failed.values
  if (p95Ms === undefined || p99Ms === undefined || errorRate === undefined) return null
  if (requests === undefined || requestsPerSecond === undefined) return null
  const crossed = [duration, failed].flatMap(({ thresholds }) =>
    Object.entries(thresholds).flatMap(([threshold, { ok }]) => (ok ? [] : [threshold])),
  )
  return {
    kind: 'measured',
    // k6 leaves out what never happened: no user beyond its first second, no dropped iteration.
    users: metrics.vus?.values.max ?? 0,
    seconds: state.testRunDurationMs / 1_000,
    requests,
    requestsPerSecond,
    p95Ms,
    p99Ms,
    errorRate,
    dropped: metrics.dropped_iterations?.values.count ?? 0,
    crossed,
  }
}

/** Only 0, 99 and 110 say something about the service; every other ending is no verdict. */
const verdicts: readonly (number | null)[] = [0, 99, 110]

const meanings: Readonly<Record<number, string>> = {
  100: 'its setup took too long',
  101: 'its clean-up took too long',
  103: 'somebody stopped it over its REST API',
  104: 'k6 refuses the script',
  105: 'it was told to stop',
  106: 'its port was taken',
  107: 'its script failed',
  108: 'its script gave up',
  109: 'k6 broke down',
}

/** Why it is no verdict about the service; null where it is one. */
export function errorOf(ended: EndedRecord, result: LoadTestResult | null): string | null {
  const { code, signal, ending, said } = ended
  switch (ending) {
    case 'stopped':
      return 'it was stopped'
    case 'orphaned':
      return 'it ended with the bot, and cleaned nothing up'
    case 'too-long':
      return 'it did not end in its time and was killed'
    case 'by-itself':
      break
  }
  if (!verdicts.includes(code)) {
    const by = printable(signal ?? 'by nobody known', 40)
    const meaning = code === null ? `it was killed (${by})` : meanings[code]
    return `${meaning ?? `k6 ended with ${code}`}: ${lastLine(said)}`
  }
  if (result === null) return 'k6 wrote no summary'
  return result.dropped > 0
    ? `${result.dropped} iterations were dropped: the load was not what was asked for`
    : null
}

function lastLine(said: string): string {
  return printable(said.trim().split('\n').at(-1) ?? '', 300)
}

const status = z.object({
  data: z.object({ attributes: z.object({ vus: z.number(), tainted: z.boolean() }) }),
})
const samples = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      attributes: z.object({ sample: z.record(z.string(), z.number()) }),
    }),
  ),
})

/** Of `/v1/status` and `/v1/metrics`; null: they are not understood, or there is nothing yet. */
export function readNow(
  answers: { readonly status: unknown; readonly metrics: unknown },
  seconds: number,
): LoadTestNow | null {
  const read = status.safeParse(answers.status)
  const metrics = samples.safeParse(answers.metrics)
  if (!read.success || !metrics.success) return null
  const { vus, tainted } = read.data.data.attributes
  const sample = (id: string) => metrics.data.data.find((one) => one.id === id)?.attributes.sample
  return {
    seconds,
    users: vus,
    requests: sample('http_reqs')?.count ?? 0,
    p95Ms: sample('http_req_duration')?.['p(95)'] ?? null,
    errorRate: sample('http_req_failed')?.rate ?? null,
    isTainted: tainted,
  }
}
