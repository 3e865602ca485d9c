/** Every point at which the process may die, for each guard: the world ends the same, with one effective write. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BoundStep } from '../../src/define/step.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { advance } from '../../src/runs/executor.ts'
import { alone } from '../../src/runs/requests.ts'
import { runOfStream } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { createBackup } from '../../src/steps/create-backup.ts'
import { createReadReplica } from '../../src/steps/create-read-replica.ts'
import { setDatabaseFlag } from '../../src/steps/set-database-flag.ts'
import type { CloudSqlOperation, CloudSqlWriter } from '../../src/world/ports/cloud-sql.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { opened, temporaryFolder } from '../ledger/temporary.ts'
import { handClock } from '../world/hand-clock.ts'
import { type Death, mortal, ProcessDied, write } from './mortal.ts'
import {
  changed,
  channel,
  database,
  luis,
  processOn,
  sofia,
  standing,
  tokenOf,
  upgrade,
} from './process.ts'
import { simulateCloud, type TestCloud } from './simulated-world.ts'

type Process = ReturnType<typeof processOn>

/** People ask once and say yes when they are asked; the rest is the bot's. */
async function story(bot: Process, step: BoundStep): Promise<Run> {
  const [stream] = await bot.ledger.newest('run/', 1)
  const id =
    stream === undefined
      ? changed(await bot.requests.start(alone(step), channel, sofia)).id
      : runOfStream(stream)
  let run = await bot.bring(id)
  while (run.stage.kind === 'waiting') run = await bot.approved(run)
  return run
}

type Lives = {
  readonly step: BoundStep
  /** One for each process that dies; then one that does not. */
  readonly deaths: readonly Death[]
  readonly readLagMs?: number
  /** From a death to the next process. */
  readonly restartMs?: number
  readonly ledgers?: (clock: { readonly now: () => number }) => () => Promise<Ledger>
}

