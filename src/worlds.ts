/** The world by its configuration: each source that a variable leads to, and nowhere for the others. */
import type { SystemDocument } from './capacity/system.ts'
import type { WorldConfig } from './config.ts'
import { pgBouncerAt, postgresAt } from './world/by-url.ts'
import { systemClock, systemTimers } from './world/clock.ts'
import { connectCloudRun } from './world/cloud-run.ts'
import { connectCloudSql } from './world/cloud-sql.ts'
import { nowhere } from './world/nowhere.ts'
import type { World } from './world/world.ts'

export const offlineReach: WorldConfig = { google: null, databaseUrls: new Map(), poolerUrls: [] }

type Reach = WorldConfig & { readonly keepMs: number }

export function worldOf(
  document: SystemDocument,
  reach: Reach,
): World & { close: () => Promise<void> } {
  const { google, databaseUrls, poolerUrls, keepMs } = reach
  const timing = { clock: systemClock, timers: systemTimers, idleMs: keepMs }
  const { postgres, close } = postgresAt(databaseUrls, document, timing)
  const pgBouncer = pgBouncerAt(poolerUrls, document, systemClock)
  const read = { ...nowhere.read, postgres: postgres.reader, pgBouncer: pgBouncer.reader }
  const write = { ...nowhere.write, postgres: postgres.writer, pgBouncer: pgBouncer.writer }
  if (google === null) return { read, write, close }
  const options = {
    clock: systemClock,
    ...(google.apiRoot === null ? {} : { apiRoot: google.apiRoot }),
  }
  const cloudSql = connectCloudSql({ project: document.project, ...options })
  const cloudRun = connectCloudRun({ document, ...options })
  return {
    read: { ...read, cloudSql: cloudSql.reader, cloudRun: cloudRun.reader },
    write: { ...write, cloudSql: cloudSql.writer, cloudRun: cloudRun.writer },
    close,
  }
}
