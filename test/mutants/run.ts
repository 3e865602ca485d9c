/**
 * `npm run mutants`: each safety sentence is broken on purpose, and the test that guards it must
 * fail. `--list` shows them, `--only NAME` takes one. Exit code 1 unless all are killed.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutants } from './all.ts'
import { hunt, type Verdict } from './hunt.ts'

process.exitCode = await run()

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, list: { type: 'boolean' } },
  })
  const { only = mutants.map(({ name }) => name), list = false } = values
  const unknown = only.find((name) => !mutants.some((mutant) => mutant.name === name))
  if (unknown !== undefined) {
    process.stderr.write(`There is no mutant ${unknown}; --list shows them all.\n`)
    return 2
  }
  const chosen = mutants.filter(({ name }) => only.includes(name))
  if (list) {
    for (const { name, safety, killedBy } of chosen)
      print(`${name}\n  ${safety}\n  ${killedBy.file}: ${killedBy.title}`)
    return 0
  }
  const width = Math.max(...chosen.map(({ name }) => name.length))
  const verdicts = await hunt({
    root: fileURLToPath(new URL('../../', import.meta.url)),
    mutants: chosen,
    workshopCount: Math.min(availableParallelism(), 4),
    onVerdict: (verdict) => print(row(verdict, width)),
  })
  const count = (kind: Verdict['kind']): number =>
    verdicts.filter((verdict) => verdict.kind === kind).length
  const killed = count('killed')
  print(`${killed} killed, ${count('survived')} survived, ${count('unproven')} unproven`)
  return killed === chosen.length ? 0 : 1
}

function row({ mutant, kind, why }: Verdict, width: number): string {
  const what = `${kind.padEnd('survived'.length)}  ${mutant.name.padEnd(width)}  ${mutant.safety}`
  return kind === 'killed' ? what : `${what}\n          ${why}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
