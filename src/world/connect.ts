/** Every source that is configured takes its place in the world; the others say what to set. */
import type { SystemDocument } from '../capacity/system.ts'
import { pgBouncerAt, postgresAt } from './by-url.ts'
import { connectCelery } from './celery.ts'
import { systemClock, systemTimers } from './clock.ts'
import { connectGoogle } from './google.ts'
import { nowhere } from './nowhere.ts'
import type { World } from './world.ts'

export type Reach = {
  /** Null: Google is not asked; a root that is null: Google's own. */
  readonly google: { readonly apiRoot: string | null } | null
  /** By variable: `DATABASE_URL_TUKI_DB_PROD`. */
  readonly databaseUrls: ReadonlyMap<string, string>
  /** The admin consoles of a pooler's processes; empty: it is not asked. */
  readonly poolerUrls: readonly string[]
  readonly celeryBrokerUrl: string | null
  /** How long a connection is kept for the next question. */
  readonly keepMs: number
}

/** The document alone. */
export const offlineReach: Omit<Reach, 'keepMs'> = {
  google: null,
  databaseUrls: new Map(),
  poolerUrls: [],
  celeryBrokerUrl: null,
}

type OpenWorld = World & { readonly load: () => Promise<void>; readonly close: () => Promise<void> }

export function connectWorld(document: SystemDocument, reach: Reach): OpenWorld {
  const { google, databaseUrls, poolerUrls, keepMs } = reach
  const timing = { clock: systemClock, timers: systemTimers, idleMs: keepMs }
  const { postgres, ...lines } = postgresAt(databaseUrls, document, timing)
  const pgBouncer = pgBouncerAt(poolerUrls, document, systemClock)
  const celery = celeryOf(document, reach)
  const read = {
    ...nowhere.read,
    ...{ postgres: postgres.reader, pgBouncer: pgBouncer.reader, celery: celery.reader },
  }
  const write = {
    ...nowhere.write,
    ...{ postgres: postgres.writer, pgBouncer: pgBouncer.writer, celery: celery.writer },
  }
  const close = async () => void (await Promise.all([lines.close(), celery.close()]))
  if (google === null) return { read, write, load: async () => undefined, close }
  const { apiRoot } = google
  const root = apiRoot === null ? {} : { apiRoot }
  const cloud = connectGoogle({ document, clock: systemClock, ...root })
  return {
    read: { ...read, ...cloud.read },
    write: { ...write, ...cloud.write },
    ...{ load: cloud.load, close },
  }
}

function celeryOf(document: SystemDocument, { celeryBrokerUrl, keepMs }: Reach) {
  if (celeryBrokerUrl === null) {
    const { read, write } = nowhere
    return { reader: read.celery, writer: write.celery, close: async () => undefined }
  }
  const services = Object.entries(document.services).flatMap(([name, { kind }]) =>
    kind === 'celery-worker' ? [name] : [],
  )
  const timing = { clock: systemClock, timers: systemTimers, idleMs: keepMs }
  return connectCelery({ brokerUrl: celeryBrokerUrl, services, ...timing })
}
