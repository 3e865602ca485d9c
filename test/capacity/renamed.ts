/** An input with names that another System has in the place of its own. */
import type { System } from '../../src/capacity/system.ts'
import type { JsonObject } from '../../src/define/step.ts'

/** The input with names that this System has; `pick` chooses among them. */
export function renamed(system: System, input: JsonObject, pick: number): JsonObject {
  const names = {
    database: Object.keys(system.databases),
    service: Object.keys(system.services),
    pooler: Object.keys(system.poolers),
    alert: Object.keys(system.alerts),
  }
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => {
      const known = Object.entries(names).find(([field]) => field === key)?.[1] ?? []
      return [key, known.length === 0 ? value : (known[pick % known.length] ?? value)]
    }),
  )
}
