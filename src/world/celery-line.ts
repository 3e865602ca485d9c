/**
 * The one connection to Celery's broker: opened when it is first needed, one conversation at a time,
 * closed when nobody talks. Nothing is sent twice by the client itself.
 */
import type { Redis } from 'ioredis'
import { brokerFault, noBrokerAnswer } from './celery-faults.ts'
import type { BrokerAddress } from './celery-url.ts'
import type { Timers } from './world.ts'

export type BrokerLineOptions = {
  readonly address: BrokerAddress
  readonly timers: Timers
  readonly connectMs: number
  /** How long it stays open unasked; 0: not at all. */
  readonly idleMs: number
}

type Work<T> = (redis: Redis, deadline: AbortSignal) => Promise<T>

export type BrokerLine = {
  /** Throws a Fault with `sent: no`, but what the work itself throws as a Fault. */
  readonly talk: <T>(withinMs: number, work: Work<T>) => Promise<T>
  readonly close: () => Promise<void>
}

export function lineToBroker({
  address,
  timers,
  connectMs,
  idleMs,
}: BrokerLineOptions): BrokerLine {
  let redis: Redis | null = null
  let idle: { readonly cancel: () => void } | null = null
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function opened(deadline: AbortSignal): Promise<Redis> {
    if (redis?.status === 'ready') return redis
    redis = await connectBroker(address, connectMs, deadline)
    return redis
  }

  function close(): void {
    idle?.cancel()
    redis?.disconnect()
    redis = null
  }

  async function converse<T>(deadline: AbortSignal, work: Work<T>): Promise<T> {
    idle?.cancel()
    // Whoever waits for an answer hears that the connection is closed.
    deadline.addEventListener('abort', close, { once: true })
    try {
      if (deadline.aborted) throw noBrokerAnswer('no')
      return await work(await opened(deadline), deadline)
    } catch (error) {
      close()
      throw brokerFault(error, 'no', deadline)
    } finally {
      deadline.removeEventListener('abort', close)
    }
  }

  function rest(): void {
    waiting -= 1
    if (waiting > 0) return
    if (idleMs === 0) close()
    else idle = timers.after(idleMs, close)
  }

  return {
    talk: async (withinMs, work) => {
      const deadline = AbortSignal.timeout(withinMs)
      waiting += 1
      const mine = turn.then(() => converse(deadline, work)).finally(rest)
      // The next one's turn comes whatever this one met; its asker hears of it.
      turn = mine.catch(() => undefined)
      return mine
    },
    close: async () => {
      await turn
      close()
    },
  }
}

/** A connection that is lost stays lost, and sends nothing again by itself. Throws what Redis or the network said. */
export async function connectBroker(
  address: BrokerAddress,
  connectMs: number,
  until: AbortSignal,
): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const { host, port, user, password, database, tls } = address
  const redis = new Redis({
    host,
    port,
    db: database,
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    ...(tls === 'plain' ? {} : { tls: { rejectUnauthorized: tls === 'verified' } }),
    // Memorystore for Redis 5 knows no HELLO.
    protocol: 2,
    lazyConnect: true,
    connectTimeout: connectMs,
    connectionName: 'plimsoll',
    disableClientInfo: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    reconnectOnError: () => false,
  })
  let told: unknown = null
  redis.on('error', (error: unknown) => {
    told = error
  })
  const deadline = AbortSignal.any([until, AbortSignal.timeout(connectMs)])
  const cut = (): void => redis.disconnect()
  deadline.addEventListener('abort', cut, { once: true })
  try {
    if (deadline.aborted) throw noBrokerAnswer('no')
    await redis.connect()
    // A password or a database that is refused is told by an event alone: the connection would go on
    // in database 0.
    await redis.ping()
    if (told !== null) throw told
    return redis
  } catch (error) {
    cut()
    throw deadline.aborted ? noBrokerAnswer('no') : (told ?? error)
  } finally {
    deadline.removeEventListener('abort', cut)
  }
}
