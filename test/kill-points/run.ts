/**
 * `npm run kill-points`: the process dies before and after every append and every write of a run of ten steps, and
 * what becomes of it is printed. Exit code 1 where a claim does not hold; `--only AT` takes one point.
 */
import { parseArgs } from 'node:util'
import { live, tenSteps } from '../runs/ten-steps.ts'
import { type Fate, type KillPoint, killedAt, killPointsOf } from './points.ts'

async function run(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
  const { only } = values
  const undisturbed = await live(tenSteps)
  const points = killPointsOf(undisturbed)
  const chosen = points.filter(({ at }) => only?.includes(String(at)) ?? true)
  print(headings)
  const broken: string[] = []
  for (const point of chosen) {
    const fate = await killedAt(undisturbed, point)
    print(row(point, fate))
    for (const claim of fate.broken)
      broken.push(`${point.when} ${point.at}. ${point.what}: ${claim}`)
  }
  print('')
  print(`${chosen.length} deaths at ${points.length / 2} points; ${broken.length} claims broken`)
  for (const one of broken) print(one)
  return broken.length === 0 && chosen.length > 0 ? 0 : 1
}

const widths = [4, 7, 36, 24, 9, 30, 20, 7, 10]
const headings = columns([
  ...['at', 'when', 'point', 'step', 'guard', 'in flight', 'end', 'writes', 'recovery'],
  'let go',
])

function row({ at, when, what, step, guard, inFlight }: KillPoint, fate: Fate): string {
  const { end, writes, recoveryMs, resumedMs } = fate
  const seconds = (ms: number) => `${ms / 1_000} s`
  return columns([
    ...[String(at), when, what, step, guard, inFlight, end, String(writes)],
    ...[seconds(recoveryMs), resumedMs === null ? '' : seconds(resumedMs)],
  ])
}

function columns(texts: readonly string[]): string {
  return texts
    .map((text, index) => text.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

process.exitCode = await run()
