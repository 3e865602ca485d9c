/** What `plimsoll calibrate` says: each parameter with its interval, what is not determined, the error of the fit. */
import type { Calibration, Undetermined } from '../capacity/calibration.ts'
import type { ModelError } from '../capacity/model-error.ts'
import type { System } from '../capacity/system.ts'
import { list, number } from './numbers.ts'

type Calibrated = Extract<Calibration, { kind: 'calibrated' }>

export type Told = {
  readonly calibration: Calibrated
  readonly before: System['workload']
  readonly error: ModelError
  readonly service: string
  /** The document's file, where it was written. */
  readonly written: string | null
}

export function calibrationLines(told: Told): readonly string[] {
  const { calibration, before, error, service, written } = told
  const { intervals, undetermined, workload, samples } = calibration
  const fitted = Object.entries(intervals).map(
    ([name, { value, low, high }]) =>
      `- ${name}: ${significant(value)} (95 %: ${significant(low)} to ${significant(high)}); the document said ${before[parameterNamed(name)]}.`,
  )
  const isMeasured = workload.source === 'measured'
  return [
    `${samples} samples of ${service} settle ${fitted.length} of ${fitted.length + undetermined.length} parameters.`,
    ...fitted,
    ...undetermined.map(undeterminedSentence),
    ...errorLines(error),
    written === null
      ? 'Nothing is written; `--write` puts them into the document.'
      : `Written to ${written}${isMeasured ? ', and findings rest on measurements now' : ''}.`,
    ...(isMeasured
      ? []
      : [
          'The workload stays `assumed` until all of them are measured: one guess among them is still a guess.',
        ]),
  ]
}

export function calibrationProblem(calibration: Exclude<Calibration, Calibrated>): string {
  return calibration.kind === 'no-model'
    ? `\`${calibration.service}\` is no web service of this System whose database's tier can be read.`
    : `${calibration.samples} samples with answered requests are too few; ${calibration.samplesAtLeast} or more tell a mean from chance.`
}

function undeterminedSentence({ parameter, why, samples, needs }: Undetermined): string {
  switch (why) {
    case 'too-few':
      return `- ${parameter}: not determined; ${samples} samples hold ${list(needs)}, which is too few.`
    case 'overloaded':
      return `- ${parameter}: not determined; the service was overloaded in most samples. Measure at less load.`
    case 'impossible':
      return `- ${parameter}: not determined; the samples contradict one another.`
  }
}

function errorLines(error: ModelError): readonly string[] {
  if (error.kind !== 'compared') return []
  return error.comparisons.map(
    ({ quantity, pairs, meanAbsoluteError }) =>
      `The model, so fitted, is off by ${number(Math.round(1000 * meanAbsoluteError) / 10)} % on ${quantity} (${pairs.length} samples).`,
  )
}

export function significant(value: number): number {
  return Number(value.toPrecision(4))
}

function parameterNamed(name: string): keyof Calibrated['intervals'] {
  switch (name) {
    case 'thinkSeconds':
    case 'requestSeconds':
    case 'requestCpuSeconds':
    case 'databaseSeconds':
    case 'databaseCpuSeconds':
      return name
    default:
      throw new Error(`${name} is no parameter`)
  }
}
