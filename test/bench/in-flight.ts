/** What a run in flight costs the bot's process: a thousand that wait for an approval, against itself when idle. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { allWait } from './ledger.ts'
import { channel, checked, member, residentMb } from './memory.ts'
import { bot, openSurroundings, type Surroundings } from './surroundings.ts'

const runs = 1_000
const atOnce = 20
const upgrade = '/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720'
const idleMs = 3_000

export async function inFlightBench(): Promise<Bench> {
  const surroundings = await openSurroundings()
  return {
    name: 'in-flight',
    unit: 'KB',
    rounds: 3,
    warmUps: 0,
    subject: {
      what: `resident memory above idle, for each of ${runs} runs in flight`,
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
    await pause(idleMs)
    const idleMb = await residentMb(started.pid)
    for (let count = 0; count < runs; count = await allWait(started.folder)) {
      // Whom Slack gave up on may have asked for a run all the same: the ledger counts.
      const asked = Array.from({ length: Math.min(atOnce, runs - count) }, () =>
        slack.command(member, channel, upgrade),
      )
      await Promise.all(asked)
    }
    await pause(idleMs)
    return ((await residentMb(started.pid)) - idleMb) * (1_000 / runs)
  } finally {
    await started.stop()
  }
}
