/** The model's own error as a number: what ended runs were predicted to do, beside what was then observed. Pure. */
import { fieldOf } from '../gate/facts.ts'
import { type Run, recordsOf, type StepRecord } from './stage.ts'

/** Of one kind of fact, over all targets. */
export type FactRecord = {
  readonly fact: string
  /** Predictions that somebody could compare with the world. */
  readonly compared: number
  readonly contradicted: number
  /** Predictions that nobody could see come true. */
  readonly unseen: number
  /** Mean of |predicted - observed| / observed, over numbers above 0; null: there were none. */
  readonly meanAbsoluteError: number | null
}

export type TrackRecord = {
  /** Runs that ended with at least one comparison. */
  readonly runs: number
  readonly compared: number
  readonly contradicted: number
  readonly unseen: number
  /** Those that were wrong most often come first. */
  readonly facts: readonly FactRecord[]
}

export function trackRecordOf(all: readonly Run[]): TrackRecord {
  const ended = all.filter(({ stage }) => stage.kind === 'ended')
  const perRun = ended.map((run) => predictionsOf(run)).filter((some) => some.length > 0)
  const predictions = perRun.flat()
  const groups = Map.groupBy(predictions, ({ fact }) => fieldOf(fact))
  const facts = [...groups]
    .map(([fact, group]) => ({ fact, ...countsOf(group), meanAbsoluteError: errorOf(group) }))
    .toSorted(
      (one, other) => other.contradicted - one.contradicted || (one.fact < other.fact ? -1 : 1),
    )
  return { runs: perRun.length, ...countsOf(predictions), facts }
}

type Prediction = NonNullable<StepRecord['evidence']>[number]

/** A reading predicts nothing: what it shows is no proof of the model. */
function predictionsOf(run: Run): readonly Prediction[] {
  return recordsOf(run).flatMap(({ forecast, evidence }) => {
    const predicted = (forecast?.expects ?? []).map(({ fact }) => fact)
    return (evidence ?? []).filter(({ fact }) => predicted.includes(fact))
  })
}

function countsOf(predictions: readonly Prediction[]) {
  const count = (outcome: Prediction['outcome']) =>
    predictions.filter((one) => one.outcome === outcome).length
  const [contradicted, unseen] = [count('contradicted'), count('not-observed')]
  return { compared: predictions.length - unseen, contradicted, unseen }
}

function errorOf(predictions: readonly Prediction[]): number | null {
  const errors = predictions.flatMap(({ predicted, observed }) =>
    typeof predicted === 'number' && typeof observed === 'number' && observed > 0
      ? [Math.abs(predicted / observed - 1)]
      : [],
  )
  return errors.length === 0 ? null : errors.reduce((sum, one) => sum + one, 0) / errors.length
}
