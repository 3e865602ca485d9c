/**
 * Which facts a law reads: written down by being read, so that it can never differ from what the
 * law does. A fact is named by its path in the System document, down to the single field.
 */
import type { System } from './system.ts'

export type Trace = {
  /** The same System; every field that is read from it is noted. */
  readonly system: System
  /** Runs the work and gives the fields that it read. */
  readonly during: <Result>(work: () => Result) => { result: Result; facts: readonly string[] }
}

export function traceReads(system: System): Trace {
  let noted = new Set<string>()
  const note = (path: string) => {
    noted.add(path)
  }
  return {
    system: traced(system, '', note),
    during: (work) => {
      const outer = noted
      noted = new Set()
      const result = work()
      const facts = [...noted]
      noted = outer
      return { result, facts }
    },
  }
}

/**
 * The first of the unknown facts that is one of these fields, holds one of them or stands within
 * one.
 */
export function unknownAmong(
  facts: readonly string[],
  unknown: readonly string[],
): string | undefined {
  return unknown.find((fact) => facts.some((read) => isWithin(read, fact) || isWithin(fact, read)))
}

export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`)
}

function traced<Node extends object>(node: Node, path: string, note: (path: string) => void): Node {
  return new Proxy(node, {
    get(target, key, receiver): unknown {
      const value: unknown = Reflect.get(target, key, receiver)
      if (typeof key === 'symbol') return value
      const at = path === '' ? key : `${path}.${key}`
      if (typeof value === 'object' && value !== null) return traced(value, at, note)
      note(at)
      return value
    },
  })
}
