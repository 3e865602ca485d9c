/** A process that dies at a chosen point: before or after an append or a write. A dead one does nothing more. */
import type { Ledger } from '../../src/ledger/ledger.ts'

export class ProcessDied extends Error {
  constructor(point: string) {
    super(`the process died ${point}`)
    this.name = 'ProcessDied'
  }
}

/**
 * At the `at`th append or write of this process, counted from 1. `in-flight`: the request has left and
 * arrives `lateMs` later, when nobody waits for it.
 */
export type Death = {
  readonly at: number
  readonly when: 'before' | 'after' | { readonly inFlightMs: number }
}

/** A part of the world, as the process is handed it; `provoke`: where its letters can come late. */
type Part<Reader, Writer> = {
  readonly reader: Reader
  readonly writer: Writer
  readonly provoke?: (mishap: { readonly lateMs: number }) => void
}

/** `reached`: told of each point when it is come to, before anything happens there. */
export function mortal(
  ledger: Ledger,
  death: Death | null,
  reached: (point: string) => void = () => undefined,
) {
  /** What this process has come to, in order. */
  const points: string[] = []
  let isDead = false
  const die = (point: string): never => {
    isDead = true
    throw new ProcessDied(point)
  }
  const alive = async (work: () => unknown): Promise<unknown> => (isDead ? die('already') : work())
  const passing = async <T>(
    point: string,
    work: () => Promise<T>,
    provoke?: Part<never, never>['provoke'],
  ): Promise<T> => {
    if (isDead) die('already')
    points.push(point)
    reached(point)
    const when = points.length === death?.at ? death.when : 'never'
    if (when === 'before') die(`before ${point}`)
    if (typeof when === 'object') {
      if (provoke === undefined) die(`before ${point}`)
      provoke?.({ lateMs: when.inFlightMs })
      await work().catch(() => die(`while ${point} was on its way`))
    }
    const result = await work()
    if (when === 'after') die(`after ${point}`)
    return result
  }
  return {
    points,
    ledger: {
      ...withEach(ledger, (_name, call) => alive(call)),
      append: (appends) =>
        passing(
          appends.map(({ events }) => events.map(({ type }) => type).join(', ')).join(' + '),
          () => ledger.append(appends),
        ),
      close: () => ledger.close(),
    } satisfies Ledger,
    /** Its reads and writes are this process's. */
    part: <Reader extends object, Writer extends object>({
      reader,
      writer,
      provoke,
    }: Part<Reader, Writer>) => ({
      reader: withEach(reader, (_name, call) => alive(call)),
      writer: withEach(writer, (name, call) =>
        passing(holds.get(name) ?? write, async () => call(), provoke),
      ),
    }),
  }
}

export const write = 'WRITE'
export const pause = 'PAUSE'
export const resume = 'RESUME'

const holds: ReadonlyMap<string, string> = new Map(Object.entries({ pause, resume }))

/** The same port with something around each of its methods. */
function withEach<Port extends object>(
  port: Port,
  around: (name: string, call: () => unknown) => Promise<unknown>,
): Port {
  const methods = Object.entries(port).map(([name, method]: [string, unknown]) => [
    name,
    (...given: unknown[]) =>
      around(name, () => {
        if (typeof method !== 'function') throw new Error(`${name} is no method`)
        return Reflect.apply(method, port, given)
      }),
  ])
  return { ...port, ...Object.fromEntries(methods) }
}
