/** Every point at which the process may die: the world ends the same, with exactly one effective PATCH. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { alone } from '../../src/runs/requests.ts'
import { runOfStream } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { opened, temporaryFolder } from '../ledger/temporary.ts'
import { handClock } from '../world/tuki-cloud.ts'
import { type Death, mortal, ProcessDied, write } from './mortal.ts'
import { changed, channel, processOn, sofia, standing, upgrade } from './process.ts'
import { simulateCloud, type TestCloud } from './simulated-world.ts'

type Process = ReturnType<typeof processOn>

/** People ask once and say yes when they are asked; the rest is the bot's. */
async function story(bot: Process): Promise<Run> {
  const [stream] = await bot.ledger.newest('run/', 1)
  const id =
    stream === undefined
      ? changed(await bot.requests.start(alone(upgrade), channel, sofia)).id
      : runOfStream(stream)
  let run = await bot.bring(id)
  while (run.stage.kind === 'waiting') run = await bot.approved(run)
  return run
}

type Lives = {
  /** One for each process that dies; then one that does not. */
  readonly deaths: readonly Death[]
  readonly readLagMs?: number
  /** From a death to the next process. */
  readonly restartMs?: number
  readonly ledgers?: (clock: { readonly now: () => number }) => () => Promise<Ledger>
}

async function live({ deaths, readLagMs = 0, restartMs = 1_000, ledgers = inMemory }: Lives) {
  const clock = handClock()
  const cloud = simulateCloud({ clock, readLagMs })
  const open = ledgers(clock)
  const points: string[] = []
  clock.forward(10_000)
  for (const death of [...deaths, null]) {
    const life = mortal(await open(), cloud, death)
    const run = await story(processOn({ ...life, clock })).catch((error: unknown) => {
      if (error instanceof ProcessDied) return null
      throw error
    })
    points.push(...life.points)
    if (run !== null) {
      // What was still on its way arrives.
      clock.forward(60_000)
      const { claims } = await processOn({ ...life, clock }).journal.headroom('tuki')
      return { ...(await world(cloud)), points, claims, end: standing(run) }
    }
    clock.forward(restartMs)
  }
  throw new Error('the last process died too')
}

function inMemory(clock: { readonly now: () => number }): () => Promise<Ledger> {
  const ledger = memoryLedger(clock)
  return async () => ledger
}

/** Each process opens the same file anew. */
function inOneFile(clock: { readonly now: () => number }): () => Promise<Ledger> {
  const folder = temporaryFolder()
  let last: Ledger | null = null
  return async () => {
    await last?.close()
    last = opened(folder, clock)
    return last
  }
}

async function world(cloud: TestCloud) {
  const { tier, settingsVersion } = await cloud.reader.instance('tuki-db-prod')
  return { writes: cloud.writes(), arrivals: cloud.arrivals(), tier, settingsVersion }
}

const sameEnd = {
  end: 'ended: not-verified',
  writes: 1,
  tier: 'db-custom-8-30720',
  settingsVersion: '18',
  claims: [],
}

/** The points of a life that nothing disturbs. */
const { points } = await live({ deaths: [] })

describe('a life that nothing disturbs', () => {
  test('has these points', () => {
    expect(points).toEqual([
      'run-started',
      'step-forecast',
      'approval-requested',
      'consent-given',
      'step-claimed + claimed',
      'write-intended',
      write,
      'write-accepted',
      'operation-ended',
      'step-verified + released',
    ])
  })
})

const places = points.flatMap((what, index) =>
  (['before', 'after'] as const).map((when) => ({ at: index + 1, what, when })),
)

describe('a process dies, and the next one finds the same ledger and the same world', () => {
  test.for(places)(
    '$when $at. $what: exactly one effective PATCH, the same end',
    async ({ at, when }) => {
      const end = await live({ deaths: [{ at, when }], ledgers: inOneFile })
      expect(end).toMatchObject(sameEnd)
      expect(end.points).toContain('step-verified + released')
      // Where reads do not lag the write is found, and not even a refused second one is sent.
      expect(end.arrivals).toBe(1)
    },
  )

  test.for(places)('$when $at. $what, and reads lag by 3 s', async ({ at, when }) => {
    expect(await live({ deaths: [{ at, when }], readLagMs: 3_000 })).toMatchObject(sameEnd)
  })

  test.for([200, 999, 1_000, 1_001, 1_500, 5_000, 12_000])(
    'while the PATCH is on its way, which arrives after %i ms',
    async (inFlightMs) => {
      const at = points.indexOf(write) + 1
      for (const readLagMs of [0, 3_000]) {
        const end = await live({ deaths: [{ at, when: { inFlightMs } }], readLagMs })
        expect(end).toMatchObject(sameEnd)
      }
    },
  )
})

describe('processes die again and again', () => {
  test('at any points, with any lag and any pause: always the same end, never a second PATCH', async () => {
    const death = fc.record({
      at: fc.integer({ min: 1, max: 9 }),
      when: fc.oneof(
        fc.constantFrom('before', 'after'),
        fc.record({ inFlightMs: fc.integer({ min: 0, max: 14_000 }) }),
      ),
    })
    const lives = fc.record({
      deaths: fc.array(death, { minLength: 1, maxLength: 6 }),
      readLagMs: fc.constantFrom(0, 0, 500, 3_000),
      restartMs: fc.constantFrom(0, 1_000, 9_000, 40_000),
    })
    await fc.assert(
      fc.asyncProperty(lives, async (one) => {
        expect(await live(one)).toMatchObject(sameEnd)
      }),
      { numRuns: 100 },
    )
  })
})
