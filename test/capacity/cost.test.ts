/** The golden prices, and what the example costs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { assess } from '../../src/capacity/assess.ts'
import { withTier } from '../../src/capacity/changes.ts'
import { judge } from '../../src/capacity/compare.ts'
import { costOf } from '../../src/capacity/cost.ts'
import {
  busyUsdPerMonth,
  idleUsdPerMonth,
  requestsUsdPerMonth,
  secondsPerMonth,
  sqlUsdPerMonth,
} from '../../src/capacity/prices.ts'
import type { System } from '../../src/capacity/system.ts'
import { type CapacityCase, capacityCases, golden, today } from './golden.ts'
import { randomSystem } from './random-system.ts'

const site = golden('today')
const count = z.number()
const centTolerance = 0.005

describe('the golden prices are met', () => {
  const groups: Readonly<Record<string, (given: CapacityCase['given']) => object>> = {
    monthly_cost: sqlCase,
    cloud_run_cost: runCase,
  }
  const cases = capacityCases.filter(({ group }) => Object.hasOwn(groups, group))

  it('every group has cases', () => {
    expect(new Set(cases.map(({ group }) => group))).toEqual(new Set(Object.keys(groups)))
  })

  it.each(cases)('$id', ({ group, given, expect: expected }) => {
    const found = new Map(Object.entries(groups[group]?.(given) ?? {}))
    for (const [name, value] of Object.entries(expected))
      expect(Math.abs(found.get(name) - Number(value)), name).toBeLessThanOrEqual(centTolerance)
  })
})

const sqlShape = z.object({
  vcpu: count,
  memory_mib: count,
  disk_gb: count,
  high_availability: z.boolean(),
})

function sqlCase(given: CapacityCase['given']): object {
  const asked = z.object({ from: sqlShape, to: sqlShape }).safeParse(given)
  if (!asked.success) {
    const { computeUsd, diskUsd } = sqlUsd(sqlShape.parse(given))
    const total = computeUsd + diskUsd
    return { compute_usd_month: computeUsd, disk_usd_month: diskUsd, total_usd_month: total }
  }
  const [from, to] = [asked.data.from, asked.data.to].map(({ vcpu, memory_mib }) =>
    tiered(`db-custom-${vcpu}-${memory_mib}`),
  )
  if (from === undefined || to === undefined) throw new Error('two tiers')
  const { costDeltaUsd } = judge(from, { phases: [], after: to }, { today, needs: [] })
  const delta = (costOf(to).monthlyUsd.expected ?? 0) - (costOf(from).monthlyUsd.expected ?? 0)
  expect(costDeltaUsd).toBe(Math.round(delta))
  const slots = limitOf(to) - limitOf(from)
  return {
    delta_usd_month: delta,
    delta_max_connections: slots,
    usd_month_per_added_connection: delta / slots,
  }
}

function sqlUsd({ vcpu, memory_mib, disk_gb, high_availability }: z.infer<typeof sqlShape>) {
  const shape = { vcpus: vcpu, memoryMib: memory_mib, diskGb: disk_gb }
  return sqlUsdPerMonth({ ...shape, regional: high_availability, plus: false })
}

function tiered(tier: string): System {
  const after = withTier(site, { database: 'tuki-db-prod', tier })
  if ('code' in after) throw new Error(after.code)
  return after
}

function limitOf(system: System): number {
  const { findings } = assess(system, { today, withSupportedUsers: false })
  return findings.find(({ law }) => law === 'db-connections')?.limit ?? Number.NaN
}

function runCase(given: CapacityCase['given']): object {
  const asked = z
    .object({
      billing: z.enum(['instance_based', 'request_based', 'worker_pool']),
      active_instances: count,
      vcpu: count,
      memory_gib: count,
      active_fraction_of_month: count,
      requests_per_month: count,
      idle_min_instances: count,
    })
    .parse(given)
  const billings = { instance_based: 'instance', request_based: 'request' } as const
  const billing = asked.billing === 'worker_pool' ? 'worker-pool' : billings[asked.billing]
  const shape = { vcpus: asked.vcpu, memoryGib: asked.memory_gib }
  const busy = asked.active_instances * asked.active_fraction_of_month
  const usd =
    busy * busyUsdPerMonth(billing, shape) +
    asked.idle_min_instances * idleUsdPerMonth(billing, shape) +
    requestsUsdPerMonth(billing, asked.requests_per_month / secondsPerMonth)
  return { usd_month: usd }
}

describe('the monthly cost', () => {
  it('of the example is 4,331 USD today, and of the well-planned one far less', () => {
    expect(costOf(site).monthlyUsd.expected).toBeCloseTo(4_331.3, 1)
    expect(costOf(golden('well-planned')).monthlyUsd.expected).toBeLessThan(4_000)
  })

  it('lies between a quiet month and one at the maximum', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const { low, expected, high } = costOf(system).monthlyUsd
        if (low === null || expected === null || high === null) return
        expect(low).toBeLessThanOrEqual(expected + 1e-6)
        expect(expected).toBeLessThanOrEqual(high + 1e-6)
      }),
    )
  })

  it('is the sum of its lines, and the finding says the same number', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const { monthlyUsd, lines } = costOf(system)
        const finding = assess(system, { today, withSupportedUsers: false }).findings.find(
          ({ law }) => law === 'monthly-cost',
        )
        expect(finding?.demand).toBe(monthlyUsd.expected)
        if (monthlyUsd.expected === null) expect(finding?.severity).toBe('unknown')
        else {
          const sum = lines.reduce((usd, line) => usd + (line.monthlyUsd.expected ?? 0), 0)
          expect(sum).toBeCloseTo(monthlyUsd.expected, 6)
        }
      }),
    )
  })

  it('is unknown, never smaller, where a region or a machine has no price', () => {
    const elsewhere = costOf({ ...site, region: 'europe-west1' })
    expect(elsewhere.monthlyUsd).toEqual({ low: null, expected: null, high: null })
    const shared = costOf(tiered('db-g1-small'))
    expect(shared.monthlyUsd.expected).toBeNull()
    expect(shared.lines.map(({ subject, monthlyUsd }) => [subject, monthlyUsd.low])).toContainEqual(
      ['databases.tuki-db-prod', null],
    )
    expect(costOf(tiered('db-f1-micro')).monthlyUsd.expected).toBeGreaterThan(0)
  })

  it('is unknown while a fact that it reads is', () => {
    const unknown = ['databases.tuki-db-prod.tier']
    const { monthlyUsd, lines } = costOf(site, { unknown })
    expect(monthlyUsd.expected).toBeNull()
    expect(lines.filter((line) => line.monthlyUsd.expected === null)).toHaveLength(1)
    expect(costOf(site, { unknown: ['databases.tuki-db-prod.version'] })).toEqual(costOf(site))
  })

  it('says when it leaves the budget, and never blocks', () => {
    const roomy = { ...site, policy: { ...site.policy, monthlyBudgetUsd: 4_500 } }
    const after = withTier(roomy, { database: 'tuki-db-prod', tier: 'db-custom-8-30720' })
    if ('code' in after) throw new Error(after.code)
    const { verdict, reasons } = judge(roomy, { phases: [], after }, { today, needs: [] })
    expect(verdict).toBe('review')
    expect(reasons.find(({ code }) => code === 'cost-rises')?.values).toMatchObject({
      leavesBudget: true,
      budgetUsd: 4_500,
    })
  })

  it('counts idle minimum instances and requests where requests are billed', () => {
    const { backend } = site.services
    if (backend?.kind !== 'web') throw new Error('no backend')
    const services = { ...site.services, backend: { ...backend, billing: 'request' as const } }
    const quiet = { ...site.workload, nowUsers: 0, peakHoursPerDay: 0 }
    const [line] = costOf({ ...site, services, workload: quiet }).lines
    // Three idle instances of 4 vCPU and 8 GiB. facts/workload.md, 2
    expect(line?.monthlyUsd.expected).toBeCloseTo(236.52, 2)
  })
})
