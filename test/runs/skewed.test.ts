/** A ledger whose clock is not ours: it alone decides, and nothing is sent after its time. DESIGN.md, 3. */
import { expect, test } from 'vitest'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { processOn, standing } from './process.ts'
import { simulateCloud } from './simulated-world.ts'

type Skewed = { aheadMs: number; freezeMs?: number; skewSeconds?: number }

/** `freezeMs`: so long the process stands still between its intent and the request. */
function bot({ aheadMs, freezeMs = 0, skewSeconds = 0 }: Skewed) {
  const clock = handClock()
  const cloud = simulateCloud({ clock })
  const ledger = memoryLedger({ now: () => clock.now() + aheadMs })
  const writer = {
    ...cloud.writer,
    patch: (...sent: Parameters<typeof cloud.writer.patch>) => {
      clock.forward(freezeMs)
      return cloud.writer.patch(...sent)
    },
  }
  const google = { of: 'google', host: 'sqladmin.googleapis.com', skewSeconds } as const
  const clocks = { skews: () => [{ ...google, at: clock.now() }] }
  const beside = { read: { clocks }, write: {} }
  return { ...processOn({ ledger, clock, cloud: { ...cloud, writer }, beside }), cloud }
}

test.for([-60_000, -2_000, 2_000, 60_000])(
  'a ledger that is %d ms ahead of us sees facts as old as they are: the run goes its way',
  async (aheadMs) => {
    const { asked, approved, events, cloud } = bot({ aheadMs })
    const run = await asked()
    expect(run.record.forecast?.reasons.map(({ code }) => code)).not.toContain('fact-unknown')
    expect(standing(await approved(run))).toBe('ended: not-verified')
    expect([cloud.writes(), cloud.arrivals()]).toEqual([1, 1])
    expect(await events(run.id)).not.toContain('approval-voided')
  },
)

test('whoever stood still for more than its five seconds sends nothing, however late the ledger makes it', async () => {
  for (const aheadMs of [0, 60_000]) {
    const { asked, approved, cloud } = bot({ aheadMs, freezeMs: 5_001 })
    expect(standing(await approved(await asked()))).toBe('parked: not-sent')
    expect(cloud.arrivals()).toBe(0)
  }
})

test.for([
  [0, 0, false],
  [4_000, 0, false],
  [60_000, 0, true],
  [-60_000, 0, true],
  // Our own clock is wrong, and the ledger's is right.
  [-60_000, 60, false],
] as const)(
  'a ledger %d ms ahead of us, who are %d s ahead of Google: a person looks: %s',
  async ([aheadMs, skewSeconds, isDoubted]) => {
    const { asked } = bot({ aheadMs, skewSeconds })
    const { reasons = [] } = (await asked()).record.forecast ?? {}
    expect(reasons.some(({ code }) => code === 'clock-differs')).toBe(isDoubted)
  },
)
