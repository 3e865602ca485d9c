/** What the site's own servers answer: PgBouncer, PostgreSQL, Celery's broker and k6. */
import fc from 'fast-check'
import {
  activeAnswer,
  changeAnswer,
  queuesAnswer,
  readReply,
  statsAnswer,
} from '../../src/world/celery-pidbox.ts'
import {
  endedRecord,
  errorOf,
  readNow,
  readSummary,
  runningRecord,
} from '../../src/world/load-test-report.ts'
import {
  readDatabases,
  readPools,
  readSettings,
  readStats,
  readVersion,
  setCommands,
} from '../../src/world/pgbouncer-rows.ts'
import {
  idleInTransaction,
  longestTransactions,
  maxConnections,
  pendingRestart,
  replicationLag,
  sessions,
} from '../../src/world/postgres-questions.ts'
import { nearJson, nearText } from './mutate.ts'
import { finite, must, orFault, parser, sayable } from './parser.ts'

const pool = {
  ...{ database: 'shop', user: 'shop', cl_active: '3', cl_waiting: 2, sv_active: '1' },
  ...{ sv_idle: '1', sv_used: '0', sv_tested: '0', sv_login: '0', maxwait: '1' },
  ...{ maxwait_us: '500000', pool_mode: 'transaction' },
}
const database = {
  ...{ name: 'shop', pool_size: '7', max_connections: '0', current_connections: '2' },
  ...{ paused: '0', disabled: 0 },
}
const stats = {
  ...{ database: 'shop', total_query_count: '10', avg_query_count: '4' },
  ...{ avg_query_time: '9', avg_wait_time: '3' },
}
const config = Object.entries({
  ...{ pool_mode: 'transaction', default_pool_size: '25', reserve_pool_size: '0' },
  ...{ max_client_conn: '5000', max_db_connections: '0', server_login_retry: '0.5' },
  query_wait_timeout: '120',
}).map(([key, value]) => ({ key, value }))

const rowsOf = (...samples: readonly unknown[][]) =>
  nearJson(...samples).map((rows) => (Array.isArray(rows) ? rows : [rows]))

const pooler = parser(
  'pgbouncer',
  'rows of a pooler’s console',
  rowsOf([pool, pool], [database], [stats], [{ version: 'PgBouncer 1.23.1' }], config),
  (rows) => {
    for (const read of [readPools, readDatabases, readStats, readVersion, readSettings])
      finite(orFault<unknown>(() => read('pgbouncer', rows)))
  },
)

const wishes = parser(
  'pgbouncer-settings',
  'what a pooler is to be set to',
  fc.record(
    {
      mode: fc.constantFrom('session', 'transaction', 'statement'),
      defaultPoolSize: fc.oneof(fc.integer(), fc.double()),
      maxClientConn: fc.oneof(fc.integer(), fc.double()),
      serverLoginRetrySeconds: fc.oneof(fc.integer(), fc.double()),
    },
    { requiredKeys: [] },
  ),
  (wish) => {
    for (const line of orFault(() => setCommands('pgbouncer', wish)) ?? [])
      must(/^SET [a-z_]+ = '[a-z0-9.e+-]+'$/.test(line), `the console is told: ${line}`)
  },
)

const session = { sees_all: true, user: 'shop', application: 'gunicorn', database: 'shop' }
const when = '2026-11-24T00:00:00.000000Z'

const postgres = parser(
  'postgres',
  'rows of pg_stat_activity, pg_stat_replication and pg_settings',
  rowsOf(
    [{ max_connections: '400' }],
    [{ ...session, state: 'idle', sessions: 120, longest_seconds: 4 }],
    [
      {
        ...{ ...session, pid: 13, state: 'idle in transaction', backend_start: when },
        ...{ age_seconds: 400, transaction_start: when, state_seconds: 399 },
      },
    ],
    [
      {
        ...{ sees_all: true, is_replica: false, is_receiving: false, is_paused: null },
        ...{ replayed_seconds: null, name: 'r1', state: 'streaming', lag_bytes: 4, lag_seconds: 1 },
      },
    ],
    [{ name: 'work_mem' }],
  ),
  (rows) => {
    const filter = { idleSeconds: 300 }
    const questions = [maxConnections, sessions, longestTransactions, replicationLag]
    for (const one of [...questions, pendingRestart, idleInTransaction(filter)])
      finite(orFault<unknown>(() => one.read(rows, 'tuki-db-prod')))
  },
)

const answer = {
  'mail@1': { pool: { 'max-concurrency': 4, processes: [1, 2] }, prefetch_count: 16 },
}
const letter = (body: unknown) => ({
  body: Buffer.from(JSON.stringify(body)).toString('base64'),
  headers: { ticket: 't1' },
  properties: { body_encoding: 'base64' },
})

const celery = parser(
  'celery',
  'a worker’s answer over the broker, in kombu’s envelope',
  fc.oneof(
    nearJson(letter(answer)).map((one) => JSON.stringify(one)),
    nearJson(answer, { 'mail@1': [{ time_start: 1 }] }).map((one) => JSON.stringify(letter(one))),
    nearText(JSON.stringify(letter(answer))),
  ),
  (text) => {
    const reply = readReply(text)
    if (reply === null) return
    must(typeof reply.worker === 'string' && typeof reply.ticket === 'string', 'nobody answered')
    for (const schema of [statsAnswer, activeAnswer, queuesAnswer, changeAnswer])
      finite(schema.safeParse(reply.answer).data)
  },
)

const values = (numbers: object) => ({ values: numbers, thresholds: { x: { ok: true } } })
const summary = {
  state: { testRunDurationMs: 60_000 },
  metrics: {
    http_reqs: values({ count: 6_000, rate: 100 }),
    http_req_duration: values({ 'p(95)': 180, 'p(99)': 240 }),
    http_req_failed: values({ rate: 0 }),
    vus: values({ max: 100 }),
    dropped_iterations: values({ count: 3 }),
  },
}
const ended = {
  ...{ endedAt: 1, code: 108, signal: null, ending: 'by-itself', said: 'it gave up\nfor a reason' },
}

const k6 = parser(
  'k6',
  'k6’s summary, and how it ended',
  nearJson(summary, ended, { pid: 13, address: '127.0.0.1:6565', startedAt: 1 }),
  (content) => {
    const result = readSummary(content)
    finite(result)
    finite(runningRecord.safeParse(content).data)
    const read = endedRecord.safeParse(content)
    const why = read.success ? errorOf(read.data, result) : null
    if (why !== null) sayable(why)
  },
)

const metrics = { data: [{ id: 'http_reqs', attributes: { sample: { count: 3 } } }] }

const k6Now = parser(
  'k6-now',
  'how a load test stands, over k6’s REST API',
  fc.tuple(nearJson({ data: { attributes: { vus: 3, tainted: false } } }), nearJson(metrics)),
  ([status, samples]) => finite(readNow({ status, metrics: samples }, 3)),
)

export const serverParsers = [pooler, wishes, postgres, celery, k6, k6Now]
