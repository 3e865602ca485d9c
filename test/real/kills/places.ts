/** Where a life is ended: the appends and writes that `npm run kill-points` prints, forty of them by chance. */
import fc from 'fast-check'
import { live, tenSteps } from '../../runs/ten-steps.ts'

/** After something was done, for the first time in its step. */
export type Place = {
  /** Of the step, from 0. */
  readonly index: number
  /** An event's type, WRITE, PAUSE or RESUME. */
  readonly what: string
}

export const count = 40
const lives = 8

/** What ends a step of a plan. */
export const stepEnds: readonly string[] = ['step-verified', 'step-skipped']

/** Every place of the ten steps, in order; the wait and the condition between them are no steps. */
async function allPlaces(): Promise<readonly Place[]> {
  const { points } = await live(tenSteps)
  let index = 0
  const all: Place[] = []
  for (const point of points) {
    const what = point.what.split(/, | \+ /)[0] ?? ''
    if (!/^(watch|calm|condition)/.test(what)) all.push({ index, what })
    if (stepEnds.includes(what)) index += 1
  }
  return all.filter((one, at) => all.findIndex((other) => isSame(one, other)) === at)
}

export function isSame(one: Place, other: Place): boolean {
  return one.index === other.index && one.what === other.what
}

/** Forty of them, dealt to the lives: in order, and never two in one step of one life. */
export async function seededLives(seed: number): Promise<readonly (readonly Place[])[]> {
  const all = await allPlaces()
  // The last append ends the run: whoever dies after it leaves nothing to do.
  const mortal = all.slice(0, -1)
  const some = fc.shuffledSubarray([...mortal.keys()], { minLength: count, maxLength: count })
  const [chosen = []] = fc.sample(some, { seed, numRuns: 1 })
  const inOrder = chosen.toSorted((one, other) => one - other).flatMap((at) => mortal[at] ?? [])
  return Array.from({ length: lives }, (_, life) =>
    inOrder.filter((_place, at) => at % lives === life),
  )
}
