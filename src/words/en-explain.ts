/** What people often get wrong about a law, and what would change it: English, keyed by law. */
import type { Finding, Term } from '../capacity/finding.ts'
import type { LawId } from '../capacity/laws/catalogue.ts'
import type { Lever } from '../define/levers.ts'
import type { View } from '../gate/facts.ts'
import { buysSentence } from './en-plan.ts'
import { quantityText } from './en-reasons.ts'
import { duration, number } from './numbers.ts'

type Explanation = {
  /** What would change it, in general; the numbers come from the levers. */
  readonly changes: string
  /** The usual mistake, with what is true. */
  readonly mistake: string
}

const explanations: Readonly<Record<LawId, Explanation>> = {
  'db-connections': {
    changes:
      'Fewer instances, fewer connections each, or a pooler between; a larger tier adds only a ' +
      'hundred or two at each step.',
    mistake:
      'max_connections is not memory / 9.5: that is the shape of the AWS RDS rule. Cloud SQL has a ' +
      'step table by memory: 7.5 GB gives 400, 30 GB gives 600, and it tops out at 1,000. Once the ' +
      'flag is set it no longer follows the tier.',
  },
  'db-memory': {
    changes: 'Fewer sessions, smaller shared_buffers or work_mem, or more memory.',
    mistake:
      'A session is not free: about 5 MiB each in use, beside a third of memory for shared buffers. ' +
      'Thousands of sessions on 30 GB fit by count and not by memory.',
  },
  'db-cpu': {
    changes: 'More vCPUs, or less CPU a request: an index, a cache, fewer queries.',
    mistake: 'More connections do not make a busy database faster: beyond its cores they slow it.',
  },
  'db-built-in-connections': {
    changes: 'Fewer connections in one instance, or a pooler.',
    mistake: 'The 100 are for each instance; the total grows with the instances.',
  },
  'replica-max-connections': {
    changes: 'Raise the replica first, then the primary; lower the primary first.',
    mistake: 'A replica that takes fewer connections than its primary stops replaying.',
  },
  'tier-valid': {
    changes: 'A tier that the edition has, or the other edition with a tier of its own.',
    mistake:
      'db-custom-* is of Enterprise alone, and PostgreSQL 16 and later begin with Enterprise Plus; ' +
      'db-n1-standard-* is refused for PostgreSQL.',
  },
  'version-supported': {
    changes: 'A major upgrade, rehearsed on a copy: `rotate-to-supported-postgres` has the steps.',
    mistake: 'An instance that still runs is not supported: Cloud SQL bills extended support.',
  },
  'pooler-clients': {
    changes: 'A larger max_client_conn, fewer instances, or fewer connections each.',
    mistake: 'A pool in the application multiplies: 9 workers x 10 x 200 instances are 18,000.',
  },
  'pooler-busy': {
    changes: 'A larger default_pool_size, or shorter transactions.',
    mistake:
      'The pool is for requests at work, not for users: requests per second x seconds in the ' +
      'database. 25 is a default, no rule.',
  },
  'pooler-mode': {
    changes: 'pool_mode = transaction.',
    mistake: 'In session mode a client keeps its server connection, and nothing is pooled.',
  },
  'web-slots': {
    changes: 'More instances, workers or threads, or shorter requests.',
    mistake:
      '200 instances x concurrency 200 are not 40,000 requests: an instance works on as many as it ' +
      'has threads, the others wait inside it.',
  },
  'web-concurrency': {
    changes: 'Concurrency as high as workers x threads.',
    mistake:
      'A generous concurrency stops the scaling: requests queue inside instances that the ' +
      'autoscaler takes for idle.',
  },
  'web-processes': {
    changes: 'As many workers as vCPUs.',
    mistake: '(2 x cores) + 1 was made for whole machines, not for an instance of Cloud Run.',
  },
  'web-cpu': {
    changes: 'More instances or vCPUs, each with a worker for every core.',
    mistake: 'Threads add no CPU: one Python process uses one core.',
  },
  'web-memory': {
    changes: 'Fewer workers, or more memory.',
    mistake: 'An instance over its limit is killed with all its requests, not slowed.',
  },
  'django-database': {
    changes: 'Either the pool or CONN_MAX_AGE, not both.',
    mistake: 'CONN_MAX_AGE = 600 with a pool is refused, at the first query and not at the start.',
  },
  'celery-throughput': {
    changes: 'More instances, more processes each, or shorter tasks.',
    mistake: 'Each process also holds a database connection: more of them can carry fewer users.',
  },
  'celery-cpu': {
    changes: 'More instances or vCPUs, or less CPU a task.',
    mistake:
      'More processes than vCPUs help tasks that wait, not tasks that compute: 6 processes on 4 ' +
      'vCPUs still use 4.',
  },
  'celery-scaling': {
    changes: 'A larger minInstances before the event, or something that scales on the queue.',
    mistake:
      'maxInstances is never reached by a queue: Cloud Run scales on requests, and a worker has none.',
  },
  'celery-memory': {
    changes: 'Fewer processes, or more memory.',
    mistake:
      'The parent needs as much as a child: concurrency 6 is seven processes. An instance over its ' +
      'limit is killed with all that it runs.',
  },
  'celery-prefetch': {
    changes: 'A prefetch multiplier of 1.',
    mistake: 'A worker that fetches 4 for each process keeps tasks that an idle one could run.',
  },
  'beat-singleton': {
    changes: 'Exactly one instance and one revision.',
    mistake: 'maxInstances 1 is not one: in a roll-out two revisions send every task twice.',
  },
  'redis-clients': {
    changes: 'Fewer instances or connections each, or another Redis.',
    mistake:
      'A Celery worker is not one client: its parent holds about 10, and each child one more that ' +
      'stored a result.',
  },
  'redis-eviction': {
    changes: 'maxmemory-policy noeviction for a broker, and a Redis of its own for the cache.',
    mistake: 'Memorystore begins with volatile-lru, which is for caches.',
  },
  'alert-fires': {
    changes: 'A threshold of 0.8 of the usable connections, moved with every tier or flag.',
    mistake: '80 % of a max_connections that is not there never fires: 648 on a server of 400.',
  },
  'response-time': {
    changes: 'What is narrowest: more cores of the database, a larger pool, more web threads.',
    mistake:
      'A load test of users who wait for their answer looks kind: the slower the site, the less they ' +
      'ask of it. A rate of arrivals shows the truth.',
  },
  'monthly-cost': {
    changes: 'Smaller instances that fit the load, fewer hours at the peak.',
    mistake:
      '200 instances at most are a ceiling, not a cost: what counts are instance hours. All month ' +
      'they would be 46,253 USD, not 800.',
  },
}

