/** The processes of a PostgreSQL, to be stopped, killed and woken. */
import type { PostgresServer } from './postgres-server.ts'

export async function pidOf(of: PostgresServer): Promise<number> {
  const [row] = await of.sql(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  )
  return Number(row?.pid)
}

export async function processesOf(of: PostgresServer): Promise<readonly number[]> {
  const rows = await of.sql('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
  return [await pidOf(of), ...rows.map(({ pid }) => Number(pid))]
}
