/** A step's input at the border: its fields, `key=value` by their types, and what is wrong in one sentence. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineStep } from '../../src/define/define-step.ts'
import { fieldsOf, readWords } from '../../src/define/input.ts'
import type { InputProblem } from '../../src/define/step.ts'

const schema = z.strictObject({
  database: z.string().min(1).describe('a database'),
  count: z.int().min(1).max(64).describe('how many'),
  least: z.int().min(2).optional().describe('at least two'),
  share: z.number().optional().describe('a share'),
  size: z.number().positive().max(8).optional().describe('GiB'),
  live: z.boolean().optional().describe('at once'),
  mode: z.enum(['regional', 'zonal']).optional().describe('where'),
  pool: z
    .strictObject({ size: z.int().min(0).describe('of it'), names: z.array(z.string()).optional() })
    .nullable()
    .optional()
    .describe('a pool'),
  age: z.int().min(0).nullable().optional().describe('seconds'),
})
const fields = fieldsOf(z.toJSONSchema(schema))

const step = defineStep({
  name: 'sample',
  title: 'Sample',
  risk: 'read',
  minutes: 1,
  input: schema,
  examples: [],
  target: ({ database }) => `databases.${database}`,
  needs: () => [],
  missing: () => null,
  effect: () => ({ code: 'look-at-connections', values: {} }),
  predict: (system) => ({ phases: [], after: system }),
  shows: () => [],
})

const right = { database: 'db', count: 1 }
const read = (...words: readonly string[]) => {
  const result = readWords(words, fields)
  return result.kind === 'input' ? result.input : sentence(result)
}
const parsed = (input: unknown) => {
  const result = step.parse(input)
  return 'kind' in result ? sentence(result) : result.input
}
const sentence = ({ field, value, expected }: InputProblem) => `${field}: ${value}, not ${expected}`

describe('the fields', () => {
  test('of an input are known with type, limits, choices and what they are for', () => {
    const found = Object.fromEntries(fields.map((field) => [field.name, field]))
    expect(found.database).toEqual({
      name: 'database',
      type: 'string',
      required: true,
      nullable: false,
      description: 'a database',
      choices: null,
      minimum: null,
      above: null,
      maximum: null,
      parts: {},
    })
    expect(found.count).toMatchObject({ type: 'integer', minimum: 1, maximum: 64 })
    expect(found.least).toMatchObject({ required: false, minimum: 2, maximum: null })
    expect(found.mode?.choices).toEqual(['regional', 'zonal'])
    expect(found.pool).toMatchObject({ type: 'object', nullable: true })
    expect(found.age).toMatchObject({ type: 'integer', nullable: true })
  })

  test('without a description, or of a type that no form has, are refused at the definition', () => {
    for (const bad of [z.strictObject({ a: z.string() }), z.strictObject({ a: z.array(z.int()) })])
      expect(() => fieldsOf(z.toJSONSchema(bad))).toThrow()
  })
})

describe('words', () => {
  test('are read by the type of their field', () => {
    expect(read('database=12', 'count=3', 'share=0.5', 'live=true', 'mode=zonal')).toEqual({
      database: '12',
      count: 3,
      share: 0.5,
      live: true,
      mode: 'zonal',
    })
    expect(read('pool={"size":3}', 'age=-1')).toEqual({ pool: { size: 3 }, age: -1 })
    expect(read('pool=null', 'age=null', 'database=null')).toEqual({
      pool: null,
      age: null,
      database: 'null',
    })
    expect(read('database=a=b')).toEqual({ database: 'a=b' })
    expect(read()).toEqual({})
  })

  test.for([
    ['database', 'database: database, not key=value'],
    ['=x', '=x: =x, not key=value'],
    ['tier=x', /^tier: x, not one of the fields database, count, /],
    ['count=many', 'count: many, not a whole number from 1 to 64 (how many)'],
    ['count=', 'count: , not a whole number from 1 to 64 (how many)'],
    ['count=1e3', 'count: 1e3, not a whole number from 1 to 64 (how many)'],
    ['least=x', 'least: x, not a whole number of at least 2 (at least two)'],
    ['share=half', 'share: half, not a number (a share)'],
    ['size=big', 'size: big, not a number above 0, at most 8 (GiB)'],
    ['live=yes', 'live: yes, not true or false (at once)'],
    ['pool={size:3}', 'pool: {size:3}, not an object in JSON or null (a pool)'],
    ['age=old', 'age: old, not a whole number of at least 0 or null (seconds)'],
    ['database=', 'database: , not a text (a database)'],
  ] as const)('%s is refused with what would be right', ([word, expected]) => {
    expect(read(word)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    )
  })

  test('of one field twice are refused: nobody knows which was meant', () => {
    expect(read('count=1', 'count=2')).toBe('count: 2, not given once')
  })

  test('named like what every object has are unknown fields, not surprises', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(read(`${name}=1`)).toMatch(/not one of the fields/)
  })

  test('whatever they are, lead to an input of known fields or to a problem, never to a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const result = readWords(words, fields)
        if (result.kind === 'input-problem') expect(result.expected).not.toBe('')
        else
          expect(fields.map(({ name }) => name)).toEqual(
            expect.arrayContaining(Object.keys(result.input)),
          )
      }),
    )
  })
})

describe('an input', () => {
  test('that is right is bound, and recorded without what was left out', () => {
    expect(parsed({ ...right, share: undefined })).toEqual(right)
  })

  test.for([
    [{ count: 1 }, 'database: nothing, not a text (a database)'],
    [{ ...right, count: 65 }, 'count: 65, not a whole number from 1 to 64 (how many)'],
    [{ ...right, count: 1.5 }, 'count: 1.5, not a whole number from 1 to 64 (how many)'],
    [{ ...right, count: '1' }, 'count: 1, not a whole number from 1 to 64 (how many)'],
    [{ ...right, count: null }, 'count: null, not a whole number from 1 to 64 (how many)'],
    [{ ...right, mode: 'both' }, 'mode: both, not one of regional, zonal'],
    [{ ...right, size: 0 }, 'size: 0, not a number above 0, at most 8 (GiB)'],
    [{ ...right, pool: { size: 'x' } }, 'pool.size: x, not a whole number of at least 0'],
    [{ ...right, pool: { size: -1 } }, 'pool.size: -1, not a whole number of at least 0'],
    [{ ...right, pool: {} }, 'pool.size: nothing, not a whole number of at least 0'],
    [{ ...right, pool: { size: 1, names: 2 } }, /^pool\.names: 2, not an object in JSON or null/],
    [{ ...right, tier: 'x' }, /^tier: x, not one of the fields database, count, /],
    [
      { ...right, pool: { size: 1, more: 2 } },
      'pool: {"size":1,"more":2}, not an object in JSON or null (a pool)',
    ],
    ['db', /^input: db, not /],
    [null, /^input: null, not /],
  ] as const)('%j is refused with field, value and what would be right', ([input, expected]) => {
    expect(parsed(input)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    )
  })
})
