/** What a database says of itself. */
import type { SystemDocument } from '../../capacity/system.ts'
import type { PostgresReader } from '../ports/postgres.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const postgres = 'PostgreSQL'

export function postgresFacts(
  { databases }: SystemDocument,
  reader: PostgresReader,
  clock: Clock,
): readonly Promise<readonly Fact[]>[] {
  return Object.keys(databases).map((name) => sessionFacts(name, reader, clock))
}

async function sessionFacts(
  name: string,
  database: PostgresReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const path = `databases.${name}`
  return factsOr([`${path}.maxConnections`, `${path}.sessions`], postgres, async () => {
    const observedAt = clock.now()
    const [maxConnections, sessions] = await Promise.all([
      database.maxConnections(name),
      database.sessions(name),
    ])
    return observed(path, { maxConnections, sessions }, postgres, observedAt)
  })
}
