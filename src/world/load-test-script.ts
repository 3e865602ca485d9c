/** The script that k6 is given: a plan as data, and the same few lines of JavaScript for every plan. Pure. */
import { isOnThisMachine } from './load-test-host.ts'
import type { LoadTestPlan, LoadTestRequest } from './ports/load-test.ts'

/** Whoever reads the logs of the system under test finds the test by these. */
const markerHeader = 'X-Plimsoll-Load-Test'
const markerOf = (test: string): string => `plimsoll-${test}`

/** Where handleSummary writes, in the folder that k6 runs in. */
export const summaryFile = 'summary.json'
export const verdictFile = 'verdict'

/**
 * What an instance of k6 says of its segment in one exit code, which is all that a job's task leaves
 * behind: 0, or this and the sum of what was wrong. k6's own end at 110, a signal's at 192.
 */
export const verdictBase = 200
export const verdictFlags = { slow: 1, failing: 2, short: 4 } as const

const teardownSeconds = 20
const stopSeconds = 5
const spareSeconds = 15

/** After so long nothing of it may run, whatever k6 says. */
export function longestSeconds({ rampSeconds, holdSeconds }: LoadTestPlan): number {
  return rampSeconds + holdSeconds + stopSeconds + teardownSeconds + spareSeconds
}

export function scriptOf(plan: LoadTestPlan): string {
  const { name, requests, cleanUp, arrival } = plan
  const facts = {
    origin: originOf(plan.host),
    marker: markerOf(name),
    thinkSeconds: arrival.kind === 'closed' ? arrival.thinkSeconds : 0,
    requests: requests.map(written),
    cleanUp: cleanUp === null ? null : written(cleanUp),
    isClosed: arrival.kind === 'closed',
    params: { headers: { [markerHeader]: name, 'Content-Type': 'application/json' } },
    ...{ summaryFile, verdictFile, verdictBase, verdictFlags },
  }
  return `import { sleep } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'

const plan = ${JSON.stringify(facts, null, 2)}

export const options = ${JSON.stringify(optionsOf(plan), null, 2)}

function send(request, marker) {
  const named = (text) => text.replaceAll('{marker}', marker)
  const body = request.json === null ? null : named(request.json)
  const params = { ...plan.params, tags: { name: request.method + ' ' + request.path } }
  http.request(request.method, plan.origin + named(request.path), body, params)
}

export default function () {
  for (const [index, request] of plan.requests.entries()) {
    send(request, [plan.marker, exec.vu.idInTest, exec.vu.iterationInInstance, index].join('-'))
    if (plan.thinkSeconds > 0) sleep(2 * plan.thinkSeconds * Math.random())
  }
}

export function teardown() {
  if (plan.cleanUp !== null) send(plan.cleanUp, plan.marker)
}

${verdictLines}
export function handleSummary(data) {
  return {
    [plan.summaryFile]: JSON.stringify(data),
    [plan.verdictFile]: String(verdictOf(data.metrics)),
  }
}
`
}

/** For the script as it is: short means not the load that was asked for, though no limit ended it. */
const verdictLines = `function verdictOf(metrics) {
  const { http_reqs, http_req_duration, http_req_failed, vus, vus_max } = metrics
  const { dropped_iterations } = metrics
  const isCrossed = ({ thresholds }) => Object.values(thresholds).some(({ ok }) => !ok)
  const [isSlow, isFailing] = [isCrossed(http_req_duration), isCrossed(http_req_failed)]
  const most = (metric) => (metric ? metric.values.max : 0)
  const isDropping = dropped_iterations ? dropped_iterations.values.count > 0 : false
  const isBelow = plan.isClosed && !isSlow && !isFailing && most(vus) < most(vus_max)
  const { slow, failing, short } = plan.verdictFlags
  const isShort = !http_reqs || isDropping || isBelow
  const sum = (isSlow ? slow : 0) + (isFailing ? failing : 0) + (isShort ? short : 0)
  return sum === 0 ? 0 : plan.verdictBase + sum
}
`

/** Nothing that would follow a redirect out of the host, or measure less than was asked for. */
function optionsOf(plan: LoadTestPlan) {
  const { name, limits, judgedAfterSeconds } = plan
  const aborting = (threshold: string) => [
    { threshold, abortOnFail: true, delayAbortEval: `${judgedAfterSeconds}s` },
  ]
  return {
    scenarios: { load: scenarioOf(plan) },
    thresholds: {
      http_req_duration: aborting(`p(95)<=${limits.p95Ms}`),
      http_req_failed: aborting(`rate<=${limits.errorRate}`),
    },
    maxRedirects: 0,
    discardResponseBodies: true,
    teardownTimeout: `${teardownSeconds}s`,
    userAgent: `plimsoll-load-test/${name}`,
    summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max'],
  }
}

function scenarioOf({ arrival, rampSeconds, holdSeconds }: LoadTestPlan) {
  const gracefulStop = `${stopSeconds}s`
  const stages = (target: number) => [
    { target, duration: `${rampSeconds}s` },
    { target, duration: `${holdSeconds}s` },
  ]
  switch (arrival.kind) {
    case 'closed':
      return {
        executor: 'ramping-vus',
        startVUs: 0,
        stages: stages(arrival.users),
        gracefulRampDown: gracefulStop,
        gracefulStop,
      }
    case 'open':
      return {
        executor: 'ramping-arrival-rate',
        startRate: 0,
        timeUnit: '1m',
        preAllocatedVUs: arrival.users,
        maxVUs: arrival.usersAtMost,
        stages: stages(arrival.iterationsPerMinute),
        gracefulStop,
      }
  }
}

function written({ method, path, json }: LoadTestRequest) {
  return { method, path, json: json === undefined ? null : JSON.stringify(json) }
}

/** Encrypted everywhere but on this machine. */
const originOf = (host: string): string => `${isOnThisMachine(host) ? 'http' : 'https'}://${host}`
