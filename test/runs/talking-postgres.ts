/** A PostgreSQL that says its max_connections, its sessions and what waits for a restart, and nothing else. */
import { Fault } from '../../src/world/fault.ts'
import type { PostgresReader } from '../../src/world/ports/postgres.ts'

export function postgresSaying(maxConnections: number): PostgresReader {
  const silent = (): Promise<never> =>
    Promise.reject(new Fault('unreachable', 'no', 'it answers nothing else'))
  return {
    maxConnections: async () => maxConnections,
    sessions: async () => [
      {
        ...{ user: 'shop', application: 'gunicorn', database: 'shop', state: 'idle' },
        ...{ sessions: 120, longestSeconds: 4 },
      },
    ],
    longestTransactions: silent,
    idleInTransaction: silent,
    replicationLag: silent,
    pendingRestart: async () => [],
  }
}
