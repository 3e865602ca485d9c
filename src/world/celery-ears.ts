/**
 * Listens to the events of Celery's workers over a connection of its own: Redis lets one that listens
 * ask nothing else. A minute in which it was lost is a minute that nobody knows.
 */
import type { Redis } from 'ioredis'
import { eventsPattern, readEvents } from './celery-events.ts'
import { brokerFault } from './celery-faults.ts'
import { connectBroker } from './celery-line.ts'
import { tallyOfTasks } from './celery-tally.ts'
import type { BrokerAddress } from './celery-url.ts'
import { Fault } from './fault.ts'
import type { CeleryEars } from './ports/celery.ts'
import type { Clock, Timers } from './world.ts'

export type EarsOptions = {
  readonly address: BrokerAddress
  /** The service that a worker of that name is an instance of; null: none that is known. */
  readonly serviceOf: (worker: string) => string | null
  readonly clock: Clock
  readonly timers: Timers
  /** For a connection, and for each answer on it. */
  readonly connectMs: number
  /** A connection that is dead without a word is found by asking. */
  readonly pingMs: number
  readonly retryMs: number
}

const retryAtMostMs = 30_000

/** Begins to listen, again and again, until it is stopped. */
export function listenToCelery(options: EarsOptions): CeleryEars {
  const { serviceOf, clock } = options
  const tally = tallyOfTasks()
  /** Since when nothing was missed; null: nobody listens. */
  let since: number | null = null
  const { problem, stop } = stayConnected(options, {
    hear: (text) => {
      for (const event of readEvents(text)) tally.note(event)
    },
    began: () => {
      tally.forget()
      since = clock.now()
    },
    ended: () => {
      since = null
    },
  })
  return {
    heard: () => {
      const now = clock.now()
      const spoken = tally.take()
      if (since === null) return null
      const seconds = (now - since) / 1_000
      since = now
      if (spoken === null || seconds <= 0) return null
      return { seconds, workers: spoken.map((one) => ({ ...one, service: serviceOf(one.name) })) }
    },
    ...{ problem, stop },
  }
}

type Listener = {
  readonly hear: (text: string) => void
  readonly began: () => void
  readonly ended: () => void
}

function stayConnected(
  options: EarsOptions,
  { hear, began, ended }: Listener,
): Pick<CeleryEars, 'problem' | 'stop'> {
  const { timers, connectMs, pingMs } = options
  let redis: Redis | null = null
  let problem: Fault | null = null
  let isOver = false
  let waitMs = options.retryMs
  let next = timers.after(0, open)

  function open(): void {
    subscribed(options, hear).then(begin, again)
  }

  function begin(opened: Redis): void {
    redis = opened
    if (isOver) opened.disconnect()
    // It may have ended before anybody looked.
    if (isOver || opened.status !== 'ready') {
      again(lost())
      return
    }
    opened.once('end', () => again(lost()))
    began()
    problem = null
    waitMs = options.retryMs
    next = timers.after(pingMs, () => ping(opened))
  }

  /** Whatever the reason: the next try shows whether it is over. */
  function again(why: Fault): void {
    ended()
    problem = why
    next.cancel()
    if (isOver) return
    next = timers.after(waitMs, open)
    waitMs = Math.min(2 * waitMs, retryAtMostMs)
  }

  function ping(asked: Redis): void {
    next = timers.after(connectMs, () => asked.disconnect())
    const answered = (): void => {
      if (asked.status !== 'ready' || isOver) return
      next.cancel()
      next = timers.after(pingMs, () => ping(asked))
    }
    // Where the connection is gone its end says so.
    asked.ping().then(answered, () => undefined)
  }

  return {
    problem: () => problem,
    stop: () => {
      isOver = true
      next.cancel()
      redis?.disconnect()
    },
  }
}

const lost = () => new Fault('unreachable', 'no', "Celery's broker: the connection was lost")

/** Throws a Fault. */
async function subscribed(
  { address, connectMs }: EarsOptions,
  hear: (text: string) => void,
): Promise<Redis> {
  const deadline = AbortSignal.timeout(connectMs)
  let redis: Redis | null = null
  const cut = (): void => redis?.disconnect()
  deadline.addEventListener('abort', cut, { once: true })
  try {
    redis = await connectBroker(address, connectMs, deadline)
    redis.on('pmessage', (_pattern: string, _channel: string, text: string) => hear(text))
    await redis.psubscribe(eventsPattern(address.database))
    return redis
  } catch (error) {
    cut()
    throw brokerFault(error, 'no', deadline)
  } finally {
    deadline.removeEventListener('abort', cut)
  }
}
