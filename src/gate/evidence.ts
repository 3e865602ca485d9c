/** Predicted beside observed: each expectation is confirmed, contradicted or not observed. Pure. DESIGN.md, 2. */
import { readBound } from '../define/bound.ts'
import type { Expectation, Json } from '../define/step.ts'
import type { Fact, WorldReader } from '../world/world.ts'
import { digestOf } from './digest.ts'
import { factNamed, sourceOf } from './facts.ts'

export type Seen = {
  readonly fact: string
  readonly predicted: Json
  readonly observed: Json
  readonly outcome: 'confirmed' | 'contradicted' | 'not-observed'
  readonly source: string
  readonly observedAt: number | null
  readonly remedy: string | null
  readonly holds?: 'until-restart'
}

/** Only a read begun after the operation ended counts, and only one from another source than the write's reply. */
export function evidenceFor(
  expectations: readonly Expectation[],
  facts: readonly Fact[],
  endedAt: number,
  read: WorldReader,
): readonly Seen[] {
  return expectations.map(({ fact: name, predicted, rows, holds, atMost = false }) => {
    const fact = factNamed(facts, name)
    const expected = { fact: name, predicted, ...(holds === undefined ? {} : { holds }) }
    if (fact === null || fact.kind === 'unavailable' || fact.observedAt < endedAt) {
      const remedy = fact?.kind === 'unavailable' ? fact.why : remedyFor(name, read)
      const source = fact?.source ?? 'no source is configured'
      return { ...expected, ...unseen, source, remedy }
    }
    const observed = rows === undefined ? toJson(fact.value) : countOf(fact.value, rows)
    return {
      ...expected,
      observed,
      outcome: isAsPredicted({ observed, predicted, atMost }) ? 'confirmed' : 'contradicted',
      source: fact.source,
      observedAt: fact.observedAt,
      remedy: null,
    }
  })
}

type Pair = { readonly observed: Json; readonly predicted: Json; readonly atMost: boolean }

function isAsPredicted({ observed, predicted, atMost }: Pair): boolean {
  const bound = readBound(observed)
  if (atMost && typeof predicted === 'number' && bound !== null)
    return bound.in === bound.of && bound.atMost <= predicted
  return atMost && typeof observed === 'number' && typeof predicted === 'number'
    ? observed <= predicted
    : digestOf(observed) === digestOf(predicted)
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

type Rows = NonNullable<Expectation['rows']>

const unseen = { observed: null, outcome: 'not-observed', observedAt: null } as const

function observedOf(facts: readonly Fact[], name: string): Json {
  const fact = factNamed(facts, name)
  return fact?.kind === 'observed' ? toJson(fact.value) : null
}

/** How many of a fact's rows are such: a text is equal, a number at least so large. Null: it has no rows. */
function countOf(value: unknown, such: Rows): number | null {
  if (!Array.isArray(value)) return null
  return value.filter((row: unknown) =>
    Object.entries(such).every(([field, wanted]) => {
      const found: unknown =
        typeof row === 'object' && row !== null ? Reflect.get(row, field) : undefined
      return typeof wanted === 'number' && typeof found === 'number'
        ? found >= wanted
        : found === wanted
    }),
  ).length
}

/** How to let a fact be seen whose source is not configured; null: it is. */
export function remedyFor(name: string, read: WorldReader): string | null {
  const source = read[sourceOf(name)]
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
