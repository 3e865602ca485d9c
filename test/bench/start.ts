/** From nothing to the first answer: the bot against the smallest Bolt app of its shape. */
import { fileURLToPath } from 'node:url'
import type { Bench, Measure } from './bench.ts'
import { bot, openSurroundings, type Program } from './surroundings.ts'

const bareBolt: Program = {
  args: [fileURLToPath(new URL('./bare-bolt.ts', import.meta.url))],
  readyPath: '/healthz',
  // bin/plimsoll.mjs keeps what it compiled: the bare app gets the same, or the ratio would be
  // bought with the cache alone.
  env: {
    NODE_COMPILE_CACHE: fileURLToPath(
      new URL('../../node_modules/.cache/plimsoll/', import.meta.url),
    ),
  },
}

export async function startBench(): Promise<Bench> {
  const surroundings = await openSurroundings()
  const startOf =
    (program: Program): Measure =>
    async () => {
      const started = await surroundings.start(program)
      await started.stop()
      return started.startMs
    }
  return {
    name: 'start',
    unit: 'ms',
    rounds: 7,
    warmUps: 1,
    subject: { what: 'the bot, start to first answer', measure: startOf(bot) },
    against: { what: 'a bare Bolt app', measure: startOf(bareBolt) },
    boundBelow: 2,
    close: surroundings.stop,
  }
}
