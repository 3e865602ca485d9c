/** What the URLs lead to: the databases and the one pooler that the document names, and nothing where none is set. */
import { expect, test } from 'vitest'
import { pgBouncerAt, postgresAt } from '../../src/world/by-url.ts'
import { systemClock, systemTimers } from '../../src/world/clock.ts'
import { site } from '../runs/process.ts'

const timing = { clock: systemClock, timers: systemTimers, idleMs: 0 }
const url = 'postgres://bot:s3cret@127.0.0.1:1/pgbouncer'

test('no URL leads nowhere, and says what to set', () => {
  expect(postgresAt(new Map(), site, timing).postgres.reader).toMatchObject({
    unconfigured: true,
    remedy: expect.stringContaining('DATABASE_URL_'),
  })
  expect(pgBouncerAt([], site, systemClock).writer).toMatchObject({
    unconfigured: true,
    remedy: expect.stringContaining('PGBOUNCER_ADMIN_URLS'),
  })
})

test('a URL of a database that the document does not have leads nowhere', () => {
  const urls = new Map([['DATABASE_URL_OTHER', url]])
  expect(postgresAt(urls, site, timing).postgres.reader).toHaveProperty('unconfigured')
  const ours = new Map([['DATABASE_URL_TUKI_DB_PROD', url]])
  expect(postgresAt(ours, site, timing).postgres.reader).not.toHaveProperty('unconfigured')
})

test('the URLs of a pooler lead to the one of the document, and to none of several', () => {
  expect(pgBouncerAt([url], site, systemClock).reader).not.toHaveProperty('unconfigured')
  const { pgbouncer } = site.poolers
  if (pgbouncer === undefined) throw new Error('no pooler')
  for (const poolers of [{}, { pgbouncer, second: pgbouncer }])
    expect(pgBouncerAt([url], { ...site, poolers }, systemClock)).toMatchObject({
      reader: { unconfigured: true, remedy: expect.stringMatching(/^leave one pooler/) },
      writer: { unconfigured: true },
    })
})
