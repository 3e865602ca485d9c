/** What is true of the model on any System. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assess, assessAt } from '../../src/capacity/assess.ts'
import { atUsers } from '../../src/capacity/at-users.ts'
import { maxConnections } from '../../src/capacity/cloud-sql.ts'
import { judge } from '../../src/capacity/compare.ts'
import type { Assessment } from '../../src/capacity/finding.ts'
import { laws } from '../../src/capacity/laws/catalogue.ts'
import { parseSystem } from '../../src/capacity/parse.ts'
import { restart } from '../../src/capacity/phases.ts'
import type { System } from '../../src/capacity/system.ts'
import { golden, today } from './golden.ts'
import { enterpriseTiers, randomSystem } from './random-system.ts'

const often = { numRuns: 300 }
const context = { today }
const quickly = { today, withSupportedUsers: false }

describe('on any valid System', () => {
  it('is valid for the parser too', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        expect(parseSystem(JSON.stringify(system), 'random.json').kind).toBe('system')
      }),
      often,
    )
  })

  it('headroom and demand make the limit, no number is NaN or infinite, and nothing throws', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const assessments = [
          assess(system, context),
          assessAt(system, { users: system.workload.nowUsers }, quickly),
        ]
        for (const finding of assessments.flatMap(({ findings }) => findings)) {
          const { demand, limit, headroom } = finding
          for (const one of [demand, limit, headroom])
            if (one !== null && one !== undefined) expect(Number.isFinite(one)).toBe(true)
          if (finding.severity === 'unknown') expect(finding.missing).toBeTypeOf('string')
          else if (typeof demand === 'number' && typeof limit === 'number')
            expect((headroom ?? Number.NaN) + demand).toBeCloseTo(limit, 6)
        }
      }),
      often,
    )
  })

  it('every derivation ends in the numbers of its finding', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        for (const finding of assess(system, quickly).findings) {
          const terms = finding.derivation()
          for (const side of ['demand', 'limit'] as const) {
            const number = finding[side]
            if (number === undefined || number === null) continue
            const term = terms.find((one) => one.term === side)
            expect(Number(term?.value), `${finding.law} ${side}`).toBeCloseTo(number, 6)
          }
          for (const { formula, source } of terms) expect(formula + source).not.toMatch(/NaN|undef/)
        }
      }),
      often,
    )
  })

  it('every finding that rests on the workload says in its derivation whether it was measured', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const { source } = system.workload
        const quiet = assessAt(system, { users: system.workload.nowUsers }, quickly)
        for (const finding of [...assess(system, quickly).findings, ...quiet.findings]) {
          const said = finding.derivation().find(({ term }) => term === 'workload')?.value
          if (finding.assumed) expect(said, finding.law).toBe('assumed')
          else expect([source, undefined], finding.law).toContain(said)
        }
        expect(quiet.findings.every(({ assumed }) => assumed === (source === 'assumed'))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('findings come worst first', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const order = ['broken', 'unknown', 'tight', 'ok']
        const found = assess(system, quickly).findings.map(({ severity }) =>
          order.indexOf(severity),
        )
        expect(found).toEqual(found.toSorted((one, other) => one - other))
      }),
      often,
    )
  })

  it('renaming services, databases, poolers and stores changes nothing but names', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const plain = assess(system, context)
        const other = assess(renamed(system), context)
        const numbers = ({ findings }: Assessment) =>
          findings
            .map(({ law, severity, demand, limit }) =>
              JSON.stringify([law, severity, demand, limit]),
            )
            .sort()
        expect(numbers(other)).toEqual(numbers(plain))
        expect(other.supportedUsers).toBe(plain.supportedUsers)
      }),
      often,
    )
  })

  it('a step that changes nothing is clear, a restart is at least review', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const same = judge(
          system,
          { phases: [], after: structuredClone(system) },
          { today, needs: [] },
        )
        expect([same.verdict, same.reasons.map(({ code }) => code)]).toEqual([
          'clear',
          ['no-change'],
        ])
        const [database = ''] = Object.keys(system.databases)
        const phase = restart(system, { database, secondsMax: 60, source: 'test' })
        const after = { ...system, workload: { ...system.workload } }
        expect(judge(system, { phases: [phase], after }, { today, needs: [] }).verdict).toBe(
          'review',
        )
      }),
      { numRuns: 100 },
    )
  })
})

describe('supported users', () => {
  it('by bisection equal a linear scan on small systems', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const found = assess(system, context)
        if (found.supportedUsers === null || found.supportedUsers > 400) return
        expect(found.supportedUsers).toBe(scan(system))
      }),
      often,
    )
  })

  it('every capacity law is monotone in the users', () => {
    fc.assert(
      fc.property(randomSystem, fc.nat(30_000), fc.nat(30_000), (system, one, other) => {
        const [few, many] = [Math.min(one, other), Math.max(one, other)]
        const at = atUsers(system, { users: few, scale: 'planned', today })
        for (const law of laws.filter(({ capacity }) => capacity))
          if (law.isBroken(at)) expect(law.isBroken({ ...at, users: many }), law.id).toBe(true)
      }),
      often,
    )
  })

  it('never fall when max_connections, a tier, maxClientConn or maxClients rise', () => {
    fc.assert(
      fc.property(randomSystem, fc.integer({ min: 1, max: 500 }), (system, more) => {
        const before = users(system)
        expect(users(raisedClients(system, more))).toBeGreaterThanOrEqual(before)
        expect(users(raisedTiers(system))).toBeGreaterThanOrEqual(before)
        expect(users(raisedMaxConnections(system, more))).toBeGreaterThanOrEqual(before)
      }),
      often,
    )
  })

  it('are 0 with django-database binding where Django refuses to start', () => {
    const system = golden('today')
    const backend = system.services.backend
    if (backend?.kind !== 'web') throw new Error('no backend')
    const django = { connMaxAgeSeconds: 600, pool: { minSize: 2, maxSize: 10 } }
    const after = { ...system, services: { ...system.services, backend: { ...backend, django } } }
    const { supportedUsers: carried, binding } = assess(after, context)
    expect([carried, binding]).toEqual([
      0,
      [{ law: 'django-database', subject: 'services.backend' }],
    ])
  })
})

function users(system: System): number {
  return assess(system, context).supportedUsers ?? Number.POSITIVE_INFINITY
}

function scan(system: System): number {
  const laws_ = laws.filter(({ capacity }) => capacity)
  const base = atUsers(system, { users: 1, scale: 'planned', today })
  if (assess(system, context).binding.some(({ law }) => law === 'django-database')) return 0
  let carried = 0
  while (!laws_.some((law) => law.isBroken({ ...base, users: carried + 1 }))) carried += 1
  return carried
}

function raisedClients(system: System, more: number): System {
  return {
    ...system,
    poolers: mapped(system.poolers, (it) => ({ ...it, maxClientConn: it.maxClientConn + more })),
    redis: mapped(system.redis, (it) => ({ ...it, maxClients: it.maxClients + more })),
  }
}

/** The next larger tier for each primary. */
function raisedTiers(system: System): System {
  return {
    ...system,
    databases: mapped(system.databases, (it) => {
      const tiers: readonly string[] = enterpriseTiers
      const index = tiers.indexOf(it.tier)
      return { ...it, tier: tiers[index < 0 ? index : index + 1] ?? it.tier }
    }),
  }
}

