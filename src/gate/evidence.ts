/** Predicted beside observed: each expectation is confirmed, contradicted or not observed. Pure. DESIGN.md, 2. */
import type { Expectation, Json } from '../define/step.ts'
import type { Fact, WorldReader } from '../world/world.ts'
import { digestOf } from './digest.ts'
import { factNamed, fieldOf, isMeasured } from './facts.ts'

export type Seen = {
  readonly fact: string
  readonly predicted: Json
  readonly observed: Json
  readonly outcome: 'confirmed' | 'contradicted' | 'not-observed'
  readonly source: string
  readonly observedAt: number | null
  readonly remedy: string | null
}

/** Only a read begun after the operation ended counts, and only one from another source than the write's reply. */
export function evidenceFor(
  expectations: readonly Expectation[],
  facts: readonly Fact[],
  endedAt: number,
  read: WorldReader,
): readonly Seen[] {
  return expectations.map(({ fact: name, predicted }) => {
    const fact = factNamed(facts, name)
    if (fact === null || fact.kind === 'unavailable' || fact.observedAt < endedAt) {
      const remedy = fact?.kind === 'unavailable' ? fact.why : remedyFor(name, read)
      const source = fact?.source ?? 'no source is configured'
      return { ...unseen, fact: name, predicted, source, remedy }
    }
    const observed = toJson(fact.value)
    return {
      fact: name,
      predicted,
      observed,
      outcome: digestOf(observed) === digestOf(predicted) ? 'confirmed' : 'contradicted',
      source: fact.source,
      observedAt: fact.observedAt,
      remedy: null,
    }
  })
}

/** What a reading step shows: nothing was predicted, so what was observed stands. */
export function readingOf(
  names: readonly string[],
  facts: readonly Fact[],
  read: WorldReader,
): readonly Seen[] {
  const expectations = names.map((fact) => ({ fact, predicted: observedOf(facts, fact) }))
  return evidenceFor(expectations, facts, 0, read)
}

const unseen = { observed: null, outcome: 'not-observed', observedAt: null } as const

function observedOf(facts: readonly Fact[], name: string): Json {
  const fact = factNamed(facts, name)
  return fact?.kind === 'observed' ? toJson(fact.value) : null
}

function remedyFor(name: string, read: WorldReader): string | null {
  const source = isMeasured(fieldOf(name)) ? read.postgres : read.cloudSql
  return 'unconfigured' in source ? source.remedy.replace('<NAME>', variableName(name)) : null
}

/** `databases.tuki-db-prod.maxConnections` -> `TUKI_DB_PROD`, as in DATABASE_URL_TUKI_DB_PROD. */
function variableName(fact: string): string {
  const [, database = ''] = fact.split('.')
  return database.toUpperCase().replaceAll('-', '_')
}

function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null))
}
