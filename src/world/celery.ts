/** Celery over its broker: what waits, what is held, who works, and how large pools are. facts/workload.md, 4. */
import type { Redis } from 'ioredis'
import type { z } from 'zod'
import type { SystemDocument } from '../capacity/system.ts'
import { askWorkers, type Heard } from './celery-control.ts'
import { listenToCelery } from './celery-ears.ts'
import { lineToBroker } from './celery-line.ts'
import { activeAnswer, queuesAnswer, type Reply, separator, statsAnswer } from './celery-pidbox.ts'
import { resizeAll } from './celery-resize.ts'
import { type BrokerAddress, readBrokerUrl } from './celery-url.ts'
import { Fault } from './fault.ts'
import type {
  CeleryEars,
  CeleryReader,
  CelerySnapshot,
  CeleryWorker,
  CeleryWriter,
} from './ports/celery.ts'
import type { Clock, Timers } from './world.ts'

export type CeleryOptions = {
  readonly brokerUrl: string
  /** Of the System document: the workers among them are looked for. */
  readonly services: SystemDocument['services']
  readonly clock: Clock
  readonly timers: Timers
  readonly connectMs?: number
  /** From the question to its answer; an observation may take 5 s at most. */
  readonly answerMs?: number
  /** How long workers are given to answer. */
  readonly waitMs?: number
  readonly writeMs?: number
  /** 0 where the process ends after the answer: an open connection would keep it. */
  readonly idleMs?: number
  /** How often a connection that listens is asked whether it is there, and is made anew at first. */
  readonly pingMs?: number
  readonly retryMs?: number
}

export type ConnectedCelery = {
  readonly reader: CeleryReader
  readonly writer: CeleryWriter
  /** Begins to listen to what workers tell, until it is stopped. */
  readonly listen: () => CeleryEars
  readonly close: () => Promise<void>
}

/** Connects to nothing yet. Throws where the URL is not well formed, without repeating it. */
export function connectCelery(options: CeleryOptions): ConnectedCelery {
  const { clock, timers, idleMs = 30_000, pingMs = 10_000, retryMs = 1_000 } = options
  const services = Object.entries(options.services).flatMap(([name, { kind }]) =>
    kind === 'celery-worker' ? [name] : [],
  )
  const { connectMs = 3_000, answerMs = 4_500, waitMs = 1_500, writeMs = 10_000 } = options
  const address = addressOf(options.brokerUrl)
  const line = lineToBroker({ address, timers, connectMs, idleMs })
  const { database } = address
  const toldAt = new Map<string, number>()
  return {
    reader: {
      snapshot: () =>
        line.talk(answerMs, async (redis) => {
          const round = { redis, database, clock, waitMs }
          const commands = ['stats', 'active', 'active_queues'] as const
          const heard = await askWorkers(
            round,
            commands.map((method) => ({ method, arguments: {}, destination: null })),
          )
          return snapshotOf(redis, heard, { now: clock.now(), services })
        }),
    },
    writer: {
      resizePool: (clearance, change) =>
        line.talk(writeMs, (redis, deadline) =>
          resizeAll({ redis, database, clock, waitMs }, { clearance, change, deadline, toldAt }),
        ),
    },
    listen: () =>
      listenToCelery({
        ...{ address, clock, timers, connectMs, pingMs, retryMs },
        serviceOf: (worker) => serviceOf(worker, services),
      }),
    close: line.close,
  }
}

function addressOf(brokerUrl: string): BrokerAddress {
  const read = readBrokerUrl(brokerUrl)
  if (read.kind === 'wrong') throw new Error(`CELERY_BROKER_URL ${read.problem}`)
  return read.address
}

type Moment = { readonly now: number; readonly services: readonly string[] }

async function snapshotOf(redis: Redis, heard: Heard, moment: Moment): Promise<CelerySnapshot> {
  const [stats = [], active = [], queues = []] = heard.replies
  const names = await queueNames(redis, queues)
  const lengths = await Promise.all(names.map((name) => lengthOf(redis, name)))
  const [unacked, oldest] = await Promise.all([
    redis.hlen('unacked'),
    redis.zrange('unacked_index', '0', '0', 'WITHSCORES'),
  ])
  return {
    queues: names.map((name, index) => ({ name, waiting: lengths[index] ?? 0 })),
    unacked,
    oldestUnackedSeconds:
      oldest[1] === undefined ? null : ageSeconds(Number(oldest[1]), moment.now),
    listening: heard.listening,
    workers: workersOf(stats, active, moment),
  }
}

/** Celery's own, those bound to its exchange, and those that a worker says it takes from. */
async function queueNames(redis: Redis, replies: readonly Reply[]): Promise<readonly string[]> {
  const bound = await redis.smembers('_kombu.binding.celery')
  const named = bound.flatMap((binding) => binding.split(separator).slice(2, 3))
  const taken = replies.flatMap(({ answer }) => read(queuesAnswer, answer).map(({ name }) => name))
  return [...new Set(['celery', ...named, ...taken])].filter((name) => name !== '').sort()
}

/** Kombu has a list for each priority step: 0, 3, 6 and 9 unless somebody chose others. */
const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9]

async function lengthOf(redis: Redis, queue: string): Promise<number> {
  const lists = [queue, ...steps.map((step) => `${queue}${separator}${step}`)]
  const lengths = await Promise.all(lists.map((list) => redis.llen(list)))
  return lengths.reduce((sum, one) => sum + one, 0)
}

/**
 * Of workers with one name the first reply to one command is put beside the first to the other: who
 * said which cannot be known, and their sum is right.
 */
function workersOf(
  stats: readonly Reply[],
  active: readonly Reply[],
  { now, services }: Moment,
): readonly CeleryWorker[] {
  const left = [...active]
  return stats.map(({ worker: name, answer }) => {
    const { pool, prefetch_count, autoscaler } = read(statsAnswer, answer)
    const at = left.findIndex((reply) => reply.worker === name)
    const [tasks] = at === -1 ? [] : left.splice(at, 1)
    const running = tasks === undefined ? [] : read(activeAnswer, tasks.answer)
    const starts = running.flatMap(({ time_start }) => time_start ?? [])
    return {
      name,
      service: serviceOf(name, services),
      processes: pool.processes?.length ?? pool['max-concurrency'] ?? 0,
      isCounted: pool.processes !== undefined,
      prefetchCount: prefetch_count,
      isAutoscaled: autoscaler !== undefined,
      activeTasks: running.length,
      oldestTaskSeconds: oldestSeconds(starts, now),
    }
  })
}

/** One by one: a worker may run more tasks than a call can have arguments. Null where none runs. */
export function oldestSeconds(starts: readonly number[], now: number): number | null {
  const ages = starts.map((start) => ageSeconds(start, now))
  return ages.length === 0 ? null : ages.reduce((one, other) => Math.max(one, other))
}

/** The only one there is; of several the one that it is named after, `mail@host`. */
function serviceOf(name: string, services: readonly string[]): string | null {
  const [only, another] = services
  if (only !== undefined && another === undefined) return only
  return services.find((service) => name.startsWith(`${service}@`)) ?? null
}

/** By the clock of the worker that wrote it down: never less than nothing. */
function ageSeconds(startedAtSeconds: number, now: number): number {
  return Math.max(0, Math.round(now / 1_000 - startedAtSeconds))
}

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const judgement = schema.safeParse(answer)
  if (judgement.success) return judgement.data
  throw new Fault('unreadable', 'no', "Celery's broker: an answer that is not understood")
}
