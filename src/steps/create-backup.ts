/** Backs up a database. It occupies the instance's one operation, and changes nothing else. */
import { z } from 'zod'
import { defineStep, nothingChanged } from '../define/define-step.ts'
import { instanceOperation, intentLabel } from './cloud-sql-patch.ts'
import { databaseName, missingDatabase } from './inputs.ts'
import { settled } from './predicting.ts'
import { configured } from './sources.ts'

/** Nothing of ours but its description marks a backup. writes.md */
const descriptionFor = (intent: { readonly id: string }) => `${intentLabel} ${intent.id}`

export const createBackup = defineStep({
  name: 'create-backup',
  title: 'Back up a database',
  risk: 'safe',
  guard: 'absolute',
  minutes: 10,
  input: z.strictObject({ database: databaseName }),
  examples: [{ database: 'tuki-db-prod' }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) => ['state', 'operation'].map((field) => `databases.${database}.${field}`),
  missing: missingDatabase,
  effect: (_system, { database }) => ({ code: 'back-up', values: { database } }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  unable: () => null,
  probe: async (intent, { database }, read) => {
    const reader = configured(read.cloudSql)
    const [backups, operations] = await Promise.all([
      reader.backups(database),
      reader.operations(database),
    ])
    const mine = backups.find(({ description }) => description === descriptionFor(intent))
    if (mine === undefined) return { kind: 'absent' }
    if (mine.status === 'SUCCESSFUL') return { kind: 'done', by: 'me' }
    const running = operations.find(({ status }) => status !== 'done')
    return running === undefined
      ? { kind: 'unknown', why: `the backup is ${mine.status}`, operation: null }
      : { kind: 'running', operation: running.name }
  },
  perform: async (clearance, intent, { database }, { write }) => {
    const backup = { instance: database, description: descriptionFor(intent) }
    const { name } = await configured(write.cloudSql).backUp(clearance, backup)
    return { kind: 'operation', operation: name }
  },
  poll: instanceOperation,
  expects: (_after, { database }) => [
    { fact: `databases.${database}.backup`, predicted: 'SUCCESSFUL' },
  ],
  undo: () => ({ kind: 'cannot', because: nothingChanged }),
})
