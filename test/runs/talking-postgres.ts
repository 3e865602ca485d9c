/** A PostgreSQL that says its max_connections and its sessions, and answers nothing else. */
import { Fault } from '../../src/world/fault.ts'
import type { PostgresReader } from '../../src/world/ports/postgres.ts'

export function postgresSaying(maxConnections: number): PostgresReader {
  const silent = (): Promise<never> =>
    Promise.reject(new Fault('unreachable', 'no', 'it answers nothing else'))
  return {
    maxConnections: async () => maxConnections,
    sessions: async () => 120,
    sessionCounts: silent,
    longestTransactions: silent,
    idleInTransaction: silent,
    presentSessions: silent,
    replicationLag: silent,
    pendingRestart: silent,
    setting: silent,
  }
}
