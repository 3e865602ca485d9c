/** The command line in this process, on the day of the golden cases: real verbs and catalogue, a document in a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'
import { readSystemFile } from '../../src/documents.ts'
import { emptyHeadroom } from '../../src/runs/headroom.ts'
import { lookWith } from '../../src/runs/look.ts'
import { catalogue } from '../../src/steps/index.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { today } from '../capacity/golden.ts'

const at = Date.parse(`${today}T12:00:00Z`)
const unread = async () => ({ kind: 'unread' as const, sentence: 'no ledger here' })
export const exitCodes = { clear: 0, review: 3, block: 4 } as const

function fileIn(folder: string, name: string, content: unknown): string {
  const file = join(folder, `${name.replace(/\W+/g, '-')}.json`)
  writeFileSync(file, JSON.stringify(content))
  return file
}

export type Terminal = {
  readonly fileOf: (name: string, content: unknown) => string
  readonly clear: () => void
}

export function terminal(): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-terminal-'))
  return {
    fileOf: (name, content) => fileIn(folder, name, content),
    clear: () => rmSync(folder, { recursive: true }),
  }
}

/** The verb on this document, on the day of the golden cases. */
export async function say(args: readonly string[], file: string) {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runCommandLine([...args, '--system', file, '--offline', '--json'], {
    catalogue,
    open: ({ system = '' }) => {
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
    shelf: () => ({ kind: 'wrong', sentence: 'no runbooks here' }),
    ledger: { audit: unread, timeline: unread, runs: unread },
    rewrite: () => 'nothing is written here',
    create: () => 'nothing is written here',
    survey: async () => ({ kind: 'wrong', sentence: 'nobody looks here' }),
    examineSetup: async () => [],
    ask: async () => ({ kind: 'wrong', sentence: 'nobody is asked here' }),
    start: async () => 1,
    print: (text) => void out.push(text),
    complain: (text) => void err.push(text),
  })
  expect(err, args.join(' ')).toEqual([])
  return { code, said: JSON.parse(out.join('\n')) }
}

export function words(input: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(input).map(([key, value]) =>
    typeof value === 'string' ? `${key}=${value}` : `${key}=${JSON.stringify(value)}`,
  )
}
