/** docs/write-a-runbook.md, followed to the letter: every file is written, every command is run. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../architecture/source.ts'
import { scratchFolder } from '../define/scratch.ts'
import { run } from '../e2e/process.ts'

const page = readFileSync(join(projectRoot, 'docs/write-a-runbook.md'), 'utf8')
const scratch = scratchFolder()
afterAll(() => scratch.remove())
/** What the page calls runbooks/ is this folder, with the runbooks of a clone in it. */
const here = basename(scratch.folder)
for (const name of readdirSync(join(projectRoot, 'runbooks')).filter((one) => one.endsWith('.ts')))
  copyFileSync(join(projectRoot, 'runbooks', name), join(scratch.folder, name))
const settings = { extends: '../tsconfig.json', include: ['*.ts'] }
scratch.write('tsconfig.json', JSON.stringify(settings))

type Block =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'command'
      readonly line: string
      readonly says: readonly string[]
      readonly code: number
    }

/** The fenced blocks in order: `ts <name>` is a file, `sh` holds commands, what they say, and `[exit n]`. */
function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, info = '', body = '']): readonly Block[] => {
      const [language, name] = info.split(' ')
      if (language === 'ts' && name !== undefined) return fileBlock(name, body)
      if (language !== 'sh') throw new Error(`a block that nobody runs: ${info}`)
      const commands = body.split(/^\$ /m).filter((one) => one !== '')
      return commands.map(commandBlock)
    },
  )
}

function fileBlock(name: string, text: string): readonly Block[] {
  return [{ kind: 'file', name, text }]
}

function commandBlock(command: string): Block {
  const [line = '', ...rest] = command.trimEnd().split('\n')
  const [exit] = rest.flatMap((said) => /^\[exit (\d)\]$/.exec(said)?.[1] ?? [])
  const says = rest.filter((said) => !said.startsWith('[exit'))
  return { kind: 'command', line, says, code: Number(exit ?? 0) }
}

async function done(
  line: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const words = line.split(' ')
  if (line.startsWith('npx plimsoll ')) {
    const process = run(words.slice(2), { PLIMSOLL_RUNBOOKS: here })
    const code = await process.ended
    return { code, said: process.stdout() + process.stderr() }
  }
  if (line === 'npx tsc --noEmit') {
    const tsc = join(projectRoot, 'node_modules/.bin/tsc')
    const options = { cwd: projectRoot, encoding: 'utf8' } as const
    const { status, stdout } = spawnSync(
      tsc,
      ['--noEmit', '--pretty', 'false', '-p', here],
      options,
    )
    return { code: status, said: stdout }
  }
  if (words[0] === 'rm' && words[1]?.startsWith('runbooks/')) {
    rmSync(join(scratch.folder, basename(words[1])))
    return { code: 0, said: '' }
  }
  throw new Error(`nobody knows how to run: ${line}`)
}

describe('docs/write-a-runbook.md', () => {
  const blocks = blocksOf(page)

  test('has files and commands to follow', () => {
    expect(blocks.filter(({ kind }) => kind === 'file').length).toBeGreaterThan(4)
    expect(blocks.filter(({ kind }) => kind === 'command').length).toBeGreaterThan(10)
  })

  for (const [index, block] of blocks.entries())
    test(`${index + 1}: ${block.kind === 'file' ? block.name : block.line}`, async () => {
      if (block.kind === 'file') {
        scratch.write(block.name, block.text)
        return
      }
      const { code, said } = await done(block.line)
      expect(code, said).toBe(block.code)
      for (const line of block.says)
        expect(said).toContain(line.replaceAll('runbooks/', `${here}/`))
    })
})
