/** Predicted beside observed, after a step: confirmed, contradicted or not observed. Pure. */
import type { KnownBlock } from '@slack/types'
import type { Evidence, RecordedFact } from '../../runs/events.ts'
import { list, nameOf } from '../../words/numbers.ts'
import { context, escaped, table } from './blocks.ts'

export function evidenceBlocks(
  evidence: readonly Evidence[],
  before: readonly RecordedFact[],
): readonly KnownBlock[] {
  const rows = evidence.map(({ fact, predicted, observed, outcome }) => [
    factName(fact),
    seenIn(before, fact),
    show(predicted),
    outcome === 'not-observed' ? 'not seen' : show(observed),
    outcomeWords[outcome],
  ])
  return [table(['fact', 'before', 'predicted', 'observed', 'outcome'], rows), ...unseen(evidence)]
}

/** What a step that only looks has seen: nothing was predicted. */
export function readingBlocks(evidence: readonly Evidence[]): readonly KnownBlock[] {
  const rows = evidence.map(({ fact, observed, outcome, source }) => [
    factName(fact),
    outcome === 'not-observed' ? 'not seen' : show(observed),
    source,
  ])
  return [table(['fact', 'observed', 'source'], rows), ...unseen(evidence)]
}

/** What could not be seen, once for each way to let it be seen. */
function unseen(evidence: readonly Evidence[]): readonly KnownBlock[] {
  const missing = evidence.filter(({ outcome }) => outcome === 'not-observed')
  const why = ({ remedy, source }: Evidence) => remedy ?? source
  return [...new Set(missing.map(why))].map((reason) => {
    const names = missing.filter((one) => why(one) === reason).map(({ fact }) => factName(fact))
    return context(escaped(`Cannot see ${list(names)}: ${reason}.`))
  })
}

function seenIn(facts: readonly RecordedFact[], name: string): string {
  const fact = facts.find((one) => one.name === name)
  return fact?.kind === 'observed' ? show(fact.value) : 'not seen'
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

export function show(value: unknown): string {
  if (value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