/** Null for a law that nothing is said about. */
export function explanationOf(law: string): Explanation | null {
  const found = Object.entries(explanations).find(([id]) => id === law)
  return found?.[1] ?? null
}

/** What a finding that rests on an assumption is worth; null where the workload was measured. */
export function assumedSentence({ law, assumed }: Finding): string | null {
  if (!assumed) return null
  return law === 'response-time'
    ? 'It rests on a workload that nobody measured, so it judges nothing until it is calibrated.'
    : 'It rests on a workload that nobody measured.'
}

/** `1,890 of 390 -> 1,890 of 490 connections, headroom -1,500 -> -1,400; 2,904 -> 3,696 users, ...` */
export function leverSentence(lever: Lever, before: Finding): string {
  const { before: usersBefore, after: usersAfter } = lever.supportedUsers
  const { costDeltaUsd } = lever
  const isSame = usersBefore === usersAfter && (costDeltaUsd ?? 0) === 0
  const buys = isSame
    ? 'users and cost as they are'
    : buysSentence({ usersBefore, usersAfter, costDeltaUsd, mended: [] })
  return `${changeOf(before, lever.finding)}; ${buys}`
}

function changeOf(before: Finding, after: Finding | null): string {
  if (after === null) return 'it is no concern any more'
  const severity =
    before.severity === after.severity
      ? `still ${after.severity}`
      : `${before.severity} -> ${after.severity}`
  const [was, is] = [quantityText(before), quantityText(after)]
  const rooms = [before.headroom, after.headroom]
  if (was === null || is === null) return severity
  const [from, to] = rooms.map((room) => (room == null ? 'unknown' : number(room)))
  return `${was} -> ${is}, headroom ${from} -> ${to}, ${severity}`
}

/** Where a number comes from, with its age where somebody looked: `Cloud SQL Admin API (12 s ago)`. */
export function sourceText({ source }: Term, facts: View['facts'], now: number): string {
  const aged = source.split('; ').map((one) => {
    const seen = facts.flatMap((fact) =>
      fact.kind === 'observed' && fact.source === one ? [fact.observedAt] : [],
    )
    return seen.length === 0 ? one : `${one} (${duration(now - Math.min(...seen))} ago)`
  })
  return aged.join('; ')
}
