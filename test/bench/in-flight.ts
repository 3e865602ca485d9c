/** What a run in flight costs the bot's process: a thousand more that wait for an approval, against itself at rest. */
import { setTimeout as pause } from 'node:timers/promises'
import type { LocalSlack } from '../../src/rehearsal/slack/local-slack.ts'
import type { Bench } from './bench.ts'
import { allWait } from './ledger.ts'
import { channel, checked, member, residentMb } from './memory.ts'
import { bot, openSurroundings, type Started, type Surroundings } from './surroundings.ts'

const runs = 1_000
/** Before them: what the first hundreds compile, load and keep for whoever comes next is no run's. */
const warmUpRuns = 300
const atOnce = 20
const upgrade = '/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720'
/** In this time it has seen that it rests, and has given back what it does not hold. */
const idleMs = 4_000

export async function inFlightBench(): Promise<Bench> {
  const surroundings = await openSurroundings()
  return {
    name: 'in-flight',
    unit: 'KB',
    rounds: 3,
    warmUps: 0,
    subject: {
      what: `resident memory above that at rest, for each of ${runs} runs in flight`,
      measure: () => memoryOfOneKb(surroundings),
    },
    against: null,
    boundBelow: 50,
    close: surroundings.stop,
  }
}

async function memoryOfOneKb(surroundings: Surroundings): Promise<number> {
  const { slack, start } = surroundings
  const started = await start({ ...bot, readyPath: '/readyz' })
  try {
    await checked(surroundings)
    await inFlight(warmUpRuns, started, slack)
    await pause(idleMs)
    const idleMb = await residentMb(started.pid)
    await inFlight(warmUpRuns + runs, started, slack)
    await pause(idleMs)
    return ((await residentMb(started.pid)) - idleMb) * (1_000 / runs)
  } finally {
    await started.stop()
  }
}

/** Resolves when so many wait for a person. */
async function inFlight(all: number, { folder }: Started, slack: LocalSlack): Promise<void> {
  for (let count = await allWait(folder); count < all; count = await allWait(folder)) {
    // Whom Slack gave up on may have asked for a run all the same: the ledger counts.
    const asked = Array.from({ length: Math.min(atOnce, all - count) }, () =>
      slack.command(member, channel, upgrade),
    )
    await Promise.all(asked)
  }
}
