/** Every point at which the process may die in a change of Cloud Run: the same end, exactly one effective write. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BoundStep } from '../../src/define/step.ts'
import { alone } from '../../src/runs/requests.ts'
import { runOfStream } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { scaleService } from '../../src/steps/scale-service.ts'
import { setGunicorn } from '../../src/steps/set-gunicorn.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { type Death, mortal, ProcessDied, write } from './mortal.ts'
import { changed, channel, processOn, site, sofia, standing } from './process.ts'
import { simulateCloudRun } from './simulated-cloud-run.ts'
import { simulateCloud } from './simulated-world.ts'

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
  readonly restartMs?: number
}

async function live({ step, deaths, readLagMs = 0, restartMs = 1_000 }: Lives) {
  const clock = handClock()
  const [cloud, cloudRun] = [
    simulateCloud({ clock }),
    simulateCloudRun({ clock, document: site, readLagMs }),
  ]
  const ledger = memoryLedger(clock)
  const points: string[] = []
  clock.forward(10_000)
  for (const death of [...deaths, null]) {
    const life = mortal(ledger, death)
    const parts = { ledger: life.ledger, cloud: life.part(cloud), cloudRun: life.part(cloudRun) }
    const run = await story(processOn({ ...parts, clock }), step).catch((error: unknown) => {
      if (error instanceof ProcessDied) return null
      throw error
    })
    points.push(...life.points)
    if (run !== null) {
      // What was still on its way arrives.
      clock.forward(60_000)
      const { claims } = await processOn({ ...parts, clock }).journal.headroom('tuki')
      const { etag, settings, problem } = await cloudRun.reader.service('backend')
      const world = { writes: cloudRun.writes(), etag, problem, ofDatabase: cloud.writes() }
      const arrivals = cloudRun.arrivals()
      return { ...world, settings, points, claims, arrivals, end: standing(run) }
    }
    clock.forward(restartMs)
  }
  throw new Error('the last process died too')
}

const sameEnd = { end: 'ended: verified', writes: 1, etag: 'etag-2', problem: null, claims: [] }

describe.each([
  ['scale-service', scaleService({ service: 'backend', maxInstances: 150 }), 'maxInstances', 150],
  [
    'set-gunicorn',
    setGunicorn({ service: 'backend', workerClass: 'gthread' }),
    'gunicorn.workerClass',
    'gthread',
  ],
] as const)('%s', async (_name, step, setting, value) => {
  /** The points of a life that nothing disturbs. */
  const undisturbed = await live({ step, deaths: [] })
  const { points } = undisturbed

  test('undisturbed it is verified, by one write', () => {
    expect(undisturbed).toMatchObject({ ...sameEnd, arrivals: 1, ofDatabase: 0 })
    expect(undisturbed.settings.get(setting)).toEqual({ kind: 'read', value })
    expect(points).toContain(write)
  })

  const places = points.flatMap((what, index) =>
    (['before', 'after'] as const).map((when) => ({ at: index + 1, what, when })),
  )

  test.for(places)('dies $when $at, $what: one write, the same end', async ({ at, when }) => {
    const end = await live({ step, deaths: [{ at, when }] })
    expect(end).toMatchObject({ ...sameEnd, arrivals: 1 })
    expect(end.settings.get(setting)).toEqual({ kind: 'read', value })
  })

  test.for(places)('dies $when $at, $what, and reads lag by 3 s', async ({ at, when }) => {
    expect(await live({ step, deaths: [{ at, when }], readLagMs: 3_000 })).toMatchObject(sameEnd)
  })

  test.for([200, 999, 1_000, 1_001, 1_500, 5_000, 12_000])(
    'dies while the write is on its way, which arrives after %i ms',
    async (inFlightMs) => {
      const at = points.indexOf(write) + 1
      for (const readLagMs of [0, 3_000])
        expect(
          await live({ step, deaths: [{ at, when: { inFlightMs } }], readLagMs }),
        ).toMatchObject(sameEnd)
    },
  )

  test('dies again and again, at any points: never a second write', async () => {
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
        expect(await live({ step, ...one })).toMatchObject(sameEnd)
      }),
      { numRuns: 40 },
    )
  })
})
