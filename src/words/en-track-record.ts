/** How often the model was right, in words. */
import type { TrackRecord } from '../runs/track-record.ts'
import { count, number } from './numbers.ts'

/** Null where nothing was compared yet. */
export function trackRecordLine({
  runs,
  compared,
  contradicted,
  unseen,
}: TrackRecord): string | null {
  if (compared === 0) return null
  const right = compared - contradicted
  const blind = unseen === 0 ? '' : `; ${number(unseen)} more could not be seen`
  return `Model so far: ${number(right)} of ${count(compared, 'prediction')} came true in ${count(runs, 'run')}${blind}.`
}

export function trackRecordLines(record: TrackRecord): readonly string[] {
  const head =
    trackRecordLine(record) ?? 'No run that ended has a prediction that was compared yet.'
  return [
    head,
    ...record.facts.map(({ fact, compared, contradicted, unseen, meanAbsoluteError }) => {
      const error =
        meanAbsoluteError === null
          ? ''
          : `; off by ${number(Math.round(1000 * meanAbsoluteError) / 10)} % on average`
      return `- ${fact}: ${number(compared - contradicted)} of ${number(compared)} came true, ${number(unseen)} not seen${error}.`
    }),
  ]
}
