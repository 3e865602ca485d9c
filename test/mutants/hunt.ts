/** Applies each mutant and sees whether its test notices. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Mutant, mutated } from './mutant.ts'
import { type Outcome, openWorkshop, type Workshop } from './workshop.ts'

export type Verdict = {
  readonly mutant: Mutant
  readonly kind: 'killed' | 'survived' | 'unproven'
  /** How it was killed, or why it is not proven. */
  readonly why: string
}

export type Hunt = {
  readonly root: string
  readonly mutants: readonly Mutant[]
  /** Copies of the tree at work at the same time. */
  readonly workshopCount: number
  readonly onVerdict: (verdict: Verdict) => void
}

export async function hunt({ root, mutants, ...options }: Hunt): Promise<readonly Verdict[]> {
  const count = Math.min(options.workshopCount, mutants.length)
  const workshops = await Promise.all(Array.from({ length: count }, () => openWorkshop(root)))
  // Asked once for each test, however many mutants it kills.
  const unmutated = new Map<string, Promise<Outcome>>()
  const waiting = [...mutants]
  const verdicts: Verdict[] = []

  const work = async (workshop: Workshop): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const { killedBy } = mutant
      const key = `${killedBy.file} ${killedBy.title}`
      const baseline = unmutated.get(key) ?? workshop.run(killedBy)
      unmutated.set(key, baseline)
      const verdict = await judge(root, mutant, await baseline, workshop)
      verdicts.push(verdict)
      options.onVerdict(verdict)
    }
  }
  try {
    await Promise.all(workshops.map(work))
  } finally {
    await Promise.all(workshops.map(({ remove }) => remove()))
  }
  return verdicts
}

async function judge(
  root: string,
  mutant: Mutant,
  baseline: Outcome,
  workshop: Workshop,
): Promise<Verdict> {
  const unproven = (why: string): Verdict => ({ mutant, kind: 'unproven', why })
  if (baseline.kind === 'not-run') return unproven(baseline.why)
  if (baseline.kind === 'failed') return unproven(`its test fails without it: ${baseline.why}`)
  const change = mutated(await readFile(join(root, mutant.file), 'utf8'), mutant)
  if (change.kind === 'misfit') return unproven(change.why)
  const outcome = await workshop.run(mutant.killedBy, { file: mutant.file, text: change.text })
  if (outcome.kind === 'not-run') return unproven(outcome.why)
  if (outcome.kind === 'passed') return { mutant, kind: 'survived', why: 'its test still passes' }
  return { mutant, kind: 'killed', why: outcome.why }
}
