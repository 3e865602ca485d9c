/**
 * A PostgreSQL and a pooler in memory, as the ports have them: sessions that end when they are told to, settings that
 * every process takes. test/real holds the steps' own hands to the real servers.
 */
import { Fault } from '../../src/world/fault.ts'
import type { CloudSqlReader } from '../../src/world/ports/cloud-sql.ts'
import type {
  PgBouncerProcess,
  PgBouncerReader,
  PgBouncerWriter,
} from '../../src/world/ports/pgbouncer.ts'
import type { IdleFilter, PostgresReader, PostgresWriter } from '../../src/world/ports/postgres.ts'
import type { Clock } from '../../src/world/world.ts'

type Session = {
  readonly pid: number
  readonly user: string
  readonly application: string
  readonly state: 'idle' | 'idle in transaction'
  /** In this state since so long, when the simulation began. */
  readonly seconds: number
}

const idlers: readonly Session[] = [
  { pid: 11, user: 'shop', application: 'gunicorn', state: 'idle', seconds: 9_000 },
  { pid: 12, user: 'shop', application: 'gunicorn', state: 'idle in transaction', seconds: 5 },
  { pid: 13, user: 'shop', application: 'gunicorn', state: 'idle in transaction', seconds: 400 },
  { pid: 14, user: 'reports', application: 'nightly', state: 'idle in transaction', seconds: 900 },
]

/** The default of each tier that the examples name: facts/cloudsql.md, 1. */
const defaults: Readonly<Record<string, number>> = {
  'db-custom-2-7680': 400,
  'db-custom-8-30720': 600,
}

/** `loseReply`: what was told to end has ended, and nobody says so. */
export function simulatePostgres(clock: Clock, cloudSql: CloudSqlReader) {
  const began = clock.now()
  let sessions = idlers
  let isReplyLost = false
  const counts = { statements: 0 }
  const start = ({ pid }: { readonly pid: number }) => new Date(began - pid * 1_000).toISOString()
  const seconds = (session: Session) => session.seconds + (clock.now() - began) / 1_000
  const open = ({ idleSeconds, user, application }: IdleFilter) =>
    sessions
      .filter(({ state }) => state === 'idle in transaction')
      .filter((one) => seconds(one) >= idleSeconds)
      .filter((one) => one.user === (user ?? one.user))
      .filter((one) => one.application === (application ?? one.application))
      .map((one) => ({
        ...{ pid: one.pid, user: one.user, application: one.application, database: 'shop' },
        ...{ backendStart: start(one), transactionStart: start(one) },
        ...{ ageSeconds: seconds(one), idleSeconds: seconds(one) },
      }))
  const reader: PostgresReader = {
    maxConnections: async (database) => {
      const { flags, tier } = await cloudSql.instance(database)
      return Number(flags.max_connections ?? defaults[tier])
    },
    sessions: async () =>
      sessions.map((one) => ({
        ...{ user: one.user, application: one.application, database: 'shop' },
        ...{ state: one.state, sessions: 1, longestSeconds: seconds(one) },
      })),
    longestTransactions: async () => open({ idleSeconds: 0 }),
    idleInTransaction: async (_database, filter) => open(filter),
    replicationLag: async () => ({ kind: 'primary', replicas: [] }),
    pendingRestart: async () => [],
  }
  const writer: PostgresWriter = {
    terminateSessions: async (clearance, database, keys) => {
      clearance.spend(clock.now(), `databases.${database}`)
      counts.statements += 1
      const told = keys.filter((key) =>
        sessions.some((one) => one.pid === key.pid && start(one) === key.backendStart),
      )
      sessions = sessions.filter(({ pid }) => !told.some((key) => key.pid === pid))
      if (isReplyLost) throw new Fault('time-out', 'unknown', 'no answer in time')
      return told
    },
  }
  const loseReply = () => {
    isReplyLost = true
  }
  return {
    reader,
    writer,
    loseReply,
    statements: () => counts.statements,
    pids: () => sessions.map(({ pid }) => pid),
  }
}

export function simulatePooler(clock: Clock, count = 1) {
  const counts = { sets: 0 }
  /** When it was paused, and let go again; null: not yet. */
  const pauses: { readonly from: number; to: number | null }[] = []
  let processes: readonly PgBouncerProcess[] = Array.from({ length: count }, () => ({
    version: '1.23.1',
    settings: {
      mode: 'transaction',
      ...{ defaultPoolSize: 25, reservePoolSize: 0, maxClientConn: 5000 },
      ...{ maxDbConnections: 0, serverLoginRetrySeconds: 15 },
    },
    queryWaitTimeoutSeconds: 120,
    databases: [
      {
        ...{ name: 'shop', poolSize: 25, maxConnections: 0, servers: 0 },
        ...{ isPaused: false, isDisabled: false },
      },
    ],
    pools: [],
    stats: [],
  }))
  const hold = (isPaused: boolean) => {
    processes = processes.map((process) => ({
      ...process,
      databases: process.databases.map((one) => ({ ...one, isPaused })),
    }))
  }
  const reader: PgBouncerReader = { processes: async () => processes }
  const writer: PgBouncerWriter = {
    set: async (clearance, { pooler, settings: change }) => {
      clearance.spend(clock.now(), `poolers.${pooler}`)
      counts.sets += 1
      const given = Object.entries(change).filter(([, value]) => value !== undefined)
      processes = processes.map((process) => {
        const settings = { ...process.settings, ...Object.fromEntries(given) }
        const holding = {
          poolSize: settings.defaultPoolSize,
          maxConnections: settings.maxDbConnections,
        }
        const databases = process.databases.map((one) => ({ ...one, ...holding }))
        return { ...process, settings, databases }
      })
    },
    pause: async (clearance, { database }) => {
      clearance.spend(clock.now(), `databases.${database}`)
      if (pauses.every(({ to }) => to !== null)) pauses.push({ from: clock.now(), to: null })
      hold(true)
    },
    resume: async (clearance, { database }) => {
      clearance.spend(clock.now(), `databases.${database}`)
      for (const one of pauses) one.to ??= clock.now()
      hold(false)
    },
  }
  return { reader, writer, sets: () => counts.sets, pauses }
}
