/** The text of a new runbook: it rehearses at once, and shows where to go on. */
import type { System } from '../capacity/system.ts'

/** A file's name without `.ts`; src/library/load.ts takes no other. */
export const runbookName = /^[a-z][a-z0-9-]{0,60}$/

/** `source`: how the new file reaches the product's own src. */
export function newRunbook(name: string, source: string, system: System): string | null {
  const [database] = Object.keys(system.databases)
  if (database === undefined) return null
  return `/** What it is for, in one sentence. */
import { z } from 'zod'
import { defineRunbook } from '${source}/define/define-runbook.ts'
import { checkConnections } from '${source}/steps/check-connections.ts'
import { confirm } from '${source}/steps/confirm.ts'
import { databaseName } from '${source}/steps/inputs.ts'

export default defineRunbook({
  name: '${name}',
  title: 'What it does, in a few words',
  why: 'When to use it, and why in this order.',
  parameters: z.strictObject({
    database: databaseName.default('${database}'),
  }),
  tests: [
    {
      claim: 'it reaches its end without a block',
      parameters: {},
      expects: { stopsAt: null },
    },
  ],
  steps: ({ database }) => [
    checkConnections({ database }),
    confirm({ what: 'what a person looks at, and says that it is so' }),
  ],
})
`
}
