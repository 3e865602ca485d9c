/**
 * Reads a stream through its schema. An event that this code does not know belongs to newer code:
 * refused, not skipped.
 */
import type { z } from 'zod'
import type { Recorded } from '../ledger/ledger.ts'

export class UnknownEvent extends Error {
  constructor(version: number, cause: z.ZodError) {
    super(`event ${version} is not one that this version knows; it belongs to newer code`, {
      cause,
    })
    this.name = 'UnknownEvent'
  }
}

export type Read<E> = { readonly at: number; readonly event: E }

export function readEvents<E>(
  schema: z.ZodType<E>,
  records: readonly Recorded[],
): readonly Read<E>[] {
  return records.map(({ version, at, event }) => {
    const parsed = schema.safeParse(event)
    if (!parsed.success) throw new UnknownEvent(version, parsed.error)
    return { at, event: parsed.data }
  })
}
