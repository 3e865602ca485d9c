/** The real verbs and catalogue on the day of the golden cases, which hear what is printed and start nothing. */
import { join } from 'node:path'
import type { Verbs } from '../../src/cli/verbs.ts'
import { readSystemFile } from '../../src/documents.ts'
import { emptyHeadroom } from '../../src/runs/headroom.ts'
import { lookWith } from '../../src/runs/look.ts'
import { catalogue } from '../../src/steps/index.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { projectRoot } from '../architecture/source.ts'
import { today } from '../capacity/golden.ts'

export type Printed = { readonly out: string[]; readonly err: string[] }

const at = Date.parse(`${today}T12:00:00Z`)
const nothing = { kind: 'unread', sentence: 'No ledger here.' } as const

/** `mayOpen`: which System documents are read; every other is none. */
export function printedBy(
  { out, err }: Printed,
  mayOpen: (system: string) => boolean = () => true,
): Verbs {
  return {
    catalogue,
    open: ({ system = join(projectRoot, 'system.yml') }) => {
      if (!mayOpen(system)) return { kind: 'wrong', sentence: 'No System document.' }
      const read = readSystemFile(system)
      if (read.kind === 'wrong') return read
      const { document } = read
      const look = lookWith({
        ...{ document, catalogue, read: nowhere.read, clock: { now: () => at } },
        now: async () => at,
        headroom: async () => emptyHeadroom,
        load: async () => undefined,
      })
      return { kind: 'opened', document, file: system, look }
    },
    shelf: () => ({ kind: 'wrong', sentence: 'No runbooks here.' }),
    ledger: {
      audit: async () => nothing,
      timeline: async () => null,
      runs: async () => ({ runs: [], unreadable: [] }),
    },
    rewrite: () => 'Nothing is written here.',
    create: () => 'Nothing is written here.',
    survey: async () => ({ kind: 'wrong', sentence: 'Nobody looks here.' }),
    examineSetup: async () => [],
    ask: async () => ({ kind: 'wrong', sentence: 'Nobody is asked here.' }),
    start: async () => 1,
    print: (text) => void out.push(text),
    complain: (text) => void err.push(text),
  }
}
