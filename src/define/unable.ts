/** Whether a step can be performed here at all, by us or by a person. Pure. */
import type { System } from '../capacity/system.ts'
import type { BoundStep, Unable } from './step.ts'

/** Null where it can; a step that reads, and one that a person does, always can. */
export function unableTo({ act }: BoundStep, system: System): Unable | null {
  switch (act.kind) {
    case 'read':
    case 'manual':
      return null
    case 'write':
      return act.unable(system)
  }
}
