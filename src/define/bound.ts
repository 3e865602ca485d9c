/** A number of which only a bound was seen, by each of several who looked at a part of the whole. */
import { z } from 'zod'

const bound = z.strictObject({ atMost: z.number(), in: z.int(), of: z.int().min(1) })

/** At most so much in so many of all parts; null: the value is something else. */
export function readBound(value: unknown): Readonly<z.infer<typeof bound>> | null {
  return bound.safeParse(value).data ?? null
}
