/** A rule of the code's shape, with small sources that it catches and some that it lets pass. */
import { parseSource, type Source } from './source.ts'

/** Sources by path. */
export type Sample = Readonly<Record<string, string>>

export type Rule = {
  /** The title of its test. */
  readonly claim: string
  /** One line for each breach: where, what, and what is allowed. */
  readonly breaches: (tree: readonly Source[]) => readonly string[]
  readonly caught: readonly [Sample, ...Sample[]]
  readonly passed: readonly [Sample, ...Sample[]]
}

export function parseSample(sample: Sample): readonly Source[] {
  return Object.entries(sample).map(([path, text]) => parseSource(path, text))
}

/** A rule that judges each file alone. */
export function perFile(
  judge: (source: Source) => readonly string[],
): (tree: readonly Source[]) => readonly string[] {
  return (tree) => tree.flatMap(judge)
}
