/**
 * What a local cloud lacks and a bot in production sees: the database itself, its pooler's console,
 * Celery's broker, and a k6. Each speaks its own wire; the k6 sends no load.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type LocalWorker, startBroker } from '../world/broker-wire.ts'
import { type Answer, type Asked, startWire } from '../world/postgres-wire.ts'
import { database } from './bot.ts'
import type { Environment } from './process.ts'

export type Servers = {
  /** As production names them. */
  readonly env: Environment
  /** How the pooler is set now, by its console's names. */
  readonly pooler: Readonly<Record<string, string>>
  /** Whether its clients wait. */
  readonly isPaused: () => boolean
  /** How many sessions sit idle in a transaction, until somebody ends them. */
  readonly idle: () => number
  /** The processes of each worker. */
  readonly pools: () => readonly number[]
  /** Its instances decide what the database says of itself. */
  readonly watch: (cloud: LocalCloud) => void
  readonly stop: () => Promise<void>
}

/** `wrote`: told of each change after it took effect and before it is answered. */
export async function startServers(wrote = (_what: string): void => undefined): Promise<Servers> {
  let cloud: LocalCloud | null = null
  let idle = 1
  const pooler: Record<string, string> = { ...poolerAtFirst }
  const held = { isPaused: false }
  const postgres = await startWire((asked) => {
    const told = asked.sql.includes('pg_terminate_backend') ? idle : 0
    idle -= told
    if (told > 0) wrote('terminate')
    return databaseSays(asked.sql, { slots: slotsOf(cloud), idle, told })
  })
  const console = await startWire(({ sql }) => {
    const answer = consoleSays(sql, pooler, held)
    if (/^(SET|PAUSE|RESUME) /.test(sql)) wrote(sql)
    return answer
  })
  const workers = [1, 2].map((number) => workerOf(`celery-worker@${number}`, wrote))
  const broker = await startBroker({ workers })
  const programs = mkdtempSync(join(tmpdir(), 'plimsoll-k6-'))
  putStandInK6(programs)
  return {
    env: {
      DATABASE_URL_TUKI_DB_PROD: `postgres://watcher@127.0.0.1:${postgres.port}/shop`,
      PGBOUNCER_ADMIN_URLS: `postgres://watcher@127.0.0.1:${console.port}/pgbouncer`,
      CELERY_BROKER_URL: broker.url,
      PATH: `${programs}:${process.env.PATH ?? ''}`,
    },
    pooler,
    isPaused: () => held.isPaused,
    idle: () => idle,
    pools: () => workers.map(({ pool }) => pool),
    watch: (one) => {
      cloud = one
    },
    stop: async () => {
      await Promise.all([postgres.stop(), console.stop(), broker.stop()])
      rmSync(programs, { recursive: true })
    },
  }
}

function workerOf(name: string, wrote: (what: string) => void): LocalWorker {
  let processes = 4
  return {
    name,
    get pool() {
      return processes
    },
    set pool(wished) {
      const by = wished - processes
      processes = wished
      wrote(`${name} ${by}`)
    },
  }
}

const rows = (...all: Extract<Answer, { kind: 'rows' }>['rows']): Answer => ({
  kind: 'rows',
  rows: all,
})

/** Of the tiers that the runbooks name. facts/cloudsql.md, 1. */
const slotsByTier: Readonly<Record<string, number>> = {
  'db-custom-2-7680': 400,
  'db-custom-8-30720': 600,
}

function slotsOf(cloud: LocalCloud | null): number {
  const { tier = '' } = cloud?.instance(database) ?? {}
  const slots = slotsByTier[tier]
  if (slots === undefined) throw new Error(`nobody knows how many slots ${tier} gives`)
  return slots
}

const session = { user: 'shop', application: 'gunicorn', database: 'shop' }

function databaseSays(
  sql: Asked['sql'],
  { slots, idle, told }: { slots: number; idle: number; told: number },
): Answer {
  if (sql === 'SHOW max_connections') return rows({ max_connections: String(slots) })
  if (sql.includes('pg_terminate_backend'))
    return told === 0 ? rows() : rows({ pid: 13, is_told: true })
  if (sql.includes('count(pid)')) {
    const seen = { sees_all: true, ...session }
    return rows(
      { ...seen, state: 'idle', sessions: 120, longest_seconds: 4 },
      { ...seen, state: 'idle in transaction', sessions: idle, longest_seconds: 400 },
    )
  }
  if (sql.includes('pg_stat_replication'))
    return rows({
      ...{ sees_all: true, is_replica: false, is_receiving: false, is_paused: null },
      ...{ replayed_seconds: null, name: null, state: null, lag_bytes: null, lag_seconds: null },
    })
  if (sql.includes('xact_start')) return rows(idle === 0 ? noTransaction : openTransaction)
  return rows()
}

const openTransaction = {
  ...{ sees_all: true, pid: 13, state: 'idle in transaction', ...session },
  ...{ backend_start: '2026-11-24T00:00:00.000000Z', age_seconds: 400 },
  ...{ transaction_start: '2026-11-24T00:01:00.000000Z', state_seconds: 400 },
} as const
const noTransaction = {
  ...{ sees_all: true, pid: null, state: null, user: null, application: null, database: null },
  ...{ backend_start: null, age_seconds: null, transaction_start: null, state_seconds: null },
} as const

/** As the System document has it. */
const poolerAtFirst = {
  ...{ pool_mode: 'transaction', default_pool_size: '25', reserve_pool_size: '0' },
  ...{ max_client_conn: '5000', max_db_connections: '0', server_login_retry: '15' },
  query_wait_timeout: '120',
} as const

function consoleSays(
  sql: string,
  config: Record<string, string>,
  held: { isPaused: boolean },
): Answer {
  const [, key, value] = /^SET (\w+) = '([^']*)'$/.exec(sql) ?? []
  if (key !== undefined && value !== undefined) config[key] = value
  if (sql === 'PAUSE "shop"') held.isPaused = true
  if (sql === 'RESUME "shop"') held.isPaused = false
  switch (sql) {
    case 'SHOW VERSION':
      return rows({ version: 'PgBouncer 1.23.1' })
    case 'SHOW CONFIG':
      return rows(...Object.entries(config).map(([name, set]) => ({ key: name, value: set })))
    case 'SHOW DATABASES':
      return rows({
        ...{ name: 'shop', pool_size: config.default_pool_size ?? '', current_connections: '2' },
        ...{ max_connections: config.max_db_connections ?? '', disabled: '0' },
        paused: held.isPaused ? '1' : '0',
      })
    default:
      return rows()
  }
}

/** It ends at once and says that all its users were served: what a run makes of a k6 is shown here, not k6. */
function putStandInK6(folder: string): void {
  const file = join(folder, 'k6')
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `#!${process.execPath}\n${standIn}`)
  chmodSync(file, 0o755)
}

const standIn = `const { readFileSync, writeFileSync } = require('node:fs')
const { arrival } = JSON.parse(readFileSync('plan.json', 'utf8'))
const metrics = {
  http_reqs: { values: { count: 6000, rate: 100 } },
  http_req_duration: { values: { 'p(95)': 180, 'p(99)': 240 } },
  http_req_failed: { values: { rate: 0 } },
  vus: { values: { max: arrival.users } },
}
writeFileSync('summary.json', JSON.stringify({ state: { testRunDurationMs: 60000 }, metrics }))
`
