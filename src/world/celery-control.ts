/** One round of remote control: commands are published, and whoever answers in time is heard. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import {
  bindingOf,
  type Command,
  channelOf,
  envelope,
  type Reply,
  readReply,
  replyBindings,
  replyListOf,
} from './celery-pidbox.ts'
import { pause } from './clock.ts'
import type { Clock } from './world.ts'

const pollMs = 20
/** What is left of a reply that nobody took is gone after this. */
const leftoverSeconds = 60

export type Round = {
  readonly redis: Redis
  readonly database: number
  readonly clock: Clock
  /** How long answers are waited for. */
  readonly waitMs: number
}

export type Heard = {
  /** How many workers got the command; one that is frozen counts, and says nothing. */
  readonly listening: number
  /** For each command, in its order. */
  readonly replies: readonly (readonly Reply[])[]
}

/** Waits until everybody who was told has answered, or the time is over. */
export async function askWorkers(round: Round, commands: readonly Command[]): Promise<Heard> {
  const { redis } = round
  const caller = randomUUID()
  const letters = commands.map((command) => ({ ...command, ticket: randomUUID() }))
  await redis.sadd(replyBindings, bindingOf(caller))
  try {
    let listening = 0
    for (const letter of letters) listening = await publish(round, caller, letter)
    const expected = letters.reduce(
      (sum, { destination }) => sum + Math.min(listening, destination?.length ?? listening),
      0,
    )
    const replies = await collect(round, caller, expected)
    return {
      listening,
      replies: letters.map(({ ticket }) => replies.filter((reply) => reply.ticket === ticket)),
    }
  } finally {
    await forget(redis, caller)
  }
}

/** How many heard it. */
function publish(
  { redis, database, clock, waitMs }: Round,
  caller: string,
  letter: Command & { readonly ticket: string },
): Promise<number> {
  const expiresAt = clock.now() + waitMs
  const text = envelope({ ...letter, caller, tag: randomUUID(), expiresAt })
  return redis.publish(channelOf(database), text)
}

async function collect(
  { redis, clock, waitMs }: Round,
  caller: string,
  expected: number,
): Promise<readonly Reply[]> {
  const until = clock.now() + waitMs
  const replies: Reply[] = []
  while (replies.length < expected) {
    const text = await redis.rpop(replyListOf(caller))
    if (text !== null) {
      const reply = readReply(text)
      if (reply !== null) replies.push(reply)
    } else if (clock.now() > until) break
    else await pause(pollMs)
  }
  return replies
}

async function forget(redis: Redis, caller: string): Promise<void> {
  // Where the connection is gone there is nothing to say it on.
  if (redis.status !== 'ready') return
  await redis.srem(replyBindings, bindingOf(caller))
  // A worker that looked up the binding just before may still write its reply.
  await redis.expire(replyListOf(caller), leftoverSeconds)
}
