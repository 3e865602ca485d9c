/** A System document is read, or refused with the field, the value and what would be right. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/capacity/assess.ts'
import { parseSystem, problemText } from '../../src/capacity/parse.ts'
import { golden, today } from './golden.ts'
import { spelled } from './spelled.ts'

describe('the documents that come with the product', () => {
  it.each([
    ['system.yml', 'today', 2_904],
    ['examples/tuki-10000.yml', 'well-planned', 10_560],
  ])('%s is the golden system %s and carries %d', (file, id, users) => {
    const parsed = parseSystem(readFileSync(file, 'utf8'), file)
    if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(problemText).join())
    const { policy: _own, services, databases, poolers, ...rest } = parsed.system
    const { policy: _golden, services: expected, ...others } = golden(id)
    // Where a service lives, and at which address its database, is none of the model's.
    const places = { services, databases, poolers }
    expect({ ...rest, ...places }).toMatchObject({ ...others, services: expected })
    expect(Object.keys(rest).toSorted()).toEqual(
      Object.keys(others)
        .filter((key) => !(key in places))
        .toSorted(),
    )
    expect(assess(parsed.system, { today }).supportedUsers).toBe(users)
  })
})

/** The example with one thing changed, as JSON: which is YAML too. */
function changed(change: (document: ReturnType<typeof example>) => void): string {
  const document = example()
  change(document)
  return JSON.stringify(document)
}

function example(): Record<string, unknown> {
  return JSON.parse(JSON.stringify(golden('today')))
}

function put(path: string, value: unknown): string {
  return changed((document) => {
    const keys = path.split('/')
    const last = keys.pop() ?? ''
    const parent = keys.reduce<unknown>(
      (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : node),
      document,
    )
    if (typeof parent !== 'object' || parent === null) throw new Error(`no ${path}`)
    if (value === undefined) Reflect.deleteProperty(parent, last)
    else Reflect.set(parent, last, value)
  })
}

const backend = 'services/backend'
const redis = {
  kind: 'memorystore-redis',
  memoryGib: 1,
  maxClients: 9,
  evictionPolicy: 'x',
  broker: false,
}

describe('what may be 0', () => {
  it.each([
    `${backend}/timeoutSeconds`,
    `${backend}/revisionsServing`,
    `${backend}/redisConnections`,
    'databases/tuki-db-prod/diskGb',
    'databases/tuki-db-prod/version',
    'poolers/pgbouncer/maxClientConn',
    'workload/users',
    'workload/thinkSeconds',
    'policy/monthlyBudgetUsd',
  ])('%s is taken, and leaves no hole in a sum', (path) => {
    const parsed = parseSystem(put(path, 0), 'system.yml')
    if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(problemText).join())
    expect(spelled(assess(parsed.system, { today }))).not.toMatch(/NaN|Infinity/)
  })
})

