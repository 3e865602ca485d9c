/** A run as this code's first version wrote it (golden/first-run.json, never written anew): read, and carried on. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { runStream } from '../../src/runs/run.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { processOn, standing } from './process.ts'
import { simulateCloud } from './simulated-world.ts'

const record = z.object({ at: z.int(), event: z.looseObject({ type: z.string(), v: z.int() }) })
const file = new URL('../golden/first-run.json', import.meta.url)
const first = z
  .object({ run: z.array(record), system: z.array(record) })
  .parse(JSON.parse(readFileSync(file, 'utf8')))
const id = z.object({ run: z.string() }).parse(first.run[0]?.event).run

/** A process of today that finds so many of the run's events, and the claim where it was made by then. */
async function found(count: number) {
  let at = 0
  const clock = { now: () => at, forward: (ms: number) => (at += ms) }
  const ledger = memoryLedger(clock)
  const written = first.run.slice(0, count)
  for (const [version, { at: then, event }] of written.entries()) {
    at = then
    await ledger.append([
      { stream: runStream(id), expectedVersion: version, events: [event], dueAt: at },
    ])
  }
  const isClaimed = written.some(({ event }) => event.type === 'step-claimed')
  const isOver = count === first.run.length
  const system = first.system.slice(0, isOver ? 2 : isClaimed ? 1 : 0)
  for (const [version, { event }] of system.entries())
    await ledger.append([
      { stream: 'system/tuki', expectedVersion: version, events: [event], dueAt: null },
    ])
  const cloud = simulateCloud({ clock })
  return { cloud, bot: processOn({ ledger, clock, cloud }) }
}

test('the whole run is read as it ended, and holds nothing', async () => {
  const { bot } = await found(first.run.length)
  const run = await bot.journal.read(id)
  expect(run === null ? null : standing(run)).toBe('ended: not-verified')
  expect((await bot.journal.headroom('tuki')).claims).toEqual([])
})

const sent = first.run.findIndex(({ event }) => event.type === 'write-accepted')

describe('left by the first version, carried on by this one', () => {
  test.each(first.run.slice(0, sent).map(({ event }, index) => [event.type, index + 1] as const))(
    'after %s: one write, the same end',
    async (_type, count) => {
      const { bot, cloud } = await found(count)
      let run = await bot.bring(id)
      while (run.stage.kind === 'waiting') run = await bot.approved(run)
      expect(standing(run)).toBe('ended: not-verified')
      expect(cloud.writes()).toBe(1)
      expect((await bot.journal.headroom('tuki')).claims).toEqual([])
    },
  )
})
