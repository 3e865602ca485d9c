/** Celery's workers in memory, as the port has them: pools that are resized when they are told to. */
import type { CeleryReader, CeleryWriter } from '../../src/world/ports/celery.ts'
import type { Clock } from '../../src/world/world.ts'

export function simulateCelery(clock: Clock, service: string) {
  let sizes: ReadonlyMap<string, number> = new Map([
    ['celery@a', 4],
    ['celery@b', 4],
  ])
  const counts = { tells: 0 }
  const reader: CeleryReader = {
    snapshot: async () => ({
      queues: [{ name: 'celery', waiting: 0 }],
      ...{ unacked: 0, oldestUnackedSeconds: null, listening: sizes.size },
      workers: [...sizes].map(([name, processes]) => ({
        ...{ name, service, processes, isCounted: true, prefetchCount: 16 },
        ...{ isAutoscaled: false, activeTasks: 0, oldestTaskSeconds: null },
      })),
    }),
  }
  const writer: CeleryWriter = {
    resizePool: async (clearance, { target, workers, processes }) => {
      clearance.spend(clock.now(), target)
      counts.tells += 1
      const told = workers.filter((name) => sizes.has(name))
      sizes = new Map([...sizes, ...told.map((name) => [name, processes] as const)])
    },
  }
  return { reader, writer, tells: () => counts.tells, sizes: () => [...sizes.values()] }
}
