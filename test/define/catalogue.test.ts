/** The steps by name, and how near a wrong one was. */
import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../../src/define/catalogue.ts'
import { catalogue } from '../../src/steps/index.ts'

describe('the catalogue', () => {
  test('finds a step by its name, and binds its input', () => {
    const step = catalogue.bind('check-connections', { database: 'db' })
    expect(step).toMatchObject({ name: 'check-connections', target: 'databases.db' })
    expect(catalogue.bind('check-connections', {})).toMatchObject({ kind: 'input-problem' })
  })

  test.for([
    ['patch-cloud-sql-teir', 'patch-cloud-sql-tier'],
    ['check-conections', 'check-connections'],
    ['celery-concurrency', 'bump-celery-concurrency'],
    ['tier', 'patch-cloud-sql-tier'],
    ['make-coffee', null],
    ['', null],
    ['constructor', null],
  ] as const)('%s is no step; the nearest is %s', ([name, nearest]) => {
    expect(catalogue.bind(name, {})).toEqual({ kind: 'unknown-step', name, nearest })
  })

  test('without steps has no nearest', () => {
    expect(catalogueOf([]).find('a')).toMatchObject({ kind: 'unknown-step', nearest: null })
  })
})
