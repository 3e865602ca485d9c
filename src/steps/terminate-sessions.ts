/** Ends sessions that sit idle in a transaction; what they had not committed is lost. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import type { IdleFilter } from '../world/ports/postgres.ts'
import { databaseName, missingDatabase } from './inputs.ts'
import { settled } from './predicting.ts'
import { configured, noOperation } from './sources.ts'

export const terminateSessions = defineStep({
  name: 'terminate-sessions',
  title: 'End sessions that are idle in a transaction',
  risk: 'disruptive',
  guard: 'absolute',
  minutes: 1,
  input: z.strictObject({
    database: databaseName,
    idleInTransactionSeconds: z.int().min(0).describe('only those that are idle for so long'),
    user: z.string().min(1).optional().describe('only those of this database user'),
    application: z.string().min(1).optional().describe('only those of this application_name'),
  }),
  examples: [{ database: 'tuki-db-prod', idleInTransactionSeconds: 300 }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) =>
    ['sessions', 'idleInTransaction'].map((field) => `databases.${database}.${field}`),
  missing: missingDatabase,
  effect: (_system, { database, idleInTransactionSeconds, user, application }) => ({
    code: 'terminate-sessions',
    values: {
      database,
      idleSeconds: idleInTransactionSeconds,
      whose: [user, application].filter((one) => one !== undefined).join(', '),
    },
  }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  unable: () => null,
  // By presence: whoever sits there so long is still to be ended, whatever was sent before.
  probe: async (_intent, input, read) => {
    const found = await configured(read.postgres).idleInTransaction(input.database, filterOf(input))
    return found.length === 0 ? { kind: 'done', by: 'as-wished' } : { kind: 'absent' }
  },
  perform: async (clearance, _intent, input, { read, write }) => {
    const { database } = input
    const writer = configured(write.postgres)
    const found = await configured(read.postgres).idleInTransaction(database, filterOf(input))
    // They ended by themselves since they were seen: nothing is left to be told.
    if (found.length === 0) return { kind: 'done' }
    const sessions = found.map(({ pid, backendStart, transactionStart }) => ({
      ...{ pid, backendStart, transactionStart },
    }))
    await writer.terminateSessions(clearance, database, sessions)
    return { kind: 'done' }
  },
  poll: noOperation,
  expects: (_after, { database, idleInTransactionSeconds: idleSeconds, user, application }) => [
    {
      fact: `databases.${database}.idleInTransaction`,
      predicted: 0,
      rows: {
        idleSeconds,
        ...(user === undefined ? {} : { user }),
        ...(application === undefined ? {} : { application }),
      },
    },
  ],
  undo: () => ({ kind: 'cannot', because: 'what was not committed is lost' }),
})

function filterOf(input: {
  readonly idleInTransactionSeconds: number
  readonly user?: string | undefined
  readonly application?: string | undefined
}): IdleFilter {
  const { idleInTransactionSeconds: idleSeconds, user, application } = input
  return { idleSeconds, user, application }
}
