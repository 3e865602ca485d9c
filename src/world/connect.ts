/** Every source that is configured takes its place in the world; the others say what to set. */
import type { SystemDocument } from '../capacity/system.ts'
import { pgBouncerAt, postgresAt } from './by-url.ts'
import { connectCelery } from './celery.ts'
import { type Feed, feedCelery } from './celery-feed.ts'
import { systemClock, systemTimers } from './clock.ts'
import { type ClockWatch, hostsOfGoogleAndSlack, watchClocks } from './clock-watch.ts'
import { connectGoogle } from './google.ts'
import { connectLoadTest } from './load-test.ts'
import { connectLoadTestJob } from './load-test-job.ts'
import { loadTestsOf } from './load-tests.ts'
import { nowhere } from './nowhere.ts'
import type { CeleryEars } from './ports/celery.ts'
import type { World } from './world.ts'

export type Reach = {
  /** Null: Google is not asked; a root that is null: Google's own. */
  readonly google: { readonly apiRoot: string | null } | null
  /** By variable: `DATABASE_URL_TUKI_DB_PROD`. */
  readonly databaseUrls: ReadonlyMap<string, string>
  /** The admin consoles of a pooler's processes; empty: it is not asked. */
  readonly poolerUrls: readonly string[]
  readonly celeryBrokerUrl: string | null
  /** The program; null: it is not on PATH. */
  readonly k6: string | null
  readonly dataFolder: string
  /** Null: Slack's own. */
  readonly slack?: { readonly apiUrl: string | null }
  /** How long an idle connection stays open; 0 where the process ends after the answer. */
  readonly keepMs: number
}

/** The document alone. */
export const offlineReach: Omit<Reach, 'keepMs' | 'dataFolder'> = {
  google: null,
  databaseUrls: new Map(),
  poolerUrls: [],
  celeryBrokerUrl: null,
  k6: null,
}

type OpenWorld = World & {
  /** Loads what is slow to load, once: whoever looked meanwhile would see nothing, and a yes could be void of it. */
  readonly load: () => Promise<void>
  readonly close: () => Promise<void>
  /** Tells Monitoring every minute what Celery does not; gives what ends it. */
  readonly feed: (said: Pick<Feed, 'missed' | 'untelling'>) => () => void
  /** Begins to listen to Celery's workers; null: no broker is configured. */
  readonly listen: () => CeleryEars | null
  /** Ends what an earlier bot left running: for the one that holds the data folder. */
  readonly endStrays: () => Promise<void>
}

export function connectWorld(document: SystemDocument, reach: Reach): OpenWorld {
  const { google, databaseUrls, poolerUrls, keepMs } = reach
  const timing = { clock: systemClock, timers: systemTimers, idleMs: keepMs }
  const { postgres, ...lines } = postgresAt(databaseUrls, document, timing)
  const pgBouncer = pgBouncerAt(poolerUrls, document, systemClock)
  const celery = celeryOf(document, reach)
  const loadTest = loadTestOf(document, reach)
  const clocks = clocksOf(reach)
  const read = {
    ...{ ...nowhere.read, postgres: postgres.reader, pgBouncer: pgBouncer.reader },
    ...{ celery: celery.reader, loadTest: loadTest.reader, clocks },
  }
  const write = {
    ...{ ...nowhere.write, postgres: postgres.writer, pgBouncer: pgBouncer.writer },
    ...{ celery: celery.writer, loadTest: loadTest.writer },
  }
  const ends = {
    close: async () => {
      clocks.stop()
      await Promise.all([lines.close(), celery.close(), loadTest.close()])
    },
    endStrays: loadTest.endStrays,
    listen: celery.listen,
  }
  if (google === null) return { read, write, load: nothing, feed: () => () => undefined, ...ends }
  const { apiRoot } = google
  const root = apiRoot === null ? {} : { apiRoot }
  const cloud = connectGoogle({ document, clock: systemClock, ...root })
  return {
    read: { ...read, ...cloud.read },
    write: { ...write, ...cloud.write },
    load: async () => void (await Promise.all([cloud.load(), loadTest.load()])),
    feed: (said) => {
      const ears = celery.listen()
      if ('unconfigured' in read.celery || ears === null) return () => undefined
      const { clock, timers } = timing
      const sink = cloud.celerySink
      return feedCelery({ celery: read.celery, ears, sink, clock, timers, ...said })
    },
    ...ends,
  }
}

const nothing = async (): Promise<void> => undefined

function clocksOf({ google, slack }: Reach): ClockWatch {
  const local = { google: google?.apiRoot ?? null, slack: slack?.apiUrl ?? null }
  return watchClocks(hostsOfGoogleAndSlack(local), systemClock)
}

function loadTestOf(document: SystemDocument, { k6, dataFolder, google }: Reach) {
  const clock = systemClock
  const here = k6 === null ? null : connectLoadTest({ k6, dataFolder, document, clock })
  const { loadTestJob } = document.policy
  const root = google === null || google.apiRoot === null ? {} : { apiRoot: google.apiRoot }
  const job =
    google === null || loadTestJob === undefined
      ? null
      : connectLoadTestJob({ document, job: loadTestJob, clock, ...root })
  const { read, write } = nowhere
  const none = { reader: read.loadTest, writer: write.loadTest }
  return {
    ...(here === null && job === null ? none : loadTestsOf(document, { here, job })),
    close: here?.close ?? nothing,
    endStrays: here?.endStrays ?? nothing,
    load: job?.load ?? nothing,
  }
}

function celeryOf({ services }: SystemDocument, { celeryBrokerUrl, keepMs }: Reach) {
  const { read, write } = nowhere
  const none = { reader: read.celery, writer: write.celery, listen: () => null, close: nothing }
  if (celeryBrokerUrl === null) return none
  const timing = { clock: systemClock, timers: systemTimers, idleMs: keepMs }
  return connectCelery({ brokerUrl: celeryBrokerUrl, services, ...timing })
}
