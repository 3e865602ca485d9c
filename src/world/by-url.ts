/** What the URLs of the environment lead to, of what the System document names. */
import type { SystemDocument } from '../capacity/system.ts'
import { nowhere } from './nowhere.ts'
import { connectPgBouncer } from './pgbouncer.ts'
import { connectPostgres } from './postgres.ts'
import { databaseVariable } from './postgres-url.ts'
import type { Clock, Timers } from './world.ts'

type Timing = { readonly clock: Clock; readonly timers: Timers; readonly idleMs: number }

/** The databases that a URL leads to; by variable. */
export function postgresAt(
  databaseUrls: ReadonlyMap<string, string>,
  { databases }: SystemDocument,
  timing: Timing,
) {
  const urls = new Map(
    databaseNames({ databases }).flatMap((name) => {
      const url = databaseUrls.get(databaseVariable(name))
      return url === undefined ? [] : [[name, url] as const]
    }),
  )
  if (urls.size === 0) {
    const postgres = { reader: nowhere.read.postgres, writer: nowhere.write.postgres }
    return { postgres, close: async () => undefined }
  }
  const { close, ...postgres } = connectPostgres({ urls, ...timing })
  return { postgres, close }
}

/** Replicas too. */
export function databaseNames({ databases }: Pick<SystemDocument, 'databases'>): readonly string[] {
  return Object.entries(databases).flatMap(([name, { replicas }]) => [
    name,
    ...Object.keys(replicas),
  ])
}

/** The one pooler that the URLs can lead to: nothing in them says which of several they mean. */
export function pgBouncerAt(
  adminUrls: readonly string[],
  { poolers }: SystemDocument,
  clock: Clock,
) {
  const [pooler, ...others] = Object.entries(poolers)
  if (adminUrls.length === 0)
    return { reader: nowhere.read.pgBouncer, writer: nowhere.write.pgBouncer }
  if (pooler === undefined || others.length > 0) {
    const remedy = 'leave one pooler in the System document: PGBOUNCER_ADMIN_URLS leads to one'
    const none = { unconfigured: true, remedy } as const
    return { reader: none, writer: none }
  }
  const [name, { processes }] = pooler
  return connectPgBouncer({ pooler: { name, processes }, adminUrls, clock })
}
