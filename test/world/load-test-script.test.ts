/** The script that k6 is given, what its summary means, and where a test may send its load. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fault } from '../../src/world/fault.ts'
import { assertAllowed } from '../../src/world/load-test-host.ts'
import {
  type EndedRecord,
  errorOf,
  readNow,
  readSummary,
} from '../../src/world/load-test-report.ts'
import { longestSeconds, scriptOf } from '../../src/world/load-test-script.ts'
import type { LoadTestPlan } from '../../src/world/ports/load-test.ts'

const plan: LoadTestPlan = {
  name: 'k6-i-1',
  host: 'staging.tuki.example',
  arrival: { kind: 'closed', users: 500, thinkSeconds: 1.5 },
  rampSeconds: 60,
  holdSeconds: 300,
  requests: [{ method: 'POST', path: '/buy', json: { email: '{marker}@example.invalid' } }],
  cleanUp: { method: 'DELETE', path: '/tests/{marker}' },
  limits: { p95Ms: 500, errorRate: 0.01 },
  judgedAfterSeconds: 30,
  tasks: null,
}

function constantOf(script: string, name: string) {
  const text = new RegExp(`const ${name} = (\\{[\\s\\S]*?\\n\\})\\n`).exec(script)?.[1]
  return JSON.parse(text ?? 'null')
}

describe('the script', () => {
  test('ramps to the users and holds them, thinks, and ends itself at a limit', () => {
    const options = constantOf(scriptOf(plan), 'options')
    expect(options.scenarios.load).toMatchObject({
      executor: 'ramping-vus',
      stages: [
        { target: 500, duration: '60s' },
        { target: 500, duration: '300s' },
      ],
    })
    expect(options.thresholds).toEqual({
      http_req_duration: [{ threshold: 'p(95)<=500', abortOnFail: true, delayAbortEval: '30s' }],
      http_req_failed: [{ threshold: 'rate<=0.01', abortOnFail: true, delayAbortEval: '30s' }],
    })
    expect(constantOf(scriptOf(plan), 'plan').thinkSeconds).toBe(1.5)
  })

  test('with open arrival keeps a rate, and no user thinks', () => {
    const arrival = {
      kind: 'open',
      users: 40,
      iterationsPerMinute: 1_200,
      usersAtMost: 90,
    } as const
    const script = scriptOf({ ...plan, arrival })
    expect(constantOf(script, 'options').scenarios.load).toMatchObject({
      executor: 'ramping-arrival-rate',
      timeUnit: '1m',
      preAllocatedVUs: 40,
      maxVUs: 90,
      stages: [{ target: 1_200 }, { target: 1_200 }],
    })
    expect(constantOf(script, 'plan').thinkSeconds).toBe(0)
  })

  test('is marked, follows no redirect, and speaks plainly to this machine alone', () => {
    const { maxRedirects, userAgent } = constantOf(scriptOf(plan), 'options')
    expect([maxRedirects, userAgent]).toEqual([0, 'plimsoll-load-test/k6-i-1'])
    const { params, marker, origin } = constantOf(scriptOf(plan), 'plan')
    expect(params.headers['X-Plimsoll-Load-Test']).toBe('k6-i-1')
    expect([marker, origin]).toEqual(['plimsoll-k6-i-1', 'https://staging.tuki.example'])
    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:9'])
      expect(constantOf(scriptOf({ ...plan, host }), 'plan').origin).toBe(`http://${host}`)
    for (const host of ['127.example', '10.0.0.3'])
      expect(constantOf(scriptOf({ ...plan, host }), 'plan').origin).toMatch(/^https:/)
  })

  test('carries any text of a request unchanged, as data and never as code', () => {
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST'),
      path: fc.string().map((text) => `/${text}`),
      json: fc.jsonValue(),
    })
    fc.assert(
      fc.property(fc.array(request, { minLength: 1 }), (requests) => {
        const read = constantOf(scriptOf({ ...plan, requests }), 'plan')
        expect(read.requests).toEqual(
          requests.map(({ json, ...rest }) => ({ ...rest, json: JSON.stringify(json) })),
        )
      }),
    )
  })

  test('has an end that no part of it outlasts', () => {
    expect(longestSeconds(plan)).toBeGreaterThanOrEqual(60 + 300 + 5 + 20)
  })
})

describe('a host', () => {
  const allowed = ['127.0.0.1', 'staging.tuki.example', 'other.example:8443', '[::1]']
  test.each([
    '127.0.0.1',
    '127.0.0.1:8080',
    'staging.tuki.example',
    'other.example:8443',
    '[::1]:3000',
  ])('%s is allowed', (host) => {
    expect(() => assertAllowed(host, allowed)).not.toThrow()
  })

  test.each([
    'tuki.example',
    'other.example',
    'other.example:443',
    'evil-staging.tuki.example',
    'staging.tuki.example.evil.example',
    '127.0.0.1@tuki.example',
    '127.0.0.1:80@tuki.example',
    '127.0.0.1/../',
    '127.0.0.1?x',
    '127.0.0.1#',
    'STAGING.tuki.example',
    ' 127.0.0.1',
    '127.0.0.1:8080:9',
    '',
  ])('%s is refused, and nothing was sent', (host) => {
    expect(() => assertAllowed(host, allowed)).toThrow(Fault)
    expect(() => assertAllowed(host, [])).toThrow(/loadTestHosts/)
  })
})

describe('what k6 says', () => {
  const values = (of: object, thresholds = {}) => ({ values: of, thresholds })
  const summary = {
    state: { testRunDurationMs: 360_000 },
    metrics: {
      http_reqs: values({ count: 90_000, rate: 250 }),
      http_req_duration: values({ 'p(95)': 612, 'p(99)': 1_400 }, { 'p(95)<=500': { ok: false } }),
      http_req_failed: values({ rate: 0.002 }, { 'rate<=0.01': { ok: true } }),
      vus: values({ max: 500 }),
    },
  }
  const ended: EndedRecord = { endedAt: 9, code: 0, signal: null, ending: 'by-itself', said: '' }
  const result = readSummary(summary)

  test('a summary is read with the limits that were crossed', () => {
    expect(result).toEqual({
      kind: 'measured',
      users: 500,
      seconds: 360,
      requests: 90_000,
      requestsPerSecond: 250,
      p95Ms: 612,
      p99Ms: 1_400,
      errorRate: 0.002,
      dropped: 0,
      crossed: ['p(95)<=500'],
    })
    for (const none of [null, {}, { ...summary, metrics: {} }]) expect(readSummary(none)).toBeNull()
  })

  test.each([0, 99, 110])('exit code %i is a verdict about the service', (code) => {
    expect(errorOf({ ...ended, code }, result)).toBeNull()
    expect(errorOf({ ...ended, code }, null)).toMatch(/no summary/)
  })

  test.each([97, 100, 101, 103, 104, 105, 106, 107, 108, 109, 1, 255])(
    'exit code %i is none, whatever the summary says',
    (code) => {
      expect(errorOf({ ...ended, code, said: 'a\nthe last line' }, result)).toMatch(/the last line/)
    },
  )

  test('a test that was ended from outside is no verdict, nor one that dropped iterations', () => {
    for (const ending of ['stopped', 'orphaned', 'too-long'] as const)
      expect(errorOf({ ...ended, ending }, result)).not.toBeNull()
    expect(errorOf({ ...ended, code: null, signal: 'SIGKILL' }, result)).toMatch(/SIGKILL/)
    if (result === null) throw new Error('there is a result')
    expect(errorOf(ended, { ...result, dropped: 1 })).toMatch(/dropped/)
  })

  test('how it stands is read from its own API, and is nothing before the first request', () => {
    const status = { data: { attributes: { vus: 12, tainted: true } } }
    const metrics = {
      data: [
        { id: 'http_req_duration', attributes: { sample: { 'p(95)': 80 } } },
        { id: 'http_req_failed', attributes: { sample: { rate: 0.5 } } },
        { id: 'http_reqs', attributes: { sample: { count: 40 } } },
      ],
    }
    expect(readNow({ status, metrics }, 7)).toEqual({
      seconds: 7,
      users: 12,
      requests: 40,
      p95Ms: 80,
      errorRate: 0.5,
      isTainted: true,
    })
    expect(readNow({ status, metrics: { data: [] } }, 1)).toMatchObject({
      p95Ms: null,
      requests: 0,
    })
    expect(readNow({ status: null, metrics: null }, 1)).toBeNull()
  })
})
