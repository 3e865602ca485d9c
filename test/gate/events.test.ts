/** What the document announces moves the gate with time: no restart before a sale, and no yes from before it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type System, type SystemDocument, systemSchema } from '../../src/capacity/system.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { movedSince } from '../../src/gate/fingerprint.ts'
import { type Examination, examine } from '../../src/gate/gate.ts'
import { examinePlan } from '../../src/gate/plan.ts'
import { noHistory } from '../../src/gate/rules.ts'
import { catalogue } from '../../src/steps/index.ts'
import { randomSystem } from '../capacity/random-system.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { database, processOn, site, standing, upgrade } from '../runs/process.ts'
import { simulateCloud } from '../runs/simulated-world.ts'
import { handClock } from '../world/hand-clock.ts'
import { codes, examined, factsWith } from './sample.ts'

const nobody = { history: noHistory, run: null }
const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Santiago is three hours behind Greenwich in its summer: 20:00 there. */
const saleAt = Date.UTC(2026, 11, 2, 23)
const sale = {
  name: 'sale',
  from: '2026-12-02T20:00',
  to: '2026-12-02T23:00',
  timeZone: 'America/Santiago',
  users: 10_000,
}

function announced(event: Partial<typeof sale> = {}, users = { users: 10_000, baseUsers: 500 }) {
  const workload = { ...site.workload, ...users, events: [{ ...sale, ...event }] }
  return { ...site, workload }
}
const document: SystemDocument = announced()

function bound(name: string, input: object): BoundStep {
  const step = catalogue.bind(name, input)
  if ('kind' in step) throw new Error(name)
  return step
}

const at = (minutesBefore: number, step: BoundStep = upgrade, of = document): Examination => {
  const now = saleAt - minutesBefore * minuteMs
  return examined({ document: of, facts: factsWith({}, now), step, at: now })
}

describe('a restart', () => {
  test('tomorrow’s sale lets through; two minutes before it nothing restarts', () => {
    const early = at(23 * 60)
    expect(early.verdict).toBe('review')
    expect(codes(early)).not.toContain('event-near')
    const late = at(2)
    expect([late.verdict, late.reasons[0]]).toMatchObject([
      'block',
      {
        code: 'event-near',
        subject: `databases.${database}`,
        values: { event: 'sale', users: '10000', until: '2026-12-02 23:00 America/Santiago' },
      },
    ])
  })

  test.for([
    [11, 'review'],
    [10, 'block'],
    [0, 'review'],
    [-179, 'review'],
    [-180, 'review'],
  ] as const)('%d minutes before the first minute is %s', ([minutes, verdict]) => {
    // Ten minutes are twice the step's five; once the sale is on, a tier that mends a drowning CPU may.
    expect(at(minutes).verdict).toBe(verdict)
  })

  test('that mends nothing is blocked all through the sale, and allowed when it is over', () => {
    const zonal = bound('patch-cloud-sql-tier', {
      database,
      tier: 'db-custom-2-7680',
      availability: 'zonal',
    })
    expect([at(-60, zonal), at(-180, zonal)].map(({ verdict }) => verdict)).toEqual([
      'block',
      'review',
    ])
  })

  test('for a crowd no larger than what is there anyway waits for nobody', () => {
    expect(codes(at(2, upgrade, announced({ users: 300 })))).not.toContain('event-near')
  })

  test('the same wall clock elsewhere is another moment', () => {
    const kolkata = announced({ timeZone: 'Asia/Kolkata' })
    expect(at(2, upgrade, kolkata).verdict).toBe('review')
    expect(at(8.5 * 60 + 2, upgrade, kolkata).verdict).toBe('block')
  })
})

describe('what is judged', () => {
  test('is who must be carried within 24 hours, and who is there within twice the step', () => {
    const crowd = (minutes: number) => {
      const { users, nowUsers } = at(minutes).view.system.workload
      return [users, nowUsers]
    }
    expect([crowd(25 * 60), crowd(23 * 60), crowd(2), crowd(-181)]).toEqual([
      [500, 300],
      [10_000, 300],
      [10_000, 10_000],
      [500, 300],
    ])
  })

  test('scaling down is blocked before the sale and clear after it', () => {
    const down = bound('scale-service', { service: 'celery-worker', maxInstances: 5 })
    expect([at(60, down), at(-181, down)].map(({ verdict }) => verdict)).toEqual(['block', 'clear'])
  })

  test('a load test of four hours meets a sale in seven, one of 20 minutes does not', () => {
    const load = (minutes: number) => bound('start-load-test', { users: 100, minutes })
    const crowd = ({ view }: Examination) => view.system.workload.nowUsers
    expect([crowd(at(7 * 60, load(240))), crowd(at(7 * 60, load(20)))]).toEqual([10_000, 300])
  })

  test('a sale of three hours is no month’s cost', () => {
    const cost = (minutes: number) => at(minutes).judged.costDeltaUsd
    expect(cost(-1)).toBe(cost(60))
  })
})

describe('a plan', () => {
  const plan = (...steps: readonly BoundStep[]) => ({
    at: (minutesBefore: number) => {
      const now = saleAt - minutesBefore * minuteMs
      const items = steps.map((step) => ({ kind: 'step', step, why: null }) as const)
      const runbook = null
      return examinePlan({ document, facts: [], items, reservations: [], ...nobody, now, runbook })
    },
  })
  const backup = bound('create-backup', { database })

  test('is judged step by step, each in its turn: a restart behind a backup meets the sale', () => {
    const rehearsed = plan(backup, upgrade)
    // The backup takes ten minutes, and an event counts as now within ten of the restart's start.
    expect([rehearsed.at(25).outside, rehearsed.at(25).verdict]).toEqual([[], 'review'])
    expect(rehearsed.at(15)).toMatchObject({ outside: [{ code: 'event-near' }], verdict: 'block' })
    expect(plan(upgrade).at(15).outside).toEqual([])
  })

  test('carries no step’s crowd over to the next', () => {
    const users = ({ rehearsed: { items } }: ReturnType<ReturnType<typeof plan>['at']>) =>
      items.map((item) => (item.kind === 'step' ? item.before.workload.nowUsers : null))
    const quick = bound('retarget-alert', { alert: 'db-connections', threshold: 400 })
    expect(users(plan(backup, quick).at(19))).toEqual([10_000, 300])
  })
})