async function live(lives: Lives) {
  const { step, deaths, readLagMs = 0, restartMs = 1_000, ledgers = inMemory } = lives
  const clock = handClock()
  const cloud = simulateCloud({ clock, readLagMs })
  const open = ledgers(clock)
  const points: string[] = []
  clock.forward(10_000)
  for (const death of [...deaths, null]) {
    const life = mortal(await open(), death)
    const parts = { ledger: life.ledger, cloud: life.part(cloud) }
    const run = await story(processOn({ ...parts, clock }), step).catch((error: unknown) => {
      if (error instanceof ProcessDied) return null
      throw error
    })
    points.push(...life.points)
    if (run !== null) {
      // What was still on its way arrives.
      clock.forward(60_000)
      const { claims } = await processOn({ ...parts, clock }).journal.headroom('tuki')
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
  const { tier, flags, replicas, settingsVersion } = await cloud.reader.instance(database)
  const backups = (await cloud.reader.backups(database)).map(({ status }) => status)
  return {
    ...{ writes: cloud.writes(), arrivals: cloud.arrivals() },
    ...{ tier, flags, replicas, backups, settingsVersion },
  }
}

const begun = {
  tier: 'db-custom-2-7680',
  flags: { work_mem: '8192' },
  replicas: [],
  backups: [],
  settingsVersion: '18',
  writes: 1,
  claims: [],
}

/** One step for each guard that Cloud SQL offers, and the world in which each life of it ends. */
const stories = [
  {
    step: upgrade,
    // Nobody shows max_connections here.
    end: { ...begun, tier: 'db-custom-8-30720', end: 'ended: not-verified' },
  },
  {
    step: setDatabaseFlag({ database, name: 'max_connections', value: '420' }),
    end: {
      ...begun,
      flags: { work_mem: '8192', max_connections: '420' },
      end: 'ended: not-verified',
    },
  },
  {
    step: createReadReplica({ database, name: 'tuki-db-copy', tier: 'db-custom-4-15360' }),
    end: { ...begun, replicas: ['tuki-db-copy'], end: 'ended: verified' },
  },
  {
    step: createBackup({ database }),
    end: { ...begun, backups: ['SUCCESSFUL'], settingsVersion: '17', end: 'ended: verified' },
  },
].map((one) => ({ ...one, name: one.step.name }))

/** The points of a life that nothing disturbs. */
const undisturbed = await Promise.all(
  stories.map(async (story) => ({ ...story, life: await live({ step: story.step, deaths: [] }) })),
)

describe('a life that nothing disturbs', () => {
  test.for(undisturbed)('$name has these points', ({ life, end }) => {
    const asked = ['approval-requested', 'consent-given']
    expect(life).toMatchObject({ ...end, arrivals: 1 })
    expect(life.points.filter((point) => !asked.includes(point))).toEqual([
      'run-started',
      'step-forecast',
      'step-claimed + claimed',
      'write-intended',
      write,
      'write-accepted',
      'operation-ended',
      'step-verified + released',
    ])
  })
})

describe('every life', () => {
  test('has its intent in the ledger before anything is sent', () => {
    for (const { life } of undisturbed)
      expect(life.points.indexOf(write)).toBe(life.points.indexOf('write-intended') + 1)
  })
})

const places = undisturbed.flatMap(({ life, ...story }) =>
  life.points.flatMap((what, index) =>
    (['before', 'after'] as const).map((when) => ({ ...story, at: index + 1, what, when })),
  ),
)

describe('a process dies, and the next one finds the same ledger and the same world', () => {
  test.for(places)(
    '$name, $when $at, $what: exactly one effective write, the same end',
    async ({ step, at, when, end }) => {
      const lived = await live({ step, deaths: [{ at, when }], ledgers: inOneFile })
      expect(lived).toMatchObject(end)
      expect(lived.points).toContain('step-verified + released')
      // Where reads do not lag the write is found, and not even a refused second one is sent.
      expect(lived.arrivals).toBe(1)
    },
  )

  test.for(places)('$name, $when $at, $what, and reads lag by 3 s', async (place) => {
    const { step, at, when, end } = place
    expect(await live({ step, deaths: [{ at, when }], readLagMs: 3_000 })).toMatchObject(end)
  })

  test.for(
    undisturbed.flatMap((story) =>
      [200, 999, 1_000, 1_001, 1_500, 5_000, 12_000].map((inFlightMs) => ({
        ...story,
        inFlightMs,
      })),
    ),
  )('$name, while the write is on its way, which arrives after $inFlightMs ms', async (one) => {
    const { step, life, end, inFlightMs } = one
    const at = life.points.indexOf(write) + 1
    for (const readLagMs of [0, 3_000]) {
      const lived = await live({ step, deaths: [{ at, when: { inFlightMs } }], readLagMs })
      expect(lived).toMatchObject(end)
    }
  })
})

describe('an instance that hears its answer late, when another one has ended the run', () => {
  /** Nobody is asked about a backup: it would be over before it could be held up. */
  const approved = stories.filter(({ name }) => name !== createBackup({ database }).name)

  test.for(approved)('$name: finds that nobody waits for it, and breaks nothing', async (one) => {
    const { step, end } = one
    const clock = handClock()
    const cloud = simulateCloud({ clock })
    const ledger = memoryLedger(clock)
    const frozen = Promise.withResolvers<void>()
    const { part } = mortal(ledger, null)
    const slow = part(cloud)
    const thawing = (answer: Promise<CloudSqlOperation>) => frozen.promise.then(() => answer)
    const writer: CloudSqlWriter = {
      patch: (clearance, wish) => thawing(slow.writer.patch(clearance, wish)),
      createReplica: (clearance, wish) => thawing(slow.writer.createReplica(clearance, wish)),
      deleteReplica: (clearance, wish) => thawing(slow.writer.deleteReplica(clearance, wish)),
      backUp: (clearance, wish) => thawing(slow.writer.backUp(clearance, wish)),
    }
    const first = processOn({ ledger, clock, cloud: { reader: slow.reader, writer } })
    const other = processOn({ ledger, clock, cloud })
    const asked = await first.asked(step)
    changed(await first.requests.approve(tokenOf(asked), luis))
    const hearing = advance(first.means, asked.id)
    while (cloud.arrivals() === 0) await new Promise((resolve) => setImmediate(resolve))
    const ended = await other.bring(asked.id)
    expect(standing(ended)).toBe(end.end)
    frozen.resolve()
    expect(await hearing).toBeNull()
    expect(await other.journal.read(asked.id)).toEqual(ended)
    expect(await world(cloud)).toMatchObject({ writes: 1, arrivals: 1 })
  })
})

describe('processes die again and again', () => {
  test.for(stories)(
    '$name: at any points, with any lag and any pause: always the same end, never a second write',
    async ({ step, end }) => {
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
          expect(await live({ ...one, step })).toMatchObject(end)
        }),
        { numRuns: 100 },
      )
    },
  )
})
