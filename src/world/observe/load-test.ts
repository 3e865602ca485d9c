/** What the last load test measured, while it is news. */
import type { LoadTestReader, SegmentVerdicts } from '../ports/load-test.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const path = 'workload.loadTest'
const newsMs = 1_800_000

const resultFields = ['usersReached', 'p95Ms', 'p99Ms', 'errorRate', 'requestsPerSecond'] as const

export function loadTestFacts(loadTest: LoadTestReader, clock: Clock): Promise<readonly Fact[]> {
  return factsOr([`${path}.isRunning`], 'k6', async () => {
    const observedAt = clock.now()
    const latest = await loadTest.latest()
    const isRunning = latest?.progress.kind === 'running'
    const running = observed(path, { isRunning }, 'k6', observedAt)
    if (latest?.progress.kind !== 'ended') return running
    const { endedAt, result, error } = latest.progress
    if (observedAt - endedAt > newsMs) return running
    if (result === null || error !== null)
      return [
        ...running,
        ...resultFields.map((field): Fact => {
          const why = `${latest.name} says nothing about the service: ${error ?? 'no result'}`
          return { kind: 'unavailable', name: `${path}.${field}`, source: 'k6', why }
        }),
      ]
    if (result.kind === 'segments') return [...running, ...segmentFacts(result, observedAt)]
    const values = {
      usersReached: result.users,
      p95Ms: Math.round(result.p95Ms),
      p99Ms: Math.round(result.p99Ms),
      errorRate: result.errorRate,
      requestsPerSecond: Math.round(result.requestsPerSecond * 10) / 10,
    } satisfies Record<(typeof resultFields)[number], number>
    return [...running, ...observed(path, values, 'k6', observedAt)]
  })
}

/** Each machine of a job judged its own segment: what holds for every part holds for the whole. */
function segmentFacts(
  { users, p95Ms, errorRate, where }: SegmentVerdicts,
  observedAt: number,
): readonly Fact[] {
  const source = 'Cloud Run'
  const bounds = observed(path, { p95Ms, errorRate }, source, observedAt)
  const unseen = (field: string, why: string): Fact => ({
    ...{ kind: 'unavailable', name: `${path}.${field}`, source, why },
  })
  const numbers = `each segment's own numbers stand in ${where}`
  return [
    ...bounds,
    ...(users === null
      ? [unseen('usersReached', 'not every segment says that it reached its users')]
      : observed(path, { usersReached: users }, source, observedAt)),
    unseen('p99Ms', numbers),
    unseen('requestsPerSecond', numbers),
  ]
}
