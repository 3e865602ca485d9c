/** Every parser under fuzz, half a second each; and the fuzzing itself, which must find what is planted. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsers } from './all.ts'
import { nearJson } from './mutate.ts'
import { must, parser } from './parser.ts'

const shortly = { seed: 20_261_129, runsAtMost: 200, withinMs: 500 }

describe('whatever it is given, what must hold of its answer holds:', () => {
  test.each(parsers)('$name', async ({ hunt }) => {
    const { executions, failure } = await hunt(shortly)
    expect(failure).toBeNull()
    expect(executions).toBeGreaterThan(0)
  })

  test('no two have one name', () => {
    expect(new Set(parsers.map(({ name }) => name)).size).toBe(parsers.length)
  })
})

describe('a defect that is planted is found', () => {
  const long = { ...shortly, withinMs: 20_000, runsAtMost: 5_000 }

  test('and shrunk, and found again at once by its seed and path', async () => {
    const planted = parser('planted', '', fc.string(), (text) => must(!text.includes('<'), 'a tag'))
    const { failure } = await planted.hunt(long)
    expect(failure).toMatchObject({ input: '"<"', error: 'a tag' })
    const again = await planted.hunt({
      ...long,
      seed: failure?.seed ?? 0,
      path: failure?.path ?? '',
    })
    expect(again).toMatchObject({ executions: 1, failure: { input: '"<"' } })
  })

  test('that loses a field named __proto__ of a sample', async () => {
    const keys = (value: unknown) => Object.keys(Object(value)).length
    const copied = (value: unknown) => Object.assign({}, value)
    const planted = parser('planted', '', nearJson({ a: 1 }), (value) => {
      if (!Array.isArray(value)) must(keys(copied(value)) === keys(value), 'a field is gone')
    })
    expect((await planted.hunt(long)).failure?.input).toContain('__proto__')
  })

  test('that changes what every object has', async () => {
    const planted = parser('planted', '', fc.constant(0), () => {
      Object.defineProperty(Object.prototype, 'polluted', { value: 1, ...temporary })
    })
    const { failure } = await planted.hunt(long)
    Reflect.deleteProperty(Object.prototype, 'polluted')
    expect(failure?.error).toBe('Object.prototype was changed')
  })

  test('that works too long', async () => {
    const works = () => {
      for (const before = process.threadCpuUsage(); ; )
        if (process.threadCpuUsage(before).user > 60_000) return
    }
    const planted = parser('planted', '', fc.constant(0), works, 20)
    expect((await planted.hunt(long)).failure?.error).toMatch(/^it worked for \d+ ms$/)
  })
})

const temporary = { configurable: true, enumerable: true }
