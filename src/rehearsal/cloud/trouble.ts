/**
 * What goes wrong in a local cloud: for the next request of a kind, or from now on until it is said
 * otherwise.
 */
import type { Mishap, ReadMishap } from './mishaps.ts'
import type { Product, ProductName } from './product.ts'

/** `of`: only a request to this product meets it. */
type Armed = Mishap & { readonly of?: ProductName }

export type Trouble = {
  /** The next request of that kind meets this; called twice, the next two. */
  readonly provoke: (mishap: Mishap, of?: ProductName) => void
  /** What nobody has met yet. */
  readonly armed: () => readonly Mishap[]
  readonly disarm: () => void
  /** Every read meets this from now on; null: none does. */
  readonly failReads: (how: ReadMishap['how'] | null) => void
  /** Reads show the world as it was so long ago, from now on. */
  readonly lagReads: (ms: number) => void
  readonly reads: () => { readonly fail: ReadMishap['how'] | null; readonly lagMs: number }
}

/** With what the requests take of it. */
export type Troubled = Trouble & {
  readonly met: (on: Mishap['on'], product: Product) => Mishap | null
}

export function openTrouble(readLagMs: number): Troubled {
  const armed: Armed[] = []
  let reads: ReturnType<Trouble['reads']> = { fail: null, lagMs: readLagMs }
  return {
    provoke: (mishap, of) => void armed.push(of === undefined ? mishap : { ...mishap, of }),
    armed: () => armed,
    disarm: () => void armed.splice(0),
    failReads: (fail) => {
      reads = { ...reads, fail }
    },
    lagReads: (lagMs) => {
      reads = { ...reads, lagMs }
    },
    reads: () => reads,
    met: (on, product) => {
      const index = armed.findIndex(
        (one) => one.on === on && (one.of ?? product.name) === product.name && fits(one, product),
      )
      const [mishap] = index < 0 ? [] : armed.splice(index, 1)
      if (mishap !== undefined) return mishap
      return on === 'read' && reads.fail !== null ? { on, how: reads.fail } : null
    },
  }
}

/** Cloud Monitoring has no operations that could fail: that waits for a change that has one. */
const fits = ({ how }: Mishap, { name }: Product): boolean =>
  how !== 'operation-fails' || name !== 'monitoring'
