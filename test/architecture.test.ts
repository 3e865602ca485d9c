/** The shape of the code, as DESIGN.md 4 and style.md have it: tables in architecture/tables.ts. */
import { describe, expect, test } from 'vitest'
import { codeRules, everywhere } from './architecture/code-rules.ts'
import { importRules } from './architecture/import-rules.ts'
import { parseSample } from './architecture/rule.ts'
import { readTree } from './architecture/source.ts'

const product = readTree(['src', 'runbooks'])
const all = [...product, ...readTree(['test', 'bin'])]
const productRules = [...importRules, ...codeRules]

describe('the product', () => {
  test('there is something to judge', () => {
    expect(product.length).toBeGreaterThan(50)
  })
  for (const { claim, breaches } of productRules)
    test(claim, () => {
      expect(breaches(product)).toEqual([])
    })
})

describe('every file', () => {
  for (const { claim, breaches } of everywhere)
    test(claim, () => {
      expect(breaches(all)).toEqual([])
    })
})

describe('each rule can fail', () => {
  for (const { claim, breaches, caught, passed } of [...productRules, ...everywhere])
    test(claim, () => {
      for (const sample of caught)
        expect(breaches(parseSample(sample)), JSON.stringify(sample)).not.toEqual([])
      for (const sample of passed)
        expect(breaches(parseSample(sample)), JSON.stringify(sample)).toEqual([])
    })
})
