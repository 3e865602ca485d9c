/** Events: what must be carried, and what is there while a step runs. */
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/capacity/assess.ts'
import { judge } from '../../src/capacity/compare.ts'
import { comingEvents, systemAt } from '../../src/capacity/events.ts'
import { instantOf } from '../../src/capacity/local-time.ts'
import { parseSystem } from '../../src/capacity/parse.ts'
import { withScale } from '../../src/capacity/service-changes.ts'
import type { System } from '../../src/capacity/system.ts'
import { golden, today } from './golden.ts'
import { bound } from './predictions.ts'

const site = golden('today')
const timeZone = 'America/Santiago'
const sale = {
  name: 'sale',
  from: '2026-12-01T09:00',
  to: '2026-12-01T14:00',
  timeZone,
  users: 10_000,
}
const quiet: System = {
  ...site,
  workload: { ...site.workload, users: 10_000, baseUsers: 500, events: [sale] },
}
const minuteMs = 60_000
/** Santiago is three hours behind Greenwich in its summer. */
const saleAt = Date.UTC(2026, 11, 1, 12, 0)

const at = (minutesBefore: number, stepMinutes = 5) =>
  systemAt(quiet, { now: saleAt - minutesBefore * minuteMs, stepMinutes }).workload

describe('what must be carried', () => {
  it.each([
    [26 * 60, 500],
    [24 * 60, 10_000],
    [0, 10_000],
    [-4 * 60, 10_000],
    [-5 * 60, 500],
  ])('%d minutes before the sale: %d users', (minutesBefore, users) => {
    expect(at(minutesBefore).users).toBe(users)
  })

  it("is the document's where no base is given and no event is near", () => {
    const { baseUsers: _base, ...workload } = quiet.workload
    const far = systemAt({ ...quiet, workload }, { now: saleAt - 9e9, stepMinutes: 0 })
    expect(far.workload.users).toBe(10_000)
  })

  it('without events is what it was', () => {
    expect(systemAt(site, { now: saleAt, stepMinutes: 5 })).toBe(site)
  })
})

describe('while a step runs', () => {
  it.each([
    [11, 5, 300],
    [10, 5, 10_000],
    [2, 1, 10_000],
    [-60, 5, 10_000],
    [-301, 5, 300],
  ])('%d minutes before the sale, a step of %d minutes has %d users', (before, minutes, users) => {
    expect(at(before, minutes).nowUsers).toBe(users)
  })

  it('no restart is clear two minutes before a sale: 10,000 users would be there', () => {
    const step = bound('patch-cloud-sql-tier', {
      database: 'tuki-db-prod',
      tier: 'db-custom-8-30720',
    })
    const now = systemAt(quiet, { now: saleAt - 2 * minuteMs, stepMinutes: step.minutes })
    const prediction = step.predict(now)
    if ('code' in prediction) throw new Error(prediction.code)
    const { reasons } = judge(now, prediction, { today, needs: [] })
    expect(reasons.find(({ code }) => code === 'disruption')?.values).toMatchObject({
      nowUsers: 10_000,
    })
  })

  it('scaling down is blocked before the sale and allowed after it', () => {
    const verdictAt = (now: number) => {
      const system = systemAt(quiet, { now, stepMinutes: 5 })
      const after = withScale(system, { service: 'celery-worker', maxInstances: 5 })
      if ('code' in after) throw new Error(after.code)
      return judge(system, { phases: [], after }, { today, needs: [] }).verdict
    }
    expect([verdictAt(saleAt - minuteMs), verdictAt(saleAt + 10 * 60 * minuteMs)]).toEqual([
      'block',
      'clear',
    ])
  })
})

describe('coming events', () => {
  const law = ({ law: id }: { law: string }) => id

  it('say whether they are carried, and what breaks', () => {
    const later = {
      ...sale,
      name: 'small',
      from: '2026-12-02T09:00',
      to: '2026-12-02T10:00',
      users: 900,
    }
    const system = { ...quiet, workload: { ...quiet.workload, events: [later, sale] } }
    const assessment = assess(system, { today })
    const coming = comingEvents(system, { now: saleAt - minuteMs, today, assessment })
    expect(coming.map(({ name, isCarried, breaks }) => [name, isCarried, breaks.map(law)])).toEqual(
      [
        ['sale', false, ['db-connections', 'db-cpu', 'celery-throughput']],
        ['small', true, []],
      ],
    )
    expect(comingEvents(system, { now: saleAt + 1e12, today, assessment })).toEqual([])
  })
})

describe('a local time', () => {
  const london = 'Europe/London'
  const read = (local: string, edge: 'from' | 'to', zone = london) => {
    const instant = instantOf(local, { timeZone: zone, edge })
    return instant === null ? null : new Date(instant).toISOString()
  }

  it('is read where it is', () => {
    expect(read('2026-12-01T09:00', 'from', timeZone)).toBe('2026-12-01T12:00:00.000Z')
    expect(read('2026-07-01T09:00:30', 'from', london)).toBe('2026-07-01T08:00:30.000Z')
    expect(read('2026-07-01T09:00', 'to', 'Asia/Kolkata')).toBe('2026-07-01T03:30:00.000Z')
  })

  it('that there is twice makes the window longer', () => {
    // Clocks go back from 02:00 to 01:00 on 2026-10-25.
    expect(read('2026-10-25T01:30', 'from')).toBe('2026-10-25T00:30:00.000Z')
    expect(read('2026-10-25T01:30', 'to')).toBe('2026-10-25T01:30:00.000Z')
    expect(read('2026-10-25T02:30', 'from')).toBe('2026-10-25T02:30:00.000Z')
    expect(read('2026-10-24T23:30', 'to')).toBe('2026-10-24T22:30:00.000Z')
  })

  it('that there is not makes the window longer', () => {
    // Clocks go forward from 01:00 to 02:00 on 2026-03-29.
    expect(read('2026-03-29T01:30', 'from')).toBe('2026-03-29T00:30:00.000Z')
    expect(read('2026-03-29T01:30', 'to')).toBe('2026-03-29T01:30:00.000Z')
  })

  it.each(['2026-02-30T09:00', '2026-12-01 09:00', 'tomorrow', '2026-12-01T25:00'])(
    '%s is none',
    (local) => {
      expect(read(local, 'from')).toBeNull()
    },
  )

  it('and a time zone that there is not is refused in the document', () => {
    const problemOf = (event: Partial<typeof sale>) => {
      const workload = { ...site.workload, events: [{ ...sale, ...event }] }
      const parsed = parseSystem(JSON.stringify({ ...site, workload }), 'x.json')
      return parsed.kind === 'invalid' ? parsed.problems.map(({ path }) => path) : []
    }
    expect(problemOf({ timeZone: 'Mars/Olympus' })).toEqual(['workload.events.0.timeZone'])
    expect(problemOf({ from: 'noon' })).toEqual(['workload.events.0.from'])
    expect(problemOf({ to: '2026-12-01T08:00' })).toEqual(['workload.events.0.to'])
    expect(problemOf({})).toEqual([])
  })
})
