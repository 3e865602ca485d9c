/** What a law reads of a System, and what it says when that is unknown. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assess, readsOf } from '../../src/capacity/assess.ts'
import type { Assessment, Finding } from '../../src/capacity/finding.ts'
import { type System, systemSchema } from '../../src/capacity/system.ts'
import { isWithin } from '../../src/capacity/trace.ts'
import { golden, today } from './golden.ts'
import { randomSystem } from './random-system.ts'

const often = { numRuns: 300 }
const context = { today }
const quickly = { today, withSupportedUsers: false }

describe('facts', () => {
  it('a field that a law does not read never changes its finding', () => {
    fc.assert(
      fc.property(randomSystem, fc.nat(), (system, pick) => {
        const fields = leavesOf(system).filter(({ path }) => isSetting(path))
        const field = fields[pick % fields.length]
        if (field === undefined) return
        const changed = systemSchema.safeParse(setAt(system, field))
        if (!changed.success) return
        const reads = readsOf(system, context)
        const after = byKey(assess(changed.data, quickly))
        for (const [key, finding] of byKey(assess(system, quickly))) {
          const isRead = [...(reads.get(key) ?? [])].some(
            (read) => isWithin(read, field.path) || isWithin(field.path, read),
          )
          // Whether a subject is there at all (a broker, a pooler in use) is no reading of its
          // finding.
          if (!isRead && after.has(key))
            expect(numbersOf(after.get(key)), `${field.path}: ${key}`).toEqual(numbersOf(finding))
        }
      }),
      { numRuns: 600 },
    )
  })

  it('an unknown fact makes exactly the findings unknown that read it, with its name', () => {
    fc.assert(
      fc.property(randomSystem, fc.nat(), (system, pick) => {
        const fields = leavesOf(system).filter(({ path }) => isSetting(path))
        const fact = fields[pick % fields.length]?.path ?? ''
        const reads = readsOf(system, context)
        const plain = byKey(assess(system, quickly))
        for (const [key, finding] of byKey(assess(system, { ...quickly, unknown: [fact] }))) {
          const isRead = [...(reads.get(key) ?? [])].some((read) => read === fact)
          if (isRead) expect([finding.severity, finding.missing]).toEqual(['unknown', fact])
          else expect(numbersOf(finding), `${fact}: ${key}`).toEqual(numbersOf(plain.get(key)))
        }
      }),
      { numRuns: 600 },
    )
  })

  it('what a finding calls assumed is what reads the workload', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const reads = readsOf(system, context)
        for (const [key, { assumed }] of byKey(assess(system, quickly))) {
          const usesWorkload = [...(reads.get(key) ?? [])].some((read) =>
            read.startsWith('workload.'),
          )
          const isAssumed = usesWorkload && system.workload.source === 'assumed'
          if (isAssumed) expect(assumed, key).toBe(true)
          if (system.workload.source === 'measured') expect(assumed, key).toBe(false)
        }
      }),
      often,
    )
  })

  it('of the example: without the tier nobody knows memory, cores, slots and users', () => {
    const unknown = ['databases.tuki-db-prod.tier']
    const assessment = assess(golden('today'), { today, unknown })
    const hidden = assessment.findings.filter(({ severity }) => severity === 'unknown')
    expect(hidden.map(({ law, missing }) => [law, missing])).toEqual([
      ['db-connections', unknown[0]],
      ['db-memory', unknown[0]],
      ['db-cpu', unknown[0]],
      ['tier-valid', unknown[0]],
      ['alert-fires', unknown[0]],
      ['response-time', unknown[0]],
      ['monthly-cost', unknown[0]],
    ])
    expect(hidden[0]).toMatchObject({ demand: 1_890, limit: null, headroom: null })
    expect([assessment.supportedUsers, assessment.binding]).toEqual([null, []])
  })

  it('a flag that is set stands in the place of the tier', () => {
    const system = golden('flag-pins-through-resize')
    const unknown = ['databases.tuki-db-prod.tier']
    const { findings } = assess(system, { today, unknown })
    expect(findings.find(({ law }) => law === 'db-connections')?.severity).toBe('broken')
  })

  it('a tier that no system could have leaves what it decides unknown, and is not valid', () => {
    const system = golden('today')
    const [database] = Object.values(system.databases)
    if (database === undefined) throw new Error('no database')
    const databases = { 'tuki-db-prod': { ...database, tier: 'db-custom-3-7680' } }
    const { findings } = assess({ ...system, databases }, { today })
    const of = (id: string) => findings.find(({ law }) => law === id)
    expect(of('tier-valid')).toMatchObject({ severity: 'broken', holds: false })
    expect(of('db-cpu')).toMatchObject({
      severity: 'unknown',
      limit: null,
      missing: 'databases.tuki-db-prod.tier',
    })
  })

  it('a major version whose end of life nobody told is unknown', () => {
    const system = golden('today')
    const [database] = Object.values(system.databases)
    if (database === undefined) throw new Error('no database')
    const databases = { 'tuki-db-prod': { ...database, version: 19 } }
    const { findings } = assess({ ...system, databases }, { today })
    expect(findings.find(({ law }) => law === 'version-supported')).toMatchObject({
      severity: 'unknown',
      holds: null,
      missing: 'end of life of PostgreSQL 19',
    })
  })

  it('each number in a derivation names where it was read', () => {
    const sourceOf = (path: string) =>
      path.endsWith('.tier') ? 'Admin API, 12 s ago' : 'system.yml'
    const { findings } = assess(golden('today'), { today, sourceOf })
    const terms = findings.find(({ law }) => law === 'db-connections')?.derivation() ?? []
    expect(terms.find(({ term }) => term === 'max_connections')).toEqual({
      term: 'max_connections',
      value: 400,
      formula: 'the default for 7680 MiB',
      source: 'Admin API, 12 s ago; facts/cloudsql.md, 1',
    })
  })
})

function byKey({ findings }: Assessment): ReadonlyMap<string, Finding> {
  return new Map(findings.map((finding) => [`${finding.law} ${finding.subject}`, finding]))
}

function numbersOf(finding: Finding | undefined) {
  if (finding === undefined) return undefined
  const { severity, demand, limit } = finding
  return { severity, demand, limit }
}

/**
 * Settings that are facts: not of what kind a thing is, nor the policy, nor `users`, which is the
 * question itself.
 */
