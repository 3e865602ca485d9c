/** What a status says of what comes: events, what must be done how long before, the plan's first step, backlogs. */
import { describe, expect, test } from 'vitest'
import type { SystemDocument } from '../../src/capacity/system.ts'
import { statusText } from '../../src/cli/text.ts'
import { examine } from '../../src/gate/gate.ts'
import { noHistory } from '../../src/gate/rules.ts'
import { statusOf } from '../../src/gate/status.ts'
import { adviseOn } from '../../src/runs/advice.ts'
import { trackRecordOf } from '../../src/runs/track-record.ts'
import { statusMessage } from '../../src/slack/views/status.ts'
import { catalogue } from '../../src/steps/index.ts'
import type { Fact } from '../../src/world/world.ts'
import { site } from './process.ts'

const nobody = { history: noHistory, run: null }
const minuteMs = 60_000
/** 20:00 in Madrid, an hour ahead of Greenwich in its winter. */
const saleAt = Date.UTC(2026, 11, 2, 19)
const sale = {
  name: 'sale',
  from: '2026-12-02T20:00',
  to: '2026-12-02T23:00',
  timeZone: 'Europe/Madrid',
  users: 10_000,
}
const announced = (events: readonly (typeof sale)[] = [sale]): SystemDocument => ({
  ...site,
  workload: { ...site.workload, baseUsers: 500, events: [...events] },
})

function asked(minutesBefore: number, document = announced(), backlogTasks: number | null = null) {
  const now = saleAt - minutesBefore * minuteMs
  const status = statusOf(document, [], { now, backlogTasks })
  const advice = adviseOn(status, { document, catalogue })
  return { now, status, advice, text: statusText(status, advice) }
}

describe('before a sale that is not carried', () => {
  test('the status says what breaks first, and by when the plan must have begun', () => {
    const { advice, status, text } = asked(5 * 60)
    expect(status.assessment.users).toBe(10_000)
    const { preparation } = advice
    if (preparation?.plan.kind !== 'feasible') throw new Error('no plan')
    expect(preparation).toMatchObject({ event: 'sale', workMinutes: 43, restarts: 1, reviews: 3 })
    expect(text).toContain(
      'not carried: above 2,904 breaks Database connections, then Database CPU',
    )
    expect(text).toMatch(/begin by 2026-12-02 18:\d\d UTC, in 4 h/)
  })

  test('begun at the last moment and never waiting, no step meets the sale', () => {
    const { advice } = asked(5 * 60)
    const { plan, startBy } = advice.preparation ?? {}
    if (plan?.kind !== 'feasible' || startBy == null) throw new Error('no plan')
    const document = announced()
    const meets = (first: number) => {
      let now = first
      return plan.steps.map((planned) => {
        const step = catalogue.bind(planned.step, planned.input)
        if ('kind' in step) throw new Error(planned.step)
        const { judged } = examine({ document, facts: [], step, reservations: [], ...nobody, now })
        now += step.minutes * minuteMs
        return judged.crowd?.event !== null
      })
    }
    expect(meets(startBy - 1)).not.toContain(true)
    expect(meets(startBy + minuteMs)).toContain(true)
  })

  test('beyond 24 hours it is told, and not yet what must be carried', () => {
    const { status, advice, text } = asked(49 * 60)
    expect(status.assessment.users).toBe(500)
    expect([advice.plan, advice.first]).toEqual([null, null])
    expect(advice.preparation?.plan.users).toBe(10_000)
    expect(text).toMatch(/^tuki carries its 500 users, and 2,904 at most\./)
    expect(text).toContain('Event `sale`, in 2 days 1 h (2026-12-02 20:00 to 23:00, Europe/Madrid)')
  })

  test('two minutes before, the restart that comes next is said to be refused', () => {
    const { advice, text } = asked(2)
    expect(advice.first?.obstacle?.code).toBe('event-near')
    expect(text).toContain('Not now: sale brings 10,000 users')
    expect(text).toMatch(/that had to begin 4\d min ago/)
  })
})

