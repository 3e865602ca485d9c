/**
 * Tiers and the table of max_connections: each boundary from both sides. facts/cloudsql.md, 1 and
 * 2.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultMaxConnections, maxConnectionsSteps } from '../../src/capacity/cloud-sql.ts'
import { nearestTiers, readTier, tierProblem } from '../../src/capacity/tier.ts'

describe('a tier', () => {
  it.each([
    ['db-custom-1-3840', 'enterprise', null],
    ['db-custom-1-6656', 'enterprise', null],
    ['db-custom-1-6912', 'enterprise', 'memory_per_vcpu_high'],
    ['db-custom-1-3584', 'enterprise', 'memory_minimum'],
    ['db-custom-0-3840', 'enterprise', 'vcpu'],
    ['db-custom-02-7680', 'enterprise', 'name'],
    ['db-custom-2-07680', 'enterprise', 'name'],
    ['DB-CUSTOM-2-7680', 'enterprise', 'name'],
    ['db-custom-2-7680 ', 'enterprise', 'name'],
    ['db-custom-96-88576', 'enterprise', null],
    ['db-custom-96-88320', 'enterprise', 'memory_per_vcpu_low'],
    ['db-custom-N4-80-655360', 'enterprise', null],
    ['db-custom-N4-82-655360', 'enterprise', 'vcpu'],
    ['db-custom-N4-8-15360', 'enterprise', 'memory_per_vcpu_low'],
    ['db-perf-optimized-N-128', 'enterprise-plus', null],
    ['db-perf-optimized-N-3', 'enterprise-plus', 'vcpu'],
    ['db-c4a-highmem-72', 'enterprise-plus', null],
    ['db-perf-optimized-N-2', 'enterprise', 'edition'],
    ['db-custom-2-7680', 'enterprise-plus', 'edition'],
    ['db-g1-small', 'enterprise-plus', 'edition'],
  ] as const)('%s for %s: %s', (name, edition, problem) => {
    expect(tierProblem(name, edition)).toBe(problem)
  })

  it('of Enterprise Plus has 8 GiB per vCPU, the largest 864 GiB', () => {
    expect(readTier('db-perf-optimized-N-8')).toMatchObject({ vcpus: 8, memoryMib: 65_536 })
    expect(readTier('db-perf-optimized-N-128')).toMatchObject({ memoryMib: 884_736 })
  })

  it.each([
    ['db-custom-3-7680', ['db-custom-2-7680', 'db-custom-4-7680']],
    ['db-custom-2-7700', ['db-custom-2-7680', 'db-custom-2-7936']],
    ['db-custom-8-4096', ['db-custom-8-7424']],
    ['db-custom-98-638976', ['db-custom-96-638976']],
    ['db-n1-standard-2', ['db-custom-2-7680']],
    ['db-custom-2', ['db-custom-2-7680']],
    ['banana', ['db-custom-2-7680']],
  ])('the nearest to %s are %j', (name, nearest) => {
    expect(nearestTiers(name, 'enterprise')).toEqual(nearest)
  })

  it('every nearest tier is one of the edition', () => {
    const name = fc.oneof(
      fc.tuple(fc.nat(200), fc.nat(900_000)).map(([cpu, mib]) => `db-custom-${cpu}-${mib}`),
      fc.nat(300).map((cpu) => `db-perf-optimized-N-${cpu}`),
      fc.string(),
    )
    fc.assert(
      fc.property(name, fc.constantFrom('enterprise', 'enterprise-plus'), (text, edition) => {
        const nearest = nearestTiers(text, edition)
        expect(nearest.length).toBeGreaterThan(0)
        for (const one of nearest) expect(tierProblem(one, edition)).toBeNull()
      }),
    )
  })
})

describe('the default of max_connections', () => {
  it.each(maxConnectionsSteps.map((step, index) => ({ ...step, index })))(
    'is $maxConnections from $fromMib MiB, and less just below',
    ({ fromMib, maxConnections, index }) => {
      const below = maxConnectionsSteps[index + 1]?.maxConnections ?? 25
      expect(defaultMaxConnections(fromMib)).toBe(maxConnections)
      expect(defaultMaxConnections(fromMib - 1)).toBe(below)
    },
  )
})
