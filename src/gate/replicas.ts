/**
 * Which replicas a database has is for the world to say: one that is gone is taken out of the view, one that was found
 * is put in. Pure.
 */
import type { SystemDocument } from '../capacity/system.ts'
import type { Fact } from '../world/world.ts'

type Observed = Extract<Fact, { kind: 'observed' }>
type Differing = { readonly fact: string; readonly declared: unknown; readonly observed: unknown }

/** Changes `copy`, and gives the paths of those that are gone: what is not known of them is no gap. */
export function seeReplicas(
  copy: SystemDocument,
  facts: readonly Observed[],
): { readonly drift: readonly Differing[]; readonly gone: readonly string[] } {
  const drift: Differing[] = []
  const gone: string[] = []
  for (const [name, database] of Object.entries(copy.databases)) {
    const fact = `databases.${name}.replicaNames`
    const observed = facts.find((one) => one.name === fact)?.value
    if (!Array.isArray(observed)) continue
    const declared = Object.keys(database.replicas).sort()
    const seen = observed.filter((one) => typeof one === 'string').sort()
    if (declared.join() !== seen.join()) drift.push({ fact, declared, observed: seen })
    const missing = declared.filter((one) => !seen.includes(one))
    gone.push(...missing.map((one) => `databases.${name}.replicas.${one}`))
    const kept = Object.entries(database.replicas).filter(([one]) => !missing.includes(one))
    const found = seen
      .filter((one) => !declared.includes(one))
      .flatMap((one) => {
        const replica = replicaFrom(facts, `databases.${name}.replicas.${one}`)
        return replica === null ? [] : [[one, replica] as const]
      })
    // The view is judged by the document's schema as a whole, found replicas too.
    Reflect.set(database, 'replicas', Object.fromEntries([...kept, ...found]))
  }
  return { drift, gone }
}

/** What nobody declared of it is as of a new one: contract.md, 3. Null: not all of it was seen. */
function replicaFrom(facts: readonly Observed[], path: string): object | null {
  const value = (field: string) => facts.find(({ name }) => name === `${path}.${field}`)?.value
  const [tier, availability, diskGb] = [value('tier'), value('availability'), value('diskGb')]
  const flags = value('flags')
  const isWhole = [tier, availability, diskGb, flags].every((one) => one !== undefined)
  if (!isWhole) return null
  return { tier, availability, diskGb, flags, systemSessions: 7, adminSessions: 0 }
}
