/** A folder inside the project that is gone after the test: what is written there finds src and zod. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../architecture/source.ts'

export type Scratch = {
  readonly folder: string
  readonly write: (name: string, text: string) => string
  readonly remove: () => void
}

export function scratchFolder(): Scratch {
  const folder = mkdtempSync(join(projectRoot, '.tmp-'))
  return {
    folder,
    write: (name, text) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
