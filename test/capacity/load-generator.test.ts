/** Which machines play a load test. The needs of one machine stand in the golden cases. */
import { describe, expect, test } from 'vitest'
import {
  generatorNeeds,
  mostUsersOfJob,
  mostUsersOn,
  playerOf,
} from '../../src/capacity/load-generator.ts'

const users = {
  ...{ mibPerUserLow: 1, mibPerUserHigh: 5, requestsPerSecondPerCore: 1_000 },
  ...{ thinkSeconds: 1.5, requestSeconds: 0.15 },
}
const here = { cores: 2, memoryMib: 16_384 }
const job = {
  ...{ image: 'k6:1', serviceAccount: 'load@tukiprod.iam.gserviceaccount.com' },
  ...{ cpu: 4, memoryGib: 16, maxTasks: 20 },
}

describe('the most users of a machine', () => {
  test.each([
    [here, 2_640],
    [{ cores: 8, memoryMib: 4_096 }, 737],
    [{ cores: 64, memoryMib: 1_000_000 }, 30_000],
    [{ cores: 0.0001, memoryMib: 16_384 }, 0],
  ])('of %o are %i: one more does not fit', (machine, most) => {
    expect(mostUsersOn(machine, users)).toBe(most)
    const fits = (count: number) => {
      const { fitsCpu, fitsMemory } = generatorNeeds({ ...users, ...machine, users: count })
      return fitsCpu && fitsMemory
    }
    expect(fits(most)).toBe(true)
    if (most < 30_000) expect(fits(most + 1)).toBe(false)
  })
})

describe('a test is played', () => {
  const player = (count: number, players: Partial<Parameters<typeof playerOf>[0]> = {}) =>
    playerOf({ here, job, ...players }, { ...users, users: count })

  test('here as long as this machine can, whatever else could', () => {
    expect(player(2_640)).toEqual({ tasks: null })
    expect(player(2_640, { job: null })).toEqual({ tasks: null })
  })

  test('else by as few tasks as can, each of which can play its share', () => {
    expect(player(2_641)).toEqual({ tasks: 1 })
    expect(player(2_950)).toEqual({ tasks: 2 })
    expect(player(40_000)).toEqual({ tasks: 14 })
    expect(player(1, { here: null })).toEqual({ tasks: 1 })
  })

  test('by nobody where it is more than all tasks play, or nobody may help', () => {
    const most = mostUsersOfJob(job, users)
    expect(most).toBe(20 * 2_949)
    expect([player(most), player(most + 1)]).toEqual([{ tasks: 20 }, null])
    expect(player(2_641, { job: null })).toBeNull()
    expect(player(1, { here: null, job: null })).toBeNull()
    const tiny = { ...job, cpu: 1, memoryGib: 0.001 }
    expect(player(2_641, { job: tiny })).toBeNull()
  })
})