describe('a yes from before', () => {
  const moved = (shown: number, fresh: number, step = upgrade) =>
    movedSince(at(shown, step), at(fresh, step)).map(({ what }) => what)

  test('does not hold when an event came near since, though every reason was there already', () => {
    const rollOut = bound('set-gunicorn', { service: 'backend', threads: 2 })
    expect(moved(23 * 60, 2, rollOut)).toContain('event')
    expect(moved(23 * 60, 2)).toEqual(expect.arrayContaining(['verdict', 'event']))
  })

  test('does not hold when the event came within 24 hours since: more must be carried', () => {
    expect(moved(24 * 60 + 5, 24 * 60 - 5)).toContain('users')
  })

  test('holds while it comes no nearer, and when it is over', () => {
    expect(moved(60, 40)).toEqual([])
    expect(moved(-179, -181)).toEqual([])
  })

  test('voids the approval of a run: it is judged again and blocked, and nothing is sent', async () => {
    const clock = handClock()
    const event = {
      from: new Date(clock.now() + 25 * minuteMs).toISOString().slice(0, 19),
      to: new Date(clock.now() + 4 * hourMs).toISOString().slice(0, 19),
      timeZone: 'UTC',
    }
    const cloud = simulateCloud({ clock })
    const bot = processOn({
      ledger: memoryLedger(clock),
      clock,
      cloud,
      document: announced(event),
    })
    const run = await bot.asked()
    clock.forward(20 * minuteMs)
    const ended = await bot.approved(run)
    expect(standing(ended)).toBe('ended: blocked')
    expect(ended.record.moved?.map(({ what }) => what)).toContain('event')
    expect(await bot.events(run.id)).toEqual(
      expect.arrayContaining(['consent-given', 'approval-voided', 'step-blocked']),
    )
    expect(cloud.writes()).toBe(0)
  })
})

const examples = catalogue.entries.flatMap(({ name, examples: [input = {}] }) => {
  const step = catalogue.bind(name, input)
  return 'kind' in step ? [] : [step]
})
const tiers = ['db-custom-4-15360', 'db-custom-16-61440']

function stepsOn(system: System): readonly BoundStep[] {
  const [name = ''] = Object.keys(system.databases)
  const resizes = tiers.map((tier) => bound('patch-cloud-sql-tier', { database: name, tier }))
  const scales = Object.keys(system.services).map((service) =>
    bound('scale-service', { service, minInstances: 1, maxInstances: 12 }),
  )
  return [...resizes, ...scales, ...examples].filter((step) => step.missing(system) === null)
}

const rank = { clear: 0, review: 1, block: 2 } as const
/** An event moves no price: without it the month would be one long sale. */
const withoutPrices = (examination: Examination) =>
  codes(examination).filter((code) => code !== 'cost-rises')

test('an event makes no verdict milder than the same crowd without a name would', () => {
  let met = 0
  fc.assert(
    fc.property(
      randomSystem,
      fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 30 * 60 })),
      fc.integer({ min: 0, max: 20_000 }),
      (system, minutes, users) => {
        const now = saleAt - minutes * minuteMs
        const event = { ...sale, users }
        const own = systemSchema.parse({
          ...system,
          workload: { ...system.workload, events: [event] },
        })
        for (const step of stepsOn(system)) {
          const ask = (one: SystemDocument) =>
            examine({ document: one, facts: [], step, reservations: [], ...nobody, now })
          const named = ask(own)
          const { usualNowUsers: _usual, events: _events, ...crowd } = named.view.system.workload
          const nameless = ask(systemSchema.parse({ ...system, workload: crowd }))
          const meets = codes(named).includes('event-near')
          if (meets) met += 1
          expect(withoutPrices(named).filter((code) => code !== 'event-near')).toEqual(
            withoutPrices(nameless),
          )
          const least = withoutPrices(nameless).length === 0 ? 0 : rank[nameless.verdict]
          expect(rank[named.verdict]).toBeGreaterThanOrEqual(meets ? 2 : least)
        }
      },
    ),
    { numRuns: 30, seed: 20261124 },
  )
  expect(met).toBeGreaterThan(5)
})

test('without events time moves nothing: what is said a day later is the same to the byte', () => {
  fc.assert(
    fc.property(randomSystem, fc.integer({ min: 1, max: 23 * 60 }), (system, minutes) => {
      const own = systemSchema.parse(system)
      // One UTC day: the end of life of a version is a matter of days.
      const midnight = Date.UTC(2026, 11, 2)
      for (const step of stepsOn(system)) {
        const said = [midnight, midnight + minutes * minuteMs].map((now) => {
          const { verdict, reasons, fingerprint, view, judged } = examine({
            ...{ document: own, facts: [], step, reservations: [], ...nobody, now },
          })
          expect(judged.crowd).toBeNull()
          return JSON.stringify({ verdict, reasons, fingerprint, system: view.system })
        })
        expect(said[1]).toBe(said[0])
      }
    }),
    { numRuns: 30, seed: 20261124 },
  )
})
