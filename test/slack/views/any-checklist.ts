/** Every checklist that can be reached: random events, of which the fold takes the legal ones, hostile texts. */
import fc from 'fast-check'
import { type Checklist, evolve } from '../../../src/runs/checklist/checklist.ts'
import type { ChecklistEvent, Sight } from '../../../src/runs/checklist/events.ts'
import { hostile } from './any-run.ts'

const startedAt = Date.UTC(2026, 10, 23, 14, 2)
const fact = 'databases.tuki-db-prod.tier'
const alert = { law: 'alert-fires', subject: 'alerts.db-connections', is: 'ok' } as const
const user = fc.constantFrom('U0ANA', 'U0LUIS', 'W0MARA')
const box = fc.integer({ min: 0, max: 24 })

const sight: fc.Arbitrary<Sight> = hostile.chain((text) => {
  const condition = { fact, is: 'equal', to: text } as const
  const by = { source: text, observedAt: startedAt }
  const reading = { kind: 'value', value: text } as const
  const numbers = { kind: 'law', demand: 648, limit: null, unit: 'connections' } as const
  return fc.constantFrom<Sight>(
    { kind: 'so', condition, reading, ...by },
    { kind: 'not-so', condition, reading, ...by },
    { kind: 'not-so', condition: alert, reading: numbers, ...by },
    { kind: 'unseen', condition, fact: text, why: { code: 'silent', source: text, said: text } },
    { kind: 'unseen', condition, fact: text, why: { code: 'baked-into-image', where: text } },
  )
})

const boxSeen = fc
  .record({ box, sights: fc.array(sight, { minLength: 1, maxLength: 3 }) })
  .map(({ box: index, sights }): ChecklistEvent => {
    const kinds = sights.map(({ kind }) => kind)
    const is = kinds.includes('not-so') ? 'open' : kinds.includes('unseen') ? 'unknown' : 'ticked'
    return { type: 'box-seen', v: 1, box: index, is, sights: [...sights] }
  })

const said = fc
  .record({ box, by: user, reason: hostile })
  .chain((word) =>
    fc.constantFrom<ChecklistEvent>(
      { type: 'box-ticked', v: 1, ...word },
      { type: 'box-ticked', v: 1, ...word, reason: null },
      { type: 'box-skipped', v: 1, ...word },
      { type: 'box-unticked', v: 1, box: word.box, by: word.by },
      { type: 'box-applied', v: 1, box: word.box, by: word.by, run: 'r1' },
    ),
  )

const started = fc.record({ text: hostile, by: user, count: fc.integer({ min: 1, max: 25 }) })

export const anyChecklist: fc.Arbitrary<Checklist> = fc
  .tuple(started, fc.array(fc.oneof(boxSeen, said), { maxLength: 80 }), fc.boolean())
  .map(([{ text, by, count }, events, isOver]) => {
    const what = { step: 'confirm', input: { what: text } }
    const one = { title: text, why: text, manual: true, items: [what] }
    const boxes = Array.from({ length: count }, (_, index) => ({
      ...one,
      evidence: index % 2 === 0 ? [alert] : [],
    }))
    const first: ChecklistEvent = {
      ...({ type: 'checklist-started', v: 1, checklist: 'c1', name: 'list' } as const),
      ...{ title: text, parameters: {}, digest: 'f1', system: 'tuki', document: 'd1' },
      ...{ by, channel: 'C0INCIDENT', boxes },
    }
    const end: ChecklistEvent = { type: 'checklist-ended', v: 1, by }
    return [...events, ...(isOver ? [end] : [])].reduce(
      legally,
      evolve(null, { at: startedAt, event: first }),
    )
  })

/** As it was, where that cannot happen. */
function legally(checklist: Checklist, event: ChecklistEvent): Checklist {
  try {
    return evolve(checklist, { at: checklist.changedAt + 1_000, event })
  } catch (error) {
    if (error instanceof Error && /cannot happen/.test(error.message)) return checklist
    throw error
  }
}
