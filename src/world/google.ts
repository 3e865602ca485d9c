/** Everything of the world that Google's APIs lead to, connected. */
import type { SystemDocument } from '../capacity/system.ts'
import { connectCloudRun } from './cloud-run.ts'
import { connectCloudSql } from './cloud-sql.ts'
import { connectMonitoring } from './monitoring.ts'
import type { Clock } from './world.ts'

export function connectGoogle({
  document,
  ...options
}: {
  readonly document: SystemDocument
  /** Another root than Google's: loopback only, and then no credentials are loaded or sent. */
  readonly apiRoot?: string
  readonly clock: Clock
}) {
  const { project } = document
  const cloudSql = connectCloudSql({ project, ...options })
  const cloudRun = connectCloudRun({ document, ...options })
  const monitoring = connectMonitoring({ project, ...options })
  return {
    read: { cloudSql: cloudSql.reader, cloudRun: cloudRun.reader, monitoring: monitoring.reader },
    write: { cloudSql: cloudSql.writer, cloudRun: cloudRun.writer, monitoring: monitoring.writer },
    celerySink: monitoring.celerySink,
    load: async () =>
      void (await Promise.all([cloudSql.load(), cloudRun.load(), monitoring.load()])),
  }
}
