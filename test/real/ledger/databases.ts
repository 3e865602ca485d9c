/** Ledgers on a real PostgreSQL: each in a database of its own, on the server's clock or on one moved by hand. */
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { type Alongside, openPostgres, postgresLedger } from '../../../src/ledger/postgres.ts'
import type { PostgresPool } from '../../../src/ledger/postgres-pool.ts'
import { type PostgresAddress, readPostgresUrl } from '../../../src/world/postgres-url.ts'
import type { Clock } from '../../../src/world/world.ts'
import type { PostgresServer } from '../servers/postgres-server.ts'

export function addressOf(url: string): PostgresAddress {
  const read = readPostgresUrl(url)
  if (read.kind === 'wrong') throw new Error(read.problem)
  return read.address
}

const alone: Alongside = async () => undefined

export function databasesOn(server: () => PostgresServer) {
  let count = 0
  const pools: PostgresPool[] = []
  const fresh = async (): Promise<string> => {
    count += 1
    const name = `ledger_${count}`
    await server().sql(`CREATE DATABASE ${name}`)
    return server().url('postgres', name)
  }
  const opened = async (url: string): Promise<{ ledger: Ledger; pool: PostgresPool }> => {
    const pool = await openPostgres(addressOf(url))
    pools.push(pool)
    return { ledger: postgresLedger(pool, alone), pool }
  }
  return {
    fresh,
    opened,
    /** Its own now() and clock_timestamp() stand before the server's: the ledger asks the same questions. */
    onHandClock: (clock: Clock): Ledger => {
      const opening = (async () => {
        const url = await fresh()
        const setUp = await openPostgres(addressOf(url))
        await setUp.sql('CREATE SCHEMA hand')
        await setUp.sql('CREATE TABLE hand.clock AS SELECT 0::float8 AS ms')
        for (const name of ['now', 'clock_timestamp'])
          await setUp.sql(`CREATE FUNCTION hand.${name}() RETURNS timestamptz LANGUAGE sql
            AS 'SELECT to_timestamp(ms / 1000) FROM hand.clock'`)
        await setUp.sql(`DO $$ BEGIN EXECUTE format(
          'ALTER DATABASE %I SET search_path = hand, pg_catalog', current_database()); END $$`)
        await setUp.close()
        return opened(url)
      })()
      const onTime = async () => {
        const { ledger, pool } = await opening
        await pool.sql('UPDATE hand.clock SET ms = $1', [clock.now()])
        return ledger
      }
      const later = async () => (await opening).ledger
      return {
        now: async () => (await onTime()).now(),
        append: async (appends) => (await onTime()).append(appends),
        read: async (stream) => (await later()).read(stream),
        head: async (stream) => (await later()).head(stream),
        due: async (time, limit) => (await later()).due(time, limit),
        newest: async (prefix, limit) => (await later()).newest(prefix, limit),
        keepDocument: async (digest, body) => (await later()).keepDocument(digest, body),
        document: async (digest) => (await later()).document(digest),
        // The pools are closed together, when the test has ended.
        close: async () => undefined,
      }
    },
    closeAll: async () => {
      for (const pool of pools.splice(0)) await pool.close()
    },
  }
}
