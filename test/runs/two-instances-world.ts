/** The world of the two instances, in the small: a database under guard `version`, and the letters to it. */
import type { Action } from '../../src/runs/decide.ts'
import type { HeadroomEvent } from '../../src/runs/events.ts'
import type { Answer } from '../../src/runs/means.ts'
import type { Run } from '../../src/runs/stage.ts'
import type { Move } from './explore.ts'
import { event } from './histories.ts'

/** A write that has left its process. */
export type Letter = { readonly intent: string; readonly version: number; readonly step: number }

/** What one instance is about: everything that it remembers between two things that it does. */
export type Instance =
  | { readonly kind: 'idle' }
  /** It has read the run and decided; the world's version as it looked then. */
  | {
      readonly kind: 'decided'
      readonly action: Action['kind']
      readonly run: Run
      readonly changes: number
      readonly seen: World
    }
  /** The intent is in the ledger, and nothing has left. */
  | { readonly kind: 'cleared'; readonly letter: Letter }
  | { readonly kind: 'hearing'; readonly letter: Letter }
  | { readonly kind: 'heard'; readonly answer: Answer }

/** One database under guard `version`: a letter with another version than its own changes nothing. */
export type World = {
  readonly version: number
  /** Whose mark it carries. */
  readonly mark: string | null
  /** The steps whose writes took effect, in order. */
  readonly effects: readonly number[]
  /** Operations that ended with an error: begun, and without effect. */
  readonly failed: readonly string[]
  readonly letters: readonly Letter[]
}

export type State = {
  readonly run: Run
  readonly headroom: readonly HeadroomEvent[]
  readonly world: World
  readonly instances: readonly [Instance, Instance]
  readonly crashesLeft: number
  readonly lossesLeft: number
  readonly retriesLeft: number
  readonly failuresLeft: number
  /** How many intents there were, so that each has a name of its own. */
  readonly intents: number
  readonly consents: number
}

/** Any letter may arrive next; whoever still waits for it is answered. */
export function letters(state: State): readonly Move<State>[] {
  const { world, failuresLeft } = state
  return world.letters.flatMap((letter) => {
    const { intent, step, version } = letter
    const rest = { ...world, letters: world.letters.filter((one) => one !== letter) }
    const to = (arrived: World, answer: Instance, more: Partial<State> = {}): State => {
      const answered = (one: Instance) =>
        one.kind === 'hearing' && one.letter === letter ? answer : one
      const [one, other] = state.instances
      return { ...state, ...more, world: arrived, instances: [answered(one), answered(other)] }
    }
    if (version !== world.version)
      return [{ by: `${intent} is refused`, to: to(rest, faulted(letter, 'no')) }]
    const begun = { ...rest, version: version + 1, mark: intent }
    const done = { ...begun, effects: [...world.effects, step] }
    const failed = { ...begun, failed: [...world.failed, intent] }
    const fewer = { failuresLeft: failuresLeft - 1 }
    return [
      { by: `${intent} arrives`, to: to(done, accepted(letter)) },
      ...(failuresLeft === 0
        ? []
        : [{ by: `${intent} fails`, to: to(failed, accepted(letter), fewer) }]),
    ]
  })
}

export function faulted({ intent }: Letter, sent: 'no' | 'unknown'): Instance {
  const answer = event('write-faulted', { intent, sent })
  if (answer.type !== 'write-faulted') throw new Error('it is no fault')
  return { kind: 'heard', answer }
}

function accepted({ intent }: Letter): Instance {
  const answer = event('write-accepted', { intent, operation: intent })
  if (answer.type !== 'write-accepted') throw new Error('it is no answer')
  return { kind: 'heard', answer }
}
