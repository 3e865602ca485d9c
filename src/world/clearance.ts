/**
 * The proof that one exact request may be sent now. A class with a private field, so that no cast
 * and no object literal
 * can make one: `mintClearance` is imported by gate/clearance.ts alone (test/architecture.test.ts
 * looks at that import).
 */
import { Fault } from './fault.ts'

export type ClearedRequest = {
  readonly intent: string
  readonly target: string
  /** SHA-256 of the canonical JSON of the exact request: step, input and version. */
  readonly request: string
  /** Milliseconds since the epoch: not to be sent after this. */
  readonly sendBefore: number
}

let mint: (request: ClearedRequest) => Clearance

export class Clearance {
  readonly #request: ClearedRequest
  #spent = false

  private constructor(request: ClearedRequest) {
    this.#request = request
  }

  static {
    mint = (request) => new Clearance(request)
  }

  get intent(): string {
    return this.#request.intent
  }

  get target(): string {
    return this.#request.target
  }

  /** Once, before `sendBefore`, for the target that it was minted for. Throws a Fault with `sent: no`. */
  spend(now: number, target: string): void {
    const { intent, sendBefore } = this.#request
    if (this.#spent) throw new Fault('expired', 'no', `the clearance of ${intent} is spent`)
    if (target !== this.#request.target)
      throw new Fault(
        'invalid',
        'no',
        `the clearance is for ${this.#request.target}, not ${target}`,
      )
    if (now > sendBefore)
      throw new Fault(
        'expired',
        'no',
        `the clearance of ${intent} ended ${now - sendBefore} ms ago`,
      )
    this.#spent = true
  }
}

export function mintClearance(request: ClearedRequest): Clearance {
  return mint(request)
}
