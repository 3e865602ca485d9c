/** What `plimsoll drift` says: document and world side by side, and who could not be asked. */
import type { Difference, DriftReport, Silence } from '../gate/drift.ts'
import type { Face } from './en.ts'
import { count } from './numbers.ts'

export const nobodyLooked =
  'Nobody was asked: set GOOGLE_CLOUD_PROJECT, DATABASE_URL_<NAME> or PGBOUNCER_ADMIN_URLS, and leave `--offline` out.'

/** `written`: how many values were put into the file; null: nobody asked for it. */
export function driftLines(
  report: DriftReport,
  { file, written, face }: { file: string; written: number | null; face: Face },
): readonly string[] {
  const { differences, silent } = report
  return [
    headOf(report, file),
    ...differences.map((one) => differenceSentence(one, face)),
    ...silent.map((one) => `- Not compared: ${silenceText(one)}`),
    ...(differences.length === 0 ? [] : [nextSentence(file, written)]),
  ]
}

function headOf({ differences, silent, observedAt }: DriftReport, file: string): string {
  if (observedAt === null) return `Nobody answered, so nothing of ${file} was compared.`
  if (differences.length > 0)
    return `${count(differences.length, 'difference')} between ${file} and the world:`
  const reservation = silent.length === 0 ? '' : ', as far as it answered'
  return `${file} says what the world says${reservation}.`
}

function differenceSentence(
  { fact, declared, observed, source, observedAt }: Difference,
  face: Face,
) {
  const [said, seen] = [JSON.stringify(declared), JSON.stringify(observed)]
  return `- ${fact}: the document says ${said}, ${source} says ${seen} (seen ${face.time(observedAt)}).`
}

/** `databases.tuki-db-prod.sessions and 6 more. PostgreSQL: no answer in time.` */
export function silenceText({ source, why, facts }: Silence): string {
  const [first] = facts
  const which = facts.length === 1 ? first : `${first} and ${facts.length - 1} more`
  return `${which}. ${source}: ${why.replace(/\.$/, '')}.`
}

function nextSentence(file: string, written: number | null): string {
  if (written === null)
    return 'If the world is right, `plimsoll drift --write` puts it into the document.'
  return `Written to ${file}: ${count(written, 'value')}. Read the difference before you commit it.`
}
