/** The steps of contract.md, 3: each one is there, forecast and told. */
import { describe, expect, it } from 'vitest'
import { judge } from '../../src/capacity/compare.ts'
import type { System } from '../../src/capacity/system.ts'
import { catalogue } from '../../src/steps/index.ts'
import { effectSentence } from '../../src/words/en-effects.ts'
import { golden, today } from '../capacity/golden.ts'
import { bound, predict } from '../capacity/predictions.ts'

const site = golden('today')
const names = `check-connections patch-cloud-sql-tier set-database-flag create-backup
  create-read-replica delete-read-replica terminate-sessions route-through-pooler set-pooler
  set-gunicorn set-django-connections scale-service set-traffic bump-celery-concurrency
  create-alert retarget-alert apply-dashboards start-load-test stop-load-test confirm`
const examples = catalogue.entries.flatMap(({ name, examples: some }) =>
  some.map((input) => ({ name, input })),
)
const face = { literal: (text: string) => text }

describe('every step of the contract', () => {
  it('is in the catalogue, by its name', () => {
    expect(catalogue.entries.map(({ name }) => name)).toEqual(names.split(/\s+/))
  })

  it.each(examples)('$name $input is forecast on the example, and judged', ({ name, input }) => {
    const step = bound(name, JSON.parse(JSON.stringify(input)))
    expect(step.input).toEqual(input)
    const now = withReplica(site)
    const prepared = name === 'delete-read-replica' ? now : site
    expect(step.missing(prepared)).toBeNull()
    const prediction = step.predict(prepared)
    if ('code' in prediction) throw new Error(prediction.code)
    const { acts } = step
    const { verdict, reasons } = judge(prepared, prediction, { today, needs: [], acts })
    if (acts === 'elsewhere') expect([verdict, reasons]).toEqual(['clear', []])
    expect(effectSentence(step.effect(prepared), face)).not.toMatch(/undefined|NaN|\[object/)
  })

  it.each(examples)('$name $input has all its fields described', ({ name, input }) => {
    const entry = catalogue.find(name)
    if ('kind' in entry) throw new Error(name)
    for (const field of Object.keys(input))
      expect(entry.fields.find((one) => one.name === field)?.description).toBeTypeOf('string')
  })

  it('names what the document lacks before anything is forecast', () => {
    const nothing = { database: 'nope', service: 'nope', pooler: 'nope', alert: 'nope' }
    for (const { name, input } of examples) {
      const given = Object.entries(input).map(([key, value]) => [
        key,
        Reflect.get(nothing, key) ?? value,
      ])
      const isNamed = Object.keys(input).some((key) => Object.hasOwn(nothing, key))
      const step = bound(name, Object.fromEntries(given))
      expect(step.missing(site) !== null, name).toBe(isNamed)
    }
  })
})

describe('a step refuses', () => {
  it.each([
    ['scale-service', { service: 'backend', cpu: 3 }, 'no-such-cpu', 'usage'],
    ['scale-service', { service: 'backend', cpu: 8, memoryGib: 3 }, 'memory-out-of-shape', 'no'],
    ['scale-service', { service: 'celery-worker', concurrency: 9 }, 'wrong-kind', 'usage'],
    ['start-load-test', { users: 9, host: 'www.example.com' }, 'host-not-allowed', 'no'],
    ['route-through-pooler', { service: 'backend', pooler: 'nope' }, 'no-such', 'usage'],
  ])('%s %o: %s', (name, input, code, side) => {
    const step = bound(name, input)
    expect(step.predict(site)).toMatchObject({ kind: 'refusal', code })
    expect(step.missing(site)?.code).toBe(side === 'usage' ? code : undefined)
  })

  it('and a host that the policy names is taken', () => {
    const policy = { ...site.policy, loadTestHosts: ['127.0.0.1'] }
    const input = { users: 9, host: '127.0.0.1' }
    expect(predict('start-load-test', { ...site, policy }, input)).toHaveProperty('after')
  })
})

describe('what cannot be performed says why', () => {
  it('where a setting is baked into the image, with the patch to make', () => {
    const bindings = { resource: 'r', gunicorn: { image: 'gunicorn.conf.py:3' } }
    const { backend } = site.services
    if (backend === undefined) throw new Error('no backend')
    const baked: System = {
      ...site,
      services: { ...site.services, backend: { ...backend, bindings } },
    }
    const { act } = bound('set-gunicorn', { service: 'backend', threads: 4 })
    if (act.kind !== 'write') throw new Error(act.kind)
    expect(act.unable(baked)).toMatchObject({
      code: 'baked-into-image',
      where: 'gunicorn.conf.py:3',
      value: 'threads 4',
    })
    expect(act.unable(site)).toMatchObject({ code: 'no-binding', service: 'backend' })
  })
})

function withReplica(system: System): System {
  const replica = { name: 'tuki-db-read-replica', tier: 'db-custom-4-15360' }
  const made = predict('create-read-replica', system, { database: 'tuki-db-prod', ...replica })
  if ('code' in made) throw new Error(made.code)
  return made.after
}
