/** Predicted beside observed, after a step: confirmed, contradicted or not observed. Pure. */
import type { KnownBlock } from '@slack/types'
import { readBound } from '../../define/bound.ts'
import type { Evidence, RecordedFact } from '../../runs/events.ts'
import { hasLine, holdsUntilRestart, listLines } from '../../words/en-connections.ts'
import { list, nameOf } from '../../words/numbers.ts'
import { context, escaped, section, slackFace, table } from './blocks.ts'

export function evidenceBlocks(
  evidence: readonly Evidence[],
  before: readonly RecordedFact[],
): readonly KnownBlock[] {
  // What a person did and nobody can look for.
  if (evidence.length === 0) return []
  const rows = evidence.map(({ fact, predicted, observed, outcome, holds }) => [
    factName(fact),
    seenIn(before, fact),
    show(predicted),
    outcome === 'not-observed' ? 'not seen' : show(observed),
    holds !== undefined && outcome === 'confirmed' ? 'until restart' : outcomeWords[outcome],
  ])
  const forgotten = evidence.some(({ holds }) => holds !== undefined)
  return [
    table(['fact', 'before', 'predicted', 'observed', 'outcome'], rows),
    ...(forgotten ? [context(holdsUntilRestart)] : []),
    ...unseen(evidence),
  ]
}

/** What a step that only looks has seen: nothing was predicted. */
export function readingBlocks(evidence: readonly Evidence[]): readonly KnownBlock[] {
  const rows = evidence
    .filter((one) => one.outcome !== 'not-observed' && !hasLine(one))
    .map(({ fact, observed, source }) => [factName(fact), show(observed), source])
  const lines = listLines(evidence, slackFace)
  return [
    ...lines.map(section),
    ...(rows.length === 0 ? [] : [table(['fact', 'observed', 'source'], rows)]),
    ...unseen(evidence),
  ]
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
  sessionHolders: 'who holds them',
  idleInTransaction: 'idle in a transaction',
  openTransactions: 'open transactions',
  replicationLag: 'replication lag',
  pendingRestart: 'what waits for a restart',
  replicaNames: 'replicas',
  backup: 'newest backup',
  differing: 'settings in which processes differ',
}

export function factName(fact: string): string {
  const field = nameOf(fact)
  return factNames[field] ?? field
}

export function show(value: unknown): string {
  if (value === null) return '–'
  const bound = readBound(value)
  if (bound !== null) return `at most ${bound.atMost} in ${bound.in} of ${bound.of} parts`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