test('of an event that is carried is said what must be started, and what the quota must hold', () => {
  const { status, advice, text } = asked(60, announced([{ ...sale, users: 1_500 }]))
  expect(status.events).toMatchObject([
    {
      isCarried: true,
      breaks: [],
      starts: [
        { service: 'backend', minInstances: 3, instances: 19, cpus: 76 },
        { service: 'celery-worker', minInstances: 2, instances: 6, cpus: 24 },
      ],
    },
  ])
  expect(advice.preparation).toBeNull()
  expect(text).toContain('the quota of us-central1 must hold their 100 vCPU')
})

test('an event that is over is not told, and one that is on has who is there', () => {
  expect(asked(-180).status.events).toEqual([])
  expect(asked(-60).status.assessment.nowUsers).toBe(10_000)
})

describe('the next step', () => {
  test('is the first of the plan that was made, with what it buys and the plan’s own price', () => {
    const { advice, text } = asked(0, site)
    const { plan, first } = advice
    if (plan?.kind !== 'feasible') throw new Error('no plan')
    expect(first?.planned).toBe(plan.steps[0])
    const less = Math.round((plan.todayUsd ?? 0) - (plan.monthlyUsd ?? 0))
    expect(text.split('\n')[2]).toBe(
      'Next: resize `tuki-db-prod` from `db-custom-2-7680` to `db-custom-8-30720` ' +
        '(a restart of up to 60 s, 2,904 -> 4,435 users, 592 USD a month more, mends Database CPU). ' +
        '`plimsoll plan --users 10000` has all 8 steps in a safe order, ' +
        `for ${less.toLocaleString('en-US')} USD a month less than today's settings would cost.`,
    )
  })

  test('is none where nothing carries them: the most that is possible instead', () => {
    const { text } = asked(0, { ...site, workload: { ...site.workload, users: 1_000_000 } })
    expect(text).toMatch(/Next: nothing .* carries 1,000,000 users; [\d,]+ is the most\./)
  })

  test('is to let a source answer where its silence hides the users', () => {
    const silent: Fact = {
      kind: 'unavailable',
      name: 'databases.tuki-db-prod.tier',
      source: 'Cloud SQL Admin API',
      why: 'it answered 403.',
    }
    const status = statusOf(site, [silent], { now: saleAt })
    const advice = adviseOn(status, { document: site, catalogue })
    expect(advice.plan).toBeNull()
    const { text } = statusMessage(status, advice, { record: trackRecordOf([]), note: null })
    expect(text).toContain('Next: let Cloud SQL Admin API answer (it answered 403).')
  })
})

describe('a backlog', () => {
  const tasks = (value: number): Fact => ({
    kind: 'observed',
    name: 'redis.main.backlogTasks',
    value,
    source: 'Celery',
    observedAt: saleAt,
  })

  test('that a broker was seen to hold, or that a person gives, has its drain time', () => {
    const seen = statusOf(site, [tasks(12_000)], { now: saleAt }).backlogs
    // 2 x 4 tasks a second of which 300 users bring 3.6; facts/workload.md, 4.
    expect(seen).toMatchObject([{ backlogTasks: 12_000, instances: 2, hidden: 40 }])
    expect(seen[0]?.drainSeconds).toBeCloseTo(12_000 / (8 - (300 / 1.65) * 0.02), 6)
    expect(asked(0, site, 12_000).status.backlogs).toEqual(seen)
    expect(asked(0, site, 12_000).text).toContain(
      '12,000 tasks wait: `celery-worker` works them off in 46 min with the 2 instances that are sure',
    )
  })

  test('never drains where more comes than goes', () => {
    const { text, status } = asked(-60, announced(), 100)
    expect(status.backlogs[0]?.drainSeconds).toBeNull()
    expect(text).toContain('never works them off with the 2 instances that are sure')
  })

  test('is none where nobody knows, or what was seen is too old', () => {
    expect(asked(0, site).status.backlogs).toEqual([])
    const late = saleAt + 3_600_000
    expect(statusOf(site, [tasks(12_000)], { now: late }).backlogs).toEqual([])
  })
})
