/** One evaluation of all laws against copying their findings through JSON. */
import { readFileSync } from 'node:fs'
import { assess } from '../../src/capacity/assess.ts'
import { parseSystem } from '../../src/capacity/parse.ts'
import type { Bench } from './bench.ts'

/** In one sample: what takes microseconds cannot be timed alone. */
const timesPerSample = 300

export async function lawsBench(): Promise<Bench> {
  const file = new URL('../../system.yml', import.meta.url)
  const parsed = parseSystem(readFileSync(file, 'utf8'), 'system.yml')
  if (parsed.kind !== 'system') throw new Error('system.yml cannot be read')
  const { system } = parsed
  const evaluate = () => assess(system, { today: '2026-11-23', withSupportedUsers: false }).findings
  const findings = evaluate()
  return {
    name: 'laws',
    unit: 'ms',
    rounds: 21,
    warmUps: 5,
    subject: { what: 'all laws, evaluated once', measure: async () => timeOf(evaluate) },
    against: {
      what: 'JSON.parse(JSON.stringify(findings))',
      measure: async () => timeOf(() => JSON.parse(JSON.stringify(findings))),
    },
    boundBelow: 5,
    close: async () => undefined,
  }
}

function timeOf(work: () => unknown): number {
  const startedAt = performance.now()
  for (let times = 0; times < timesPerSample; times += 1) work()
  return (performance.now() - startedAt) / timesPerSample
}
