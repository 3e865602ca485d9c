/**
 * `npm run fuzz`: every parser is fed samples that somebody mistyped, cut or attacked, for a minute
 * each. `--only NAME`, `--seconds N`, `--seed N` (and `--path` of a failure), `--list`. Exit code 1
 * where something does not hold: then the seed, the path and the smallest input.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { parsers } from './all.ts'
import type { Hunted, Parser } from './parser.ts'

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string' },
      path: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  })
  const { only = parsers.map(({ name }) => name), list, path } = values
  const [seconds, seed] = [Number(values.seconds), Number(values.seed ?? randomInt(2 ** 31))]
  const unknown = only.find((name) => !parsers.some((one) => one.name === name))
  if (unknown !== undefined) return wrong(`There is no parser ${unknown}; --list shows them all.`)
  if (!(seconds > 0)) return wrong(`--seconds must be a number above 0, not ${values.seconds}.`)
  if (!Number.isSafeInteger(seed))
    return wrong(`--seed must be a whole number, not ${values.seed}.`)
  const chosen = parsers.filter(({ name }) => only.includes(name))
  const failed: string[] = []
  for (const parser of chosen) {
    if (list) print(`${parser.name.padEnd(width)}  ${parser.reads}`)
    else if ((await hunted(parser, { seed, path, withinMs: seconds * 1_000 })).failure !== null)
      failed.push(parser.name)
  }
  if (!list)
    print(
      `${chosen.length} parsers, ${failed.length} broken${failed.length === 0 ? '' : `: ${failed.join(', ')}`}`,
    )
  return failed.length === 0 ? 0 : 1
}

const width = Math.max(...parsers.map(({ name }) => name.length))

async function hunted(
  parser: Parser,
  { seed, path, withinMs }: { seed: number; path: string | undefined; withinMs: number },
): Promise<Hunted> {
  const found = await parser.hunt({
    ...{ seed, withinMs, runsAtMost: Number.MAX_SAFE_INTEGER },
    ...(path === undefined ? {} : { path }),
  })
  const { executions, failure } = found
  print(
    `${failure === null ? 'holds ' : 'BROKEN'}  ${parser.name.padEnd(width)}  ${executions} executions`,
  )
  if (failure !== null)
    print(
      `  ${failure.error}\n  input: ${failure.input.slice(0, 4_000)}\n  again: npm run fuzz -- --only ${parser.name} --seed ${failure.seed} --path ${failure.path}`,
    )
  return found
}

function wrong(sentence: string): number {
  process.stderr.write(`${sentence}\n`)
  return 2
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

process.exitCode = await run()