function raisedMaxConnections(system: System, more: number): System {
  return {
    ...system,
    databases: mapped(system.databases, (it) => {
      const max_connections = String((maxConnections(it) ?? 0) + more)
      return { ...it, flags: { ...it.flags, max_connections } }
    }),
  }
}

function mapped<Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, it]) => [name, change(it)]))
}

function renamed(system: System): System {
  const other = (name: string) => (name === 'direct' ? name : `the-${name}`)
  const rename = <Value>(record: Readonly<Record<string, Value>>, change: (it: Value) => Value) =>
    Object.fromEntries(Object.entries(record).map(([name, it]) => [other(name), change(it)]))
  return {
    ...system,
    services: rename(system.services, (it) => ({
      ...it,
      ...(it.database === undefined
        ? undefined
        : { database: { name: other(it.database.name), through: other(it.database.through) } }),
      ...(it.redis === undefined ? undefined : { redis: other(it.redis) }),
    })),
    databases: rename(system.databases, (it) => ({
      ...it,
      replicas: rename(it.replicas, (one) => one),
    })),
    poolers: rename(system.poolers, (it) => ({ ...it, database: other(it.database) })),
    redis: rename(system.redis, (it) => it),
    alerts: rename(system.alerts, (it) => ({ ...it, database: other(it.database) })),
  }
}
