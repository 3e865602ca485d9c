/** `npm run bench`: each bench with its bound; `--only NAME` takes one. Exit code 1 over a bound. */
import { parseArgs } from 'node:util'
import { ackBench } from './ack.ts'
import { postgresAppendBench, sqliteAppendBench } from './append.ts'
import { type Bench, measured, type Result, type Spread } from './bench.ts'
import { inFlightBench } from './in-flight.ts'
import { lawsBench } from './laws.ts'
import { memoryBench } from './memory.ts'
import { assessMemoryBench, plannerBench, supportedUsersBench } from './planner.ts'
import { startBench } from './start.ts'
import { hangingStatusBench, statusBench } from './status.ts'

const benches: Readonly<Record<string, () => Promise<Bench | null>>> = {
  laws: lawsBench,
  'supported-users': supportedUsersBench,
  planner: plannerBench,
  'assess-memory': assessMemoryBench,
  status: statusBench,
  'status-hanging': hangingStatusBench,
  start: startBench,
  memory: memoryBench,
  'append-sqlite': sqliteAppendBench,
  'append-postgres': postgresAppendBench,
  ack: ackBench,
  'in-flight': inFlightBench,
}

process.exitCode = await run()

async function run(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
  const names = values.only ?? Object.keys(benches)
  let code = 0
  for (const name of names) {
    const open = benches[name]
    if (open === undefined) {
      process.stderr.write(`There is no bench ${name}; there are ${Object.keys(benches)}.\n`)
      return 2
    }
    const bench = await open()
    if (bench === null) {
      process.stdout.write(`${name}: not measured, its server is not installed here.\n`)
      continue
    }
    try {
      const result = await measured(bench)
      process.stdout.write(`${described(bench, result)}\n`)
      if (!result.isWithin) code = 1
    } finally {
      await bench.close()
    }
  }
  return code
}

function described(bench: Bench, { values, subject, against, isWithin }: Result): string {
  const { name, unit, boundBelow } = bench
  const judged = against === null ? unit : 'x'
  const verdict = isWithin ? 'ok' : 'OVER'
  const lines = [
    `${name}: ${verdict}, ${written(values, judged)}, bound: median under ${boundBelow} ${judged}`,
    `  ${bench.subject.what}: ${written(subject, unit)}`,
  ]
  if (against !== null && bench.against !== null)
    lines.push(`  ${bench.against.what}: ${written(against, unit)}`)
  return lines.join('\n')
}

function written({ min, median, max }: Spread, unit: string): string {
  const [low, middle, high] = [min, median, max].map((one) => one.toPrecision(3))
  return `min ${low} median ${middle} max ${high} ${unit}`
}
