/** The command line in this process, on the day of the golden cases: real verbs and catalogue, a document in a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'
import { printedBy } from './offline-verbs.ts'

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
  const line = [...args, '--system', file, '--offline', '--json']
  const code = await runCommandLine(line, printedBy({ out, err }))
  expect(err, args.join(' ')).toEqual([])
  return { code, said: JSON.parse(out.join('\n')) }
}

export function words(input: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(input).map(([key, value]) =>
    typeof value === 'string' ? `${key}=${value}` : `${key}=${JSON.stringify(value)}`,
  )
}
