/** A hundred commands at the same moment: until Slack has heard of each that it is recorded. */
import type { Bench } from './bench.ts'
import { allWait } from './ledger.ts'
import { channel, checked, member } from './memory.ts'
import { bot, openSurroundings, type Surroundings } from './surroundings.ts'

const atOnce = 100
const upgrade = '/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720'

export async function ackBench(): Promise<Bench> {
  const surroundings = await openSurroundings()
  const started = await surroundings.start({ ...bot, readyPath: '/readyz' })
  await checked(surroundings)
  return {
    name: 'ack',
    unit: 'ms',
    rounds: 5,
    warmUps: 1,
    subject: {
      what: `p99 of the acks of ${atOnce} commands at once, each after its append`,
      measure: () => slowAck(surroundings, started.folder),
    },
    against: null,
    boundBelow: 500,
    close: async () => {
      await started.stop()
      await surroundings.stop()
    },
  }
}

async function slowAck({ slack }: Surroundings, folder: string): Promise<number> {
  const acks = await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const begun = performance.now()
      const { kind } = await slack.command(member, channel, upgrade)
      // Whom Slack gives up on has not been answered at all.
      return kind === 'acked' ? performance.now() - begun : Number.POSITIVE_INFINITY
    }),
  )
  // The next hundred find it at rest.
  await allWait(folder)
  const sorted = acks.toSorted((one, other) => one - other)
  return sorted[Math.ceil(0.99 * atOnce) - 1] ?? Number.NaN
}
