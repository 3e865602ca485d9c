/** Who could be connected, who is, and how many may be. Reads only. facts/cloudsql.md, 1. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { databaseName, missingDatabase } from './inputs.ts'

export const checkConnections = defineStep({
  name: 'check-connections',
  title: 'Check the connections of a database',
  risk: 'read',
  minutes: 1,
  input: z.strictObject({ database: databaseName }),
  examples: [{ database: 'tuki-db-prod' }],
  target: ({ database }) => `databases.${database}`,
  needs: () => [],
  missing: missingDatabase,
  effect: (_system, { database }) => ({ code: 'look-at-connections', values: { database } }),
  predict: (system) => ({ phases: [], after: system }),
  shows: ({ database }) =>
    [
      ...['maxConnections', 'sessions', 'sessionHolders', 'idleInTransaction'],
      ...['openTransactions', 'replicationLag', 'pendingRestart', 'tier', 'state'],
    ].map((field) => `databases.${database}.${field}`),
})
