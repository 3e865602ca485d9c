/** A run that plays a load test by a job, from the request to the evidence: one job at most, whatever goes wrong. */
import { describe, expect, test } from 'vitest'
import { advance } from '../../src/runs/executor.ts'
import { startLoadTest } from '../../src/steps/start-load-test.ts'
import { stopLoadTest } from '../../src/steps/stop-load-test.ts'
import { loadTestsOf } from '../../src/world/load-tests.ts'
import type { MonitoringReader } from '../../src/world/ports/monitoring.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { type Options, tukiJob } from '../world/tuki-job.ts'
import { changed, luis, processOn, standing, tokenOf } from './process.ts'
import { simulateCloud } from './simulated-world.ts'

const playing = startLoadTest({ users: 500 })

/** A bot on a machine without k6: the job plays. */
async function bot(options: Options = {}) {
  const stage = await tukiJob({ taskSeconds: 3, ...options })
  const { clock, document, cloud, sent } = stage
  const { reader, writer } = loadTestsOf(document, { here: null, job: stage })
  // How many use the site now; the rest of what it measures is nobody's business here.
  const monitoring: MonitoringReader = {
    series: async () => [{ group: null, points: [{ at: clock.now(), value: 180 }] }],
    alertPolicies: async () => [],
    channels: async () => [],
    dashboard: async () => null,
    dashboardLabels: async () => [],
  }
  const ledger = memoryLedger(clock)
  const start = () =>
    processOn({
      ...{ ledger, clock, document, cloud: simulateCloud({ clock }) },
      beside: { read: { loadTest: reader, monitoring }, write: { loadTest: writer } },
    })
  return { ...start(), start, cloud, sent, stage }
}
type Bot = Awaited<ReturnType<typeof bot>>

const played = async (one: Bot) => one.approved(await one.asked(playing))
const outcomes = ({ record }: Awaited<ReturnType<typeof played>>) =>
  Object.fromEntries(
    (record.evidence ?? []).map(({ fact, outcome }) => [fact.split('.').at(-1), outcome]),
  )

describe('a load test by a job', () => {
  test('that every segment played within its limits is done and verified, with one write', async () => {
    const one = await bot()
    const ended = await played(one)
    expect(standing(ended)).toBe('ended: verified')
    expect(outcomes(ended)).toEqual({
      ...{ usersReached: 'confirmed', p95Ms: 'confirmed', errorRate: 'confirmed' },
    })
    expect([one.cloud.writes, one.sent().length]).toEqual([1, 1])
  })

  test('in which one segment crossed a limit is parked, contradicted by what was seen', async () => {
    const one = await bot({ image: 'k6:exit-201' })
    const parked = await played(one)
    expect(standing(parked)).toBe('parked: contradicted')
    expect(outcomes(parked)).toEqual({
      ...{ usersReached: 'not-observed', p95Ms: 'contradicted', errorRate: 'confirmed' },
    })
  })

  test('that is no verdict is an operation that failed, and never verified', async () => {
    const one = await bot({ image: 'k6:exit-107' })
    expect(standing(await played(one))).toBe('parked: operation-failed')
    expect([one.cloud.writes, one.sent().length]).toEqual([1, 1])
  })

  test.each(['reply-lost', 'reply-unavailable'] as const)(
    'whose %s took effect is found by its name, and never sent again',
    async (how) => {
      const one = await bot()
      one.cloud.provoke({ on: 'write', how })
      expect(standing(await played(one))).toBe('ended: verified')
      expect([one.cloud.writes, one.sent().length]).toEqual([1, 1])
    },
  )

  test('whose request was lost is parked, for a person to decide', async () => {
    const one = await bot()
    one.cloud.provoke({ on: 'write', how: 'request-lost' })
    expect(standing(await played(one))).toBe('parked: undecided')
    expect([one.cloud.writes, one.sent().length]).toEqual([0, 1])
  })

  test('that was refused for the rate is sent again after the wait, once', async () => {
    const one = await bot()
    one.cloud.provoke({ on: 'write', how: 'rate-limited' })
    expect(standing(await played(one))).toBe('ended: verified')
    expect([one.cloud.writes, one.sent().length]).toEqual([1, 2])
  })

  test('goes on when the bot dies, and the next bot brings the same run to its end', async () => {
    const one = await bot()
    const id = await begun(one)
    const next = one.start()
    expect(standing(await next.bring(id))).toBe('ended: verified')
    expect(one.sent().length).toBe(1)
  })

  test('is stopped by another run, and then no verdict', async () => {
    const one = await bot({ taskSeconds: 300 })
    const id = await begun(one)
    one.clock.forward(10_000)
    expect(standing(await one.asked(stopLoadTest({})))).toBe('ended: verified')
    expect(standing(await one.bring(id))).toBe('parked: operation-failed')
    expect([one.cloud.writes, one.sent().length]).toEqual([2, 2])
  })
})

/** As far as a bot comes that dies while the test runs. */
async function begun(one: Bot): Promise<string> {
  const asked = await one.asked(playing)
  changed(await one.requests.approve(tokenOf(asked), luis))
  await advance(one.means, asked.id)
  expect(one.cloud.writes).toBe(1)
  return asked.id
}
