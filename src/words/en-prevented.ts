/** What the gate prevented, and how people judge it, in words. */
import type { Judged, PreventedRecord } from '../runs/prevented.ts'
import { count, list, number } from './numbers.ts'

/** Null where nothing was prevented. */
export function preventedLine(record: PreventedRecord): string | null {
  const { runs, blocked, voided } = record
  if (runs === 0) return null
  const kinds = [
    ...(blocked === 0 ? [] : [`${number(blocked)} blocked`]),
    ...(voided === 0 ? [] : [`${count(voided, 'approval')} void`]),
  ]
  return `The gate said no in ${count(runs, 'run')}: ${list(kinds)}; ${judgedText(record)}.`
}

export function preventedLines(record: PreventedRecord): readonly string[] {
  const head = preventedLine(record)
  if (head === null) return ['The gate has prevented nothing yet.']
  return [
    head,
    ...record.codes.map(({ code, count: times, months, ...judged }) => {
      const when = Object.entries(months).map(([month, many]) => `${month}: ${number(many)}`)
      return `- ${code}: ${count(times, 'time')} (${when.join(', ')}); ${judgedText(judged)}.`
    }),
  ]
}

function judgedText({ right, wrong, open }: Judged): string {
  const parts = [
    { many: right, words: 'judged right' },
    { many: wrong, words: 'judged wrong' },
    { many: open, words: 'not judged yet' },
  ]
  return list(parts.flatMap(({ many, words }) => (many === 0 ? [] : `${number(many)} ${words}`)))
}
