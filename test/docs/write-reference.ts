/** `npm run docs` writes docs/reference anew; with `--check` it writes nothing and fails where a page is stale. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { referenceFolder, referencePages, staleAmong } from './reference.ts'

const pages = await referencePages()
const fileOf = (name: string) => join(referenceFolder, name)
const stale = staleAmong(pages, (name) =>
  existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : null,
)
if (!process.argv.includes('--check')) {
  mkdirSync(referenceFolder, { recursive: true })
  for (const { name, text } of pages) writeFileSync(fileOf(name), text)
  process.stdout.write(`docs/reference: ${pages.length} pages, ${stale.length} of them changed\n`)
} else if (stale.length > 0) {
  process.stderr.write(`docs/reference: ${stale.join(', ')} stale; \`npm run docs\` writes them\n`)
  process.exitCode = 1
}
