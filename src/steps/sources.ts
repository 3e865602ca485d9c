/** What every step with hands asks of the world that it is handed. */
import type { OperationStatus } from '../define/step.ts'
import { Fault } from '../world/fault.ts'
import type { Unconfigured } from '../world/world.ts'

/** Throws a Fault that was not sent, with what to set. */
export function configured<Source extends object>(source: Source | Unconfigured): Source {
  if (isUnconfigured(source)) throw new Fault('unreachable', 'no', source.remedy)
  return source
}

function isUnconfigured(source: object): source is Unconfigured {
  return 'unconfigured' in source
}

/** The `poll` of a write that is over when it is answered. */
export async function noOperation(operation: string): Promise<OperationStatus> {
  throw new Error(`${operation} is the operation of a write that has none`)
}

/** Null where the world says that it is not there. */
export async function orAbsent<Found>(asked: Promise<Found>): Promise<Found | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Fault && error.code === 'not-found') return null
    throw error
  }
}
