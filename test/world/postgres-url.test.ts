/** URLs of databases: where they lead, and what is refused. */
import { describe, expect, test } from 'vitest'
import {
  databaseVariable,
  hostsOf,
  isLoopbackHost,
  readPostgresUrl,
} from '../../src/world/postgres-url.ts'

const isNear = (url: string): boolean => hostsOf(url).every(isLoopbackHost)

describe('hostsOf', () => {
  test.each([
    ['postgres://u@127.0.0.1/db', true],
    ['postgres://u@LOCALHOST:5433/db', true],
    ['postgres://u@[::1]/db', true],
    ['postgres://u@127.0.0.1/db?host=localhost', true],
    ['postgres://u@10.0.0.3/db', false],
    ['postgres://u@127.0.0.1/db?host=10.0.0.3', false],
    ['postgres://u@127.0.0.1/db?hostaddr=10.0.0.3', false],
    ['postgres://u@127.0.0.1/db?host=localhost&host=10.0.0.3', false],
    ['postgres://u@127.0.0.1,10.0.0.3/db', false],
    ['postgres://u@127.0.0.1.example.com/db', false],
    ['postgres://u@127.0.0.1/db?host=/cloudsql/p:r:i', false],
    ['postgres://%2Fcloudsql%2Fp:r@/db', false],
    ['postgres://u:p@/db?host=/cloudsql/p:r:i', false],
    ['postgres://u:p@/db', false],
    ['postgres:///db', false],
    ['postgres://u@127.0.0.1:port/db', false],
    ['nothing', false],
    ['', false],
  ])('%s stays on this machine: %s', (url, near) => {
    expect(isNear(url)).toBe(near)
  })
})

describe('readPostgresUrl', () => {
  test('an address with its signs decoded and its port said', () => {
    expect(
      readPostgresUrl('postgresql://u%40x:p%2Fw%25@db.example:6432/shop?sslmode=verify-full'),
    ).toEqual({
      kind: 'address',
      address: {
        host: 'db.example',
        port: 6432,
        user: 'u@x',
        password: 'p/w%',
        database: 'shop',
        tls: { kind: 'verified', hostName: true, rootCertificateFile: null },
      },
    })
  })

  const at = (rest: string) => readPostgresUrl(`postgres://u:pw@${rest}`)
  test.each([
    ['127.0.0.1/db', { kind: 'plain' }],
    ['localhost/db?host=/var/run/postgresql', { kind: 'wrong' }],
    ['/db?host=/var/run/postgresql', { kind: 'plain' }],
    ['10.0.0.3/db', { kind: 'wrong' }],
    ['10.0.0.3/db?sslmode=disable', { kind: 'plain' }],
    ['10.0.0.3/db?sslmode=require', { kind: 'encrypted' }],
    ['10.0.0.3/db?sslmode=prefer', { kind: 'wrong' }],
    ['10.0.0.3/db?sslmode=verify-ca', { kind: 'wrong' }],
    [
      '10.0.0.3/db?sslmode=verify-ca&sslrootcert=ca.pem',
      { kind: 'verified', hostName: false, rootCertificateFile: 'ca.pem' },
    ],
  ])('%s asks for TLS of kind %o', (rest, tls) => {
    const read = at(rest)
    expect(read.kind === 'address' ? read.address.tls : { kind: 'wrong' }).toEqual(tls)
  })

  test.each([
    ['DB.Example/db?sslmode=require', 'db.example'],
    ['/db?host=/run/PostgreSQL', '/run/PostgreSQL'],
  ])('%s leads to %s: a name has no case, a folder has', (rest, host) => {
    expect(at(rest)).toMatchObject({ kind: 'address', address: { host } })
  })

  test.each([
    'mysql://u:pw@127.0.0.1/db',
    'postgres://u:pw@127.0.0.1/',
    'postgres://:pw@127.0.0.1/db',
    'postgres://u:pw@127.0.0.1/db?hostaddr=127.0.0.1',
    'postgres://u:pw@127.0.0.1/db?options=-c',
    'postgres://u:pw%zz@127.0.0.1/db',
    'postgres://u:pw@a,b/db?sslmode=require',
    'postgres://u:12?pw@127.0.0.1/db',
  ])('%s is refused in a sentence without the password', (url) => {
    const read = readPostgresUrl(url)
    expect(read).toMatchObject({ kind: 'wrong' })
    expect(JSON.stringify(read)).not.toContain('pw')
  })
})

test('the variable of a database is its name in capitals', () => {
  expect(databaseVariable('tuki-db-prod')).toBe('DATABASE_URL_TUKI_DB_PROD')
})