function isSetting(path: string): boolean {
  if (path === 'workload.users' || path.endsWith('.kind')) return false
  return /^(workload|services|databases|poolers|redis|alerts)\./.test(path)
}

type Leaf = { readonly path: string; readonly value: unknown }

function leavesOf(node: unknown, path = ''): readonly Leaf[] {
  if (typeof node !== 'object' || node === null) return [{ path, value: node }]
  return Object.entries(node).flatMap(([key, child]) =>
    leavesOf(child, path === '' ? key : `${path}.${key}`),
  )
}

/** The System with another value at one field: a number is raised, a choice is turned. */
function setAt(system: System, { path, value }: Leaf): unknown {
  const copy: unknown = structuredClone(system)
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const parent = keys.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
    copy,
  )
  if (typeof parent === 'object' && parent !== null) Reflect.set(parent, last, another(value))
  return copy
}

const turned: ReadonlyMap<unknown, unknown> = new Map([
  ['sync', 'gevent'],
  ['noeviction', 'allkeys-lru'],
  ['allkeys-lru', 'noeviction'],
  ['transaction', 'session'],
  ['session', 'transaction'],
  ['enterprise', 'enterprise-plus'],
  ['db-custom-2-7680', 'db-custom-8-30720'],
  ['db-g1-small', 'db-custom-2-7680'],
])

function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string' && /^\d+$/.test(value)) return String(Number(value) + 50)
  return turned.get(value) ?? value
}
