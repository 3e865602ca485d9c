/** A test of some seconds with few users: enough to see that load flows. */
import type { LoadTestPlan } from '../../../src/world/ports/load-test.ts'

export const planFor = (host: string, more: Partial<LoadTestPlan> = {}): LoadTestPlan => ({
  name: 'k6-i-1',
  host,
  arrival: { kind: 'closed', users: 5, thinkSeconds: 0.1 },
  rampSeconds: 1,
  holdSeconds: 2,
  requests: [{ method: 'GET', path: '/' }],
  cleanUp: null,
  limits: { p95Ms: 500, errorRate: 0.01 },
  judgedAfterSeconds: 1,
  tasks: null,
  ...more,
})
