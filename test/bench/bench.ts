/** A bench: what is measured, against what, and the bound that it may not pass. */

/** One sample, in the bench's unit. */
export type Measure = () => Promise<number>

export type Side = { readonly what: string; readonly measure: Measure }

export type Bench = {
  readonly name: string
  readonly unit: 'ms' | 'MB' | 'KB'
  /** Samples that count, and those before them that do not. */
  readonly rounds: number
  readonly warmUps: number
  readonly subject: Side
  /** Measured in turns with the subject; without it the bound is absolute, in the unit. */
  readonly against: Side | null
  /** Of the median: the ratio subject / against, or the subject's own number. */
  readonly boundBelow: number
  readonly close: () => Promise<void>
}

export type Result = {
  readonly values: Spread
  readonly subject: Spread
  readonly against: Spread | null
  readonly isWithin: boolean
}

export type Spread = { readonly min: number; readonly median: number; readonly max: number }

/** In turns inside one run, so that a busy machine slows both sides alike. */
export async function measured(bench: Bench): Promise<Result> {
  const { rounds, warmUps, subject, against, boundBelow } = bench
  const own: number[] = []
  const others: number[] = []
  for (let round = -warmUps; round < rounds; round += 1) {
    const isSubjectFirst = round % 2 === 0
    const first = isSubjectFirst ? await subject.measure() : null
    const other = against === null ? null : await against.measure()
    const it = first ?? (await subject.measure())
    if (round < 0) continue
    own.push(it)
    if (other !== null) others.push(other)
  }
  const values = spreadOf(against === null ? own : own.map((it, i) => it / (others[i] ?? 0)))
  return {
    values,
    subject: spreadOf(own),
    against: against === null ? null : spreadOf(others),
    isWithin: values.median < boundBelow,
  }
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((one, other) => one - other)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  }
}
