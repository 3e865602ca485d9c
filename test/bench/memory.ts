/** What the bot's process holds while idle, with everything loaded: Google's clients too. */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { bot, openSurroundings, type Surroundings } from './surroundings.ts'

export const member = 'U0ANA'
export const channel = 'C0INCIDENT'
const check = '/capacity check patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720'
const answerMsMax = 60_000
const idleMs = 3_000

export async function memoryBench(): Promise<Bench> {
  const surroundings = await openSurroundings()
  return {
    name: 'memory',
    unit: 'MB',
    rounds: 3,
    warmUps: 0,
    subject: {
      what: 'the bot, idle after a check against the local cloud',
      measure: () => idleMemoryMb(surroundings),
    },
    against: null,
    boundBelow: 220,
    close: surroundings.stop,
  }
}

async function idleMemoryMb({ slack, cloud, start }: Surroundings): Promise<number> {
  const started = await start({ ...bot, readyPath: '/readyz' })
  try {
    await checked({ slack, cloud })
    await pause(idleMs)
    return await residentMb(started.pid)
  } finally {
    await started.stop()
  }
}

/** Once through everything that a question needs. */
export async function checked({ slack, cloud }: Pick<Surroundings, 'slack' | 'cloud'>) {
  // The cloud keeps the newest alone: their number stands still at last.
  const [messagesBefore, requestBefore] = [messages(slack), cloud.requests.at(-1)]
  await command(slack, check)
  await messagesAre(slack, messagesBefore + 1, answerMsMax)
  if (cloud.requests.at(-1) === requestBefore) throw new Error('the check asked no cloud')
}

/** Resolves when the bot has acknowledged it. */
async function command(slack: Surroundings['slack'], text: string): Promise<void> {
  const outcome = await slack.command(member, channel, text)
  if (outcome.kind !== 'acked') throw new Error(`${text} was not taken: ${outcome.error}`)
}

/** Waits until there are so many. */
async function messagesAre(
  slack: Surroundings['slack'],
  count: number,
  withinMs: number,
): Promise<void> {
  const deadline = AbortSignal.timeout(withinMs)
  while (messages(slack) < count) {
    deadline.throwIfAborted()
    await pause(20)
  }
}

function messages(slack: Surroundings['slack']): number {
  return slack.messages(channel, member).length
}

/** Resident memory as Linux counts it, in 10^6 bytes. proc(5): VmRSS is in KiB. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no VmRSS`)
  return (Number(kib) * 1_024) / 1_000_000
}
