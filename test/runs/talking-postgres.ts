/** A PostgreSQL at rest: its max_connections, sessions that only hold a slot, and nothing that waits. */
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
    longestTransactions: async () => [],
    idleInTransaction: silent,
    replicationLag: async () => ({ kind: 'primary', replicas: [] }),
    pendingRestart: async () => [],
  }
}