describe('a document is refused', () => {
  it.each([
    ['broken YAML', 'name: [tuki', 'system.yml, line 1, column'],
    ['the same key twice', 'a: 1\na: 1\n', 'system.yml, line 2, column 1: Map keys must be unique'],
    ['a prototype', 'a:\n  __proto__: 1\n', 'line 2, column 3: nothing may be called __proto__;'],
    ['a tag of its own', 'name: !js x\n', 'system.yml, line 1, column 7: Unresolved tag: !js'],
    ['nothing at all', '', 'null is no System document; write a map that begins with version: 1.'],
    ['a list', '- 1', '[1] is no System document'],
    ['another version', put('version', 2), 'version: 2 is not one of the choices; write 1.'],
    [
      'an unknown key',
      put(`${backend}/maxInstance`, 3),
      'services.backend.maxInstance: is no known key; did you mean maxInstances?',
    ],
    [
      'an unknown key that is like none',
      put('colour', 'red'),
      'colour: is no known key; known here: version, name,',
    ],
    [
      'a missing field',
      put(`${backend}/cpu`, undefined),
      'services.backend.cpu: is missing; write a number above 0.',
    ],
    [
      'a negative count',
      put(`${backend}/maxInstances`, -1),
      'services.backend.maxInstances: -1 is too small; write a whole number of 1 or more.',
    ],
    [
      'no instance at most',
      put(`${backend}/maxInstances`, 0),
      'services.backend.maxInstances: 0 is too small',
    ],
    [
      'half a user',
      put('workload/users', 1.5),
      'workload.users: 1.5 is of the wrong kind; write a whole number of 0 or more.',
    ],
    [
      'a number that JSON does not know',
      put('workload/users', 17).replace('"users":17', '"users":.inf'),
      'workload.users: Infinity is of the wrong kind; write a whole number of 0 or more.',
    ],
    [
      'no name',
      put('name', ''),
      'name: "" is too short; write a text of 1 to 98 characters, in quotes.',
    ],
    [
      'a name that is too long',
      put(`databases/${'x'.repeat(99)}`, {}),
      'has a name that cannot be used; write a name of at most 98 characters.',
    ],
    [
      'two documents in one file',
      'version: 1\n---\nversion: 1\n',
      'system.yml, line 2, column 1: begins a second document; keep one in a file.',
    ],
    [
      'a number in quotes',
      put(`${backend}/cpu`, '4'),
      'services.backend.cpu: "4" is of the wrong kind; write a number above 0.',
    ],
    [
      'no CPU',
      put(`${backend}/cpu`, 0),
      'services.backend.cpu: 0 is too small; write a number above 0.',
    ],
    [
      'too high a utilization',
      put('policy/maxUtilization', 1.2),
      'policy.maxUtilization: 1.2 is too large; write a number above 0, at most 1.',
    ],
    [
      'a kind of service that is none',
      put(`${backend}/kind`, 'cron'),
      '"cron" is not one of the choices; write "web" or "celery-worker" or "celery-beat".',
    ],
    [
      'a worker class that is none',
      put(`${backend}/gunicorn/workerClass`, 'wsgi'),
      'write one of sync, gthread, gevent, uvicorn.',
    ],
    [
      'a flag without quotes',
      put('databases/tuki-db-prod/flags', { max_connections: 500 }),
      'flags.max_connections: 500 is of the wrong kind; write a text, in quotes.',
    ],
    [
      'a flag that is no number',
      put('databases/tuki-db-prod/flags', { work_mem: '4MB' }),
      'databases.tuki-db-prod.flags.work_mem: "4MB" is no whole number',
    ],
    [
      'a job without whom it acts as',
      put('policy/loadTestJob', { image: 'k6:1' }),
      'policy.loadTestJob.serviceAccount: is missing',
    ],
    [
      'a job on a machine that Cloud Run does not have',
      put('policy/loadTestJob', { image: 'k6:1', serviceAccount: 'a@b', cpu: 3 }),
      'policy.loadTestJob.cpu: 3 is no number of vCPUs that Cloud Run has; write one of 1, 2, 4, 6, 8.',
    ],
    [
      'a job with more memory than goes with its vCPUs',
      put('policy/loadTestJob', { image: 'k6:1', serviceAccount: 'a@b', memoryGib: 32 }),
      'policy.loadTestJob.memoryGib: 32 does not go with 4 vCPUs; write 2 to 16.',
    ],
    [
      'a channel that is none',
      put('policy/channels', ['incident']),
      'channels.0: "incident" has the wrong form; write a Slack channel id such as C0',
    ],
    [
      'a name with a dot',
      put('databases/a.b', {}),
      'databases.a.b: has a name that cannot be used; write a name without dot, plus or space.',
    ],
    [
      'min above max',
      put(`${backend}/minInstances`, 201),
      'services.backend.minInstances: 201 is above maxInstances 200; write at most 200.',
    ],
    [
      'a pool upside down',
      put(`${backend}/django/pool`, { minSize: 5, maxSize: 2 }),
      'services.backend.django.pool.minSize: 5 is above maxSize 2',
    ],
    [
      'a missing database',
      put(`${backend}/database/name`, 'toString'),
      'database.name: "toString" is not in the document; write one of tuki-db-prod.',
    ],
    [
      'a missing pooler',
      put(`${backend}/database/through`, 'pgcat'),
      'through: "pgcat" is not in the document; write one of direct, pgbouncer.',
    ],
    [
      'a missing Redis',
      put(`${backend}/redis`, 'cache'),
      'services.backend.redis: "cache" is not in the document; write one of main.',
    ],
    [
      'several Redis and none named',
      put('redis/cache', redis),
      'services.backend.redis: is missing, and there are several; write one of main, cache.',
    ],
    [
      'an alert on a missing database',
      put('alerts/db-connections/database', 'x'),
      'alerts.db-connections.database: "x" is not in the document',
    ],
    [
      'a pooler of a missing database',
      put('poolers/pgbouncer/database', 'x'),
      'poolers.pgbouncer.database: "x" is not in the document',
    ],
    [
      'a pooler called direct',
      put('poolers/direct', poolerOf('tuki-db-prod')),
      'poolers.direct: "direct" means no pooler',
    ],
    [
      'shares that do not sum to 1',
      put(`${backend}/share`, 0.5),
      'services.backend.share: 0.5 gives 0.5, not 1',
    ],
    [
      'nobody who may approve',
      put('policy/roles', { approve: { users: [], group: null } }),
      'policy.roles.approve: is empty, so nobody could approve; name users, a group, or both.',
    ],
  ])('%s', (_what, text, sentence) => {
    const parsed = parseSystem(text, 'system.yml')
    if (parsed.kind === 'system') throw new Error('it was read')
    expect(parsed.problems.map(problemText).join('\n')).toContain(sentence)
  })

  it('a pooler of another database than the service names', () => {
    const site = golden('today')
    const databases = { ...site.databases, other: site.databases['tuki-db-prod'] }
    const poolers = { pgbouncer: poolerOf('other') }
    const through = { name: 'tuki-db-prod', through: 'pgbouncer' }
    const services = { ...site.services, backend: { ...site.services.backend, database: through } }
    const text = JSON.stringify({ ...site, databases, poolers, services })
    expect(sentences(text)).toEqual([
      'services.backend.database.through: "pgbouncer" is a pooler of other, not of tuki-db-prod; ' +
        'write direct or a pooler of tuki-db-prod.',
    ])
  })

  it('aliases that multiply, and nesting deeper than the stack, are refused and end', () => {
    const doubling = Array.from({ length: 40 }, (_, n) =>
      n === 0 ? 'a0: &a0 [x, x]' : `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`,
    )
    expect(sentences(doubling.join('\n'))[0]).toContain('Excessive alias count')
    expect(sentences('['.repeat(20_000))).toHaveLength(1)
    expect(sentences('x'.repeat(1_000_001))[0]).toContain('is too long')
  })

  it('each field is complained of once', () => {
    const text = put(`${backend}/cpu`, -1)
    expect(sentences(text)).toHaveLength(1)
  })
})

function poolerOf(database: string) {
  return { ...golden('today').poolers.pgbouncer, database }
}

function sentences(text: string): readonly string[] {
  const parsed = parseSystem(text, 'system.yml')
  return parsed.kind === 'system' ? [] : parsed.problems.map(problemText)
}
