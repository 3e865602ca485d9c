/** A parser under fuzz: what it is fed, and what must hold of whatever it answers. */
import fc from 'fast-check'
import { Fault } from '../../src/world/fault.ts'

export type Parser = {
  readonly name: string
  /** What it reads, for whoever lists them. */
  readonly reads: string
  readonly hunt: (limits: Limits) => Promise<Hunted>
}

export type Limits = {
  readonly seed: number
  /** Of a failure: only that is tried again. */
  readonly path?: string
  /** It ends with whichever comes first. */
  readonly runsAtMost: number
  readonly withinMs: number
}

export type Hunted = {
  readonly executions: number
  /** Null: everything held. */
  readonly failure: Failure | null
}

export type Failure = {
  /** Where it is found again at once. */
  readonly seed: number
  readonly path: string
  /** The smallest input that still fails, as code. */
  readonly input: string
  readonly error: string
}

/** Milliseconds of this thread: generous, so that only work that grows out of bounds is over it. */
const workAtMost = 2_000

/** `holds` throws where something does not. */
export function parser<Input>(
  name: string,
  reads: string,
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => void | Promise<void>,
  workAtMostMs = workAtMost,
): Parser {
  const property = fc.asyncProperty(inputs, async (input) => {
    const before = process.threadCpuUsage()
    await holds(input)
    const { user, system } = process.threadCpuUsage(before)
    const workMs = (user + system) / 1_000
    if (workMs > workAtMostMs) throw new Error(`it worked for ${Math.round(workMs)} ms`)
    if (Object.keys(Object.prototype).length > 0) throw new Error('Object.prototype was changed')
  })
  return {
    name,
    reads,
    hunt: async ({ seed, path, runsAtMost, withinMs }) => {
      const found = await fc.check(property, {
        seed,
        ...(path === undefined ? {} : { path }),
        numRuns: runsAtMost,
        interruptAfterTimeLimit: withinMs,
      })
      const { counterexample, errorInstance } = found
      return {
        executions: found.numRuns,
        failure:
          counterexample === null
            ? null
            : {
                seed: found.seed,
                path: found.counterexamplePath ?? '',
                input: fc.stringify(counterexample[0]),
                error:
                  errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
              },
      }
    },
  }
}

export function must(isSo: boolean, claim: string): void {
  if (!isSo) throw new Error(claim)
}

/** The answer, or null where it refused as it may: with a Fault. Anything else that it throws is a defect. */
export function orFault<Answer>(read: () => Answer): Answer | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    sayable(error.message)
    return null
  }
}

/** No sentence that names what is wrong is longer, whatever was wrong. */
const sentenceAtMost = 3_000

/** For a log, a terminal or a message: short, and without a sign that moves the cursor or the reading. */
export function sayable(sentence: string): void {
  must(sentence.length > 0, 'nothing is said')
  must(sentence.length <= sentenceAtMost, `a sentence of ${sentence.length} characters`)
  must(!/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(sentence.replaceAll('\n', ' ')), 'control signs')
}

/** For Slack: nothing in it notifies anybody or leads anywhere. */
export function inert(mrkdwn: string): void {
  sayable(mrkdwn)
  const alive = /<(?:[!@#]|[a-z][a-z0-9+.-]*:)/i.exec(mrkdwn)
  must(alive === null, `a mention or a link: ${alive?.[0]}`)
}

/** Every number in it is one, so that no sum becomes NaN and no JSON null. */
export function finite(value: unknown): void {
  if (typeof value === 'number') must(Number.isFinite(value), `a number that is none: ${value}`)
  if (typeof value !== 'object' || value === null) return
  for (const one of value instanceof Map ? value.values() : Object.values(value)) finite(one)
}
