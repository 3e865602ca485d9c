/** Documents at the edges, in the spirit of the golden cases: each expectation is a sum by hand from capacity.md. */
import { afterAll, describe, expect, test } from 'vitest'
import { db, type Edits, edgeCases, edited, web } from './edges.ts'
import { planShape, statusShape } from './shapes.ts'
import { say, terminal } from './terminal.ts'

const { fileOf, clear } = terminal()
afterAll(clear)

describe('status', () => {
  test.each(edgeCases)('of %s %j: %s of %s', async (title, edits, law, subject, expected) => {
    const { code, said } = await say(['status'], fileOf(`${title} ${law}`, edited(edits)))
    const status = statusShape.parse(said)
    const found = status.findings.find((one) => one.law === law && one.subject === subject)
    expect(code).toBe(0)
    if (expected === null) expect(found).toBeUndefined()
    else expect(found).toMatchObject(expected)
  })

  test.each<[string, Edits, number | null, readonly string[]]>([
    ['nobody now', { 'workload.nowUsers': 0 }, 2904, ['db-connections']],
    ['no users', { 'workload.users': 0 }, 2904, ['db-connections']],
    ['Celery alone', { [web]: undefined }, null, []],
    [
      'a pool and an age',
      { [`${web}.django`]: { connMaxAgeSeconds: 600, pool: { minSize: 2, maxSize: 10 } } },
      0,
      ['django-database'],
    ],
    ['no slots', { [`${db}.flags`]: { max_connections: '5' } }, 0, ['db-connections']],
  ])('carries, with %s', async (title, edits, users, laws) => {
    const { said } = await say(['status'], fileOf(title, edited(edits)))
    const { supportedUsers, binding } = statusShape.parse(said)
    expect([supportedUsers, binding.map(({ law }) => law)]).toEqual([users, laws])
  })
})

test('plan answers on each of them, within bounds', { timeout: 360_000 }, async () => {
  const all = new Map(edgeCases.map(([title, edits]) => [title, edits]))
  for (const [title, edits] of all)
    for (const users of ['1', '10000000']) {
      const { code, said } = await say(['plan', '--users', users], fileOf(title, edited(edits)))
      const plan = planShape.parse(said)
      expect(code).toBe(0)
      if (!plan.feasible) expect(plan.binding.length, `${title} ${users}`).toBeGreaterThan(0)
    }
})
