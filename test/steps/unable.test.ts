/** A setting of a service that nobody can write from outside is refused, with what to do instead. */
import { describe, expect, test } from 'vitest'
import { bumpCeleryConcurrency } from '../../src/steps/bump-celery-concurrency.ts'
import { routeThroughPooler } from '../../src/steps/route-through-pooler.ts'
import { scaleService } from '../../src/steps/scale-service.ts'
import { setDjangoConnections } from '../../src/steps/set-django-connections.ts'
import { setGunicorn } from '../../src/steps/set-gunicorn.ts'
import { site } from '../runs/process.ts'
import { boundText, documentOf } from '../world/tuki-run.ts'
import type { bound } from './bound.ts'

const document = documentOf(boundText)

describe('what cannot be written says what to do', () => {
  const unable = (step: ReturnType<typeof bound>, system = site) =>
    step.act.kind === 'write' ? step.act.unable(system) : null
  const { backend } = site.services
  if (backend === undefined) throw new Error('no backend')
  const withBackend = (bindings: typeof backend.bindings) => ({
    ...site,
    services: { ...site.services, backend: { ...backend, bindings } },
  })
  const { bindings: _gone, ...unbound } = backend
  const resource = backend.bindings?.resource ?? ''

  test('baked into the image: the file, and the value to set there', () => {
    const wished = { service: 'celery-worker', concurrency: 6 }
    expect(unable(bumpCeleryConcurrency(wished))).toEqual({
      kind: 'unable',
      code: 'baked-into-image',
      service: 'celery-worker',
      where: 'celery_health_server.py:61',
      setting: 'concurrency',
      value: 6,
    })
    expect(unable(bumpCeleryConcurrency({ ...wished, prefetchMultiplier: 1 }))).toMatchObject({
      value: '6 and prefetchMultiplier to 1',
    })
    expect(unable(bumpCeleryConcurrency(wished), document)).toBeNull()
    // A live change needs no image: remote control does it.
    expect(unable(bumpCeleryConcurrency({ ...wished, live: true }))).toBeNull()
    const pool = { service: 'backend', pool: { minSize: 2, maxSize: 4 } }
    expect(unable(setDjangoConnections(pool))).toMatchObject({
      code: 'baked-into-image',
      where: "DATABASES['default']['OPTIONS']['pool']",
    })
  })

  test('bound to nothing: the line to add to the document', () => {
    const threads = setGunicorn({ service: 'backend', threads: 4 })
    expect(unable(threads)).toBeNull()
    expect(unable(threads, withBackend({ resource }))).toMatchObject({
      code: 'no-binding',
      under: 'services.backend.bindings',
      line: 'gunicorn: { args: true }',
    })
    const age = setDjangoConnections({ service: 'backend', connMaxAgeSeconds: 600 })
    expect(unable(age, withBackend({ resource, connMaxAge: { args: true } }))).toMatchObject({
      line: 'connMaxAge: { env: DB_CONN_MAX_AGE }',
    })
    const nowhereAtAll = { ...site, services: { ...site.services, backend: unbound } }
    expect(
      unable(scaleService({ service: 'backend', maxInstances: 9 }), nowhereAtAll),
    ).toMatchObject({ code: 'no-binding', under: 'services.backend' })
  })

  test('without an address: where to write it', () => {
    const { pgbouncer } = site.poolers
    if (pgbouncer === undefined) throw new Error('no pgbouncer')
    const { host: _unnamed, ...nameless } = pgbouncer
    const system = { ...site, poolers: { pgbouncer: nameless } }
    const route = routeThroughPooler({ service: 'backend', pooler: 'pgbouncer' })
    expect(unable(route)).toBeNull()
    expect(unable(route, system)).toMatchObject({
      code: 'no-binding',
      under: 'poolers.pgbouncer',
      line: 'host: <its address>',
    })
  })
})
