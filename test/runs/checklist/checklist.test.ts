/** The fold of a checklist: where each box stands after each history, and what cannot happen. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Checklist,
  evolve,
  nextBox,
  type Standing,
  standingOf,
} from '../../../src/runs/checklist/checklist.ts'
import type { ChecklistEvent } from '../../../src/runs/checklist/events.ts'
import { checklistAfter, ended, seen, skip, started, tick, untick } from './boxes.ts'

const standings = ({ boxes }: Checklist) => boxes.map(standingOf)
const after = (...events: readonly ChecklistEvent[]) => checklistAfter([started, ...events])

describe('a box stands', () => {
  type Row = readonly [string, readonly ChecklistEvent[], Standing]
  const rows: readonly Row[] = [
    ['open before the first look', [], 'open'],
    ['done when the world shows it', [seen.ticked], 'seen'],
    ['open when the world refutes it', [seen.open], 'open'],
    ['open when nobody can see it', [seen.unknown], 'open'],
    ['done by a person where nobody can see it', [seen.unknown, tick(0)], 'said'],
    ['undone when what was seen is so no more', [seen.ticked, seen.open], 'undone'],
    ['undone when the world refutes a person', [seen.unknown, tick(0), seen.open], 'undone'],
    ['undone also when nobody looked between', [seen.ticked, seen.unknown, seen.open], 'undone'],
    ['open when what was seen is not seen any more', [seen.ticked, seen.unknown], 'open'],
    ['done again when the world shows it again', [seen.ticked, seen.open, seen.ticked], 'seen'],
    ['skipped with a reason', [seen.open, skip(0)], 'skipped'],
    [
      'undone again when a skip is taken back',
      [seen.ticked, seen.open, skip(0), untick(0)],
      'undone',
    ],
    ['done, not skipped, when the world shows it', [seen.open, skip(0), seen.ticked], 'seen'],
    ['open when a tick is taken back', [seen.unknown, tick(0), untick(0)], 'open'],
    [
      'open when a taken back tick is refuted',
      [seen.unknown, tick(0), untick(0), seen.open],
      'open',
    ],
  ]
  test.for(rows)('%s', ([, events, standing]) => {
    expect(standings(after(...events))[0]).toBe(standing)
  })
})

describe('never', () => {
  const illegal: readonly (readonly [string, readonly ChecklistEvent[]])[] = [
    ['is a box ticked by a person that the world shows', [seen.ticked, tick(0)]],
    ['is a box ticked by a person that the world refutes', [seen.open, tick(0)]],
    ['is a box ticked before anybody looked', [tick(0)]],
    ['is a done box skipped', [tick(1), skip(1)]],
    ['is taken back what nobody said', [untick(1)]],
    ['is there a fourth box of three', [tick(3)]],
    ['is it started twice', [started]],
    ['does anything follow its end', [ended, tick(1)]],
  ]
  test.for(illegal)('%s', ([, events]) => {
    expect(() => after(...events)).toThrow(/cannot happen/)
  })

  test('does a checklist begin with anything but its start', () => {
    expect(() => checklistAfter([tick(1)])).toThrow(/cannot happen/)
  })
})

test('its place is the first box that is neither done nor skipped', () => {
  expect(nextBox(after())).toBe(0)
  expect(nextBox(after(seen.ticked))).toBe(1)
  expect(nextBox(after(seen.ticked, skip(1)))).toBe(2)
  expect(nextBox(after(seen.ticked, skip(1), tick(2)))).toBeNull()
  expect(nextBox(after(seen.ticked, skip(1), tick(2), seen.open))).toBe(0)
})

test('whatever happens, a box is done only while the world shows it, or a person vouches unrefuted', () => {
  const any = fc.constantFrom(...Object.values(seen), tick(0), untick(0), skip(0))
  const reached = new Set<Standing>()
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), (events) => {
      let checklist = after()
      for (const event of events) {
        checklist = legally(checklist, event)
        const [box] = checklist.boxes
        const [standing = 'open'] = standings(checklist)
        reached.add(standing)
        expect(standing === 'seen').toBe(box?.seen?.is === 'ticked')
        if (standing === 'said') expect(box?.seen?.is).toBe('unknown')
        if (standing === 'undone') expect(box?.seen?.is).toBe('open')
      }
    }),
  )
  expect([...reached].sort()).toEqual(['open', 'said', 'seen', 'skipped', 'undone'])
})

/** As it was, where that cannot happen. */
function legally(checklist: Checklist, event: ChecklistEvent): Checklist {
  try {
    return evolve(checklist, { at: checklist.changedAt + 1, event })
  } catch (error) {
    if (error instanceof Error && /cannot happen/.test(error.message)) return checklist
    throw error
  }
}
