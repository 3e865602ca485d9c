/** Changes a pooler's settings; they hold at once, and until it restarts. facts/cloudsql.md, 7. */
import { z } from 'zod'
import { withPoolerSettings } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { changesText, missingFrom, noHandsYet, settled } from './foreseen.ts'
import { poolerName } from './inputs.ts'

export const setPooler = defineStep({
  name: 'set-pooler',
  title: 'Change the settings of a pooler',
  risk: 'safe',
  minutes: 2,
  input: z.strictObject({
    pooler: poolerName,
    mode: z.enum(['transaction', 'session', 'statement']).optional().describe('pool_mode'),
    defaultPoolSize: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('server connections for each database and user'),
    reservePoolSize: z.int().min(0).max(10_000).optional().describe('more of them, under load'),
    maxClientConn: z.int().min(0).max(1_000_000).optional().describe('clients of one process'),
    maxDbConnections: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('server connections of one process to the database; 0: no limit'),
    serverLoginRetrySeconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe('how long clients are refused after a failed login'),
  }),
  examples: [{ pooler: 'pgbouncer', defaultPoolSize: 40 }],
  target: ({ pooler }) => `poolers.${pooler}`,
  needs: ({ pooler }) => [`poolers.${pooler}`],
  missing: (system, input) => missingFrom(withPoolerSettings(system, input)),
  effect: (system, { pooler, ...wished }) => ({
    code: 'set-pooler',
    values: { pooler, changes: changesText(system.poolers[pooler], wished) },
  }),
  predict: (system, input) => settled(withPoolerSettings(system, input)),
  cannot: () => noHandsYet('set-pooler'),
})
