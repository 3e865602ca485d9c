/** What a burst leaves behind is given back when the process rests, and not while it works. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { keeperOf } from '../../src/world/give-back.ts'

/** Bytes resident, and the share of the time at work, at each look; gives at which looks it collected. */
async function collectedAt(looks: readonly (readonly [bytes: number, busy: number])[]) {
  let [resident, busy, index] = [0, 0, 0]
  const at: number[] = []
  const look = keeperOf({
    resident: () => resident,
    busy: () => busy,
    collect: async () => {
      at.push(index)
      resident = 100
    },
  })
  for (const [bytes, share] of looks) {
    resident = bytes
    busy = share
    await look()
    index += 1
  }
  return at
}

describe('the process', () => {
  test('gives back what the start and each burst left, once it rests', async () => {
    const looks = [
      [200, 0.9],
      [200, 0.05],
      [110, 0],
      [400, 0.5],
      [400, 0.09],
      [110, 0],
    ] as const
    expect(await collectedAt(looks)).toEqual([1, 4])
  })

  test('does not stand still for little, however long it rests', async () => {
    expect(await collectedAt([[130, 0], ...Array<[number, number]>(5).fill([124, 0])])).toEqual([0])
  })

  test('holds less after a real burst, without being asked for memory', async () => {
    const file = fileURLToPath(new URL('burst.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [file])
    const { burst, rest } = JSON.parse(stdout)
    expect(rest).toBeLessThan(burst / 2)
  })
})
