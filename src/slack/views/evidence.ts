/** Predicted beside observed, after a step: confirmed, contradicted or not observed. Pure. */
import type { KnownBlock } from '@slack/types'
import type { Evidence } from '../../runs/events.ts'
import { nameOf } from '../../words/numbers.ts'
import { context, escaped, table } from './blocks.ts'

export function evidenceBlocks(evidence: readonly Evidence[]): readonly KnownBlock[] {
  const rows = evidence.map(({ fact, predicted, observed, outcome }) => [
    factName(fact),
    show(predicted),
    outcome === 'not-observed' ? 'not seen' : show(observed),
    outcomeWords[outcome],
  ])
  const unseen = evidence.flatMap(({ fact, outcome, remedy, source }) =>
    outcome === 'not-observed' ? [`Cannot see ${factName(fact)}: ${remedy ?? source}.`] : [],
  )
  return [
    table(['', 'predicted', 'observed', ''], rows),
    ...unseen.map((line) => context(escaped(line))),
  ]
}

const outcomeWords = {
  confirmed: 'confirmed',
  contradicted: 'contradicted',
  'not-observed': 'not observed',
} as const

const factNames: Readonly<Record<string, string>> = {
  maxConnections: 'max_connections',
  tier: 'tier',
  state: 'state',
  sessions: 'sessions now',
}

export function factName(fact: string): string {
  const field = nameOf(fact)
  return factNames[field] ?? field
}

function show(value: unknown): string {
  if (value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
