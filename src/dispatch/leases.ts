/**
 * Who brings a run forward, among several instances: a short lease in the ledger's database. It spares
 * double work; that nothing happens twice is held by the append's version, never by this.
 */
import type { Sql } from '../ledger/postgres-pool.ts'

/** From the last word of an instance until others may take its runs. */
export const leaseMs = 3_000

export type Leases = {
  /** False: another instance is at it. */
  readonly take: (run: string) => Promise<boolean>
  readonly renew: (runs: readonly string[]) => Promise<void>
  readonly letGo: (run: string) => Promise<void>
  /** This instance is there. Whoever does not say so for two leases counts as dead. */
  readonly live: () => Promise<void>
  /** The instances that have died; each is told to one of the others, once. */
  readonly dead: () => Promise<readonly unknown[]>
}

/** An instance holds a lease of its own. */
const ofInstances = 'instance/'

const until = `clock_timestamp() + interval '${leaseMs} milliseconds'`

/** `holder`: the name of this instance, and of no other. */
export function leasesOn(sql: Sql, holder: string): Leases {
  const own = `${ofInstances}${holder}`
  const take = async (name: string): Promise<boolean> => {
    const taken = await sql(
      `INSERT INTO plimsoll.leases AS held (run, holder, until) VALUES ($1, $2, ${until})
       ON CONFLICT (run) DO UPDATE SET holder = excluded.holder, until = excluded.until
       WHERE held.holder = excluded.holder OR held.until < clock_timestamp()
       RETURNING run`,
      [name, holder],
    )
    return taken.length > 0
  }
  const letGo = async (name: string): Promise<void> =>
    void (await sql('DELETE FROM plimsoll.leases WHERE run = $1 AND holder = $2', [name, holder]))
  return {
    take,
    renew: async (runs) => {
      if (runs.length === 0) return
      await sql(`UPDATE plimsoll.leases SET until = ${until} WHERE holder = $1 AND run = ANY($2)`, [
        holder,
        runs,
      ])
    },
    letGo,
    live: async () => void (await take(own)),
    dead: () =>
      sql(
        `DELETE FROM plimsoll.leases
         WHERE starts_with(run, $1) AND until < clock_timestamp() - interval '${leaseMs} milliseconds'
         RETURNING run`,
        [ofInstances],
      ),
  }
}
