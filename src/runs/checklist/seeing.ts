/** A box's evidence against the world as it is seen: so, not so, or not seen, and by whom. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { type AssessContext, assess, readsOf } from '../../capacity/assess.ts'
import { findingOf } from '../../capacity/outlook.ts'
import { isWithin } from '../../capacity/trace.ts'
import { isMet, valueAt } from '../../define/conditions.ts'
import type { Condition } from '../../define/plan-item.ts'
import type { View } from '../../gate/facts.ts'
import type { Fact } from '../../world/world.ts'
import { recordedJson } from '../shown.ts'
import type { Checklist, ChecklistBox, Seen } from './checklist.ts'
import type { Blind, ChecklistEvent, Reading, Sight } from './events.ts'

/** The day decides what some laws say. */
type Sighting = { readonly view: View; readonly today: string }

/** What has changed since it was recorded. */
export function newSights(checklist: Checklist, sighting: Sighting): readonly ChecklistEvent[] {
  return checklist.boxes.flatMap((box, index) => {
    if (box.evidence.length === 0) return []
    const sights = sightsOf(box, sighting)
    const seen = { is: answerOf(sights), sights }
    if (box.seen !== null && isSame(box.seen, seen)) return []
    return [{ type: 'box-seen', v: 1, box: index, is: seen.is, sights: [...sights] }]
  })
}

function sightsOf({ evidence }: ChecklistBox, sighting: Sighting): readonly Sight[] {
  return evidence.map((condition) => sightOf(condition, sighting))
}

function answerOf(sights: readonly Sight[]): Seen['is'] {
  if (sights.some(({ kind }) => kind === 'not-so')) return 'open'
  return sights.every(({ kind }) => kind === 'so') ? 'ticked' : 'unknown'
}

/** A later read of the same is no news. */
function isSame(one: Pick<Seen, 'is' | 'sights'>, other: Pick<Seen, 'is' | 'sights'>): boolean {
  return one.is === other.is && isDeepStrictEqual(undated(one.sights), undated(other.sights))
}

function undated(sights: readonly Sight[]): readonly unknown[] {
  return sights.map((sight) => (sight.kind === 'unseen' ? sight : { ...sight, observedAt: 0 }))
}

/** What the document alone says is nobody's observation: it ticks no box. */
function sightOf(condition: Condition, { view, today }: Sighting): Sight {
  const { system, unknown } = view
  const context: AssessContext = { today, unknown, withSupportedUsers: false }
  const answer = isMet({ when: 'all-hold', conditions: [condition] }, system, context)
  if (answer.kind === 'no-such-fact')
    return { kind: 'unseen', condition, fact: answer.fact, why: { code: 'no-such-fact' } }
  if (answer.kind === 'unknown')
    return { kind: 'unseen', condition, fact: answer.fact, why: whyNot(view, answer.fact) }
  const facts = evidenceFacts(condition, view, today)
  const unseen = facts.find(({ fact }) => fact?.kind !== 'observed')
  if (unseen !== undefined || facts.length === 0) {
    const fact = unseen?.name ?? subjectOf(condition)
    return { kind: 'unseen', condition, fact, why: whyNot(view, fact) }
  }
  const observed = facts.flatMap(({ fact }) => (fact?.kind === 'observed' ? [fact] : []))
  return {
    kind: answer.kind === 'yes' ? 'so' : 'not-so',
    condition,
    reading: readingOf(condition, view, context),
    source: [...new Set(observed.map(({ source }) => source))].join(', '),
    observedAt: Math.min(...observed.map(({ observedAt }) => observedAt)),
  }
}

type Needed = { readonly name: string; readonly fact: Fact | undefined }

/** Of a law: what it reads of its subject; what else it reads (the workload, say) no box is about. */
function evidenceFacts(condition: Condition, { system, facts }: View, today: string) {
  const names =
    'law' in condition
      ? [...(readsOf(system, { today }).get(`${condition.law} ${condition.subject}`) ?? [])].filter(
          (name) => isWithin(name, condition.subject),
        )
      : [condition.fact]
  return names.map((name): Needed => ({ name, fact: covering(facts, name) }))
}

function covering(facts: readonly Fact[], name: string): Fact | undefined {
  return facts.find((fact) => isWithin(name, fact.name))
}

function subjectOf(condition: Condition): string {
  return 'law' in condition ? condition.subject : condition.fact
}

function whyNot({ facts, system }: View, name: string): Blind {
  const fact = facts.find((one) => isWithin(name, one.name) || isWithin(one.name, name))
  if (fact?.kind === 'unavailable') return { code: 'silent', source: fact.source, said: fact.why }
  if (fact !== undefined) return { code: 'too-old', source: fact.source }
  const where = bakedInto(system, name)
  return where === null ? { code: 'no-source' } : { code: 'baked-into-image', where }
}

/** `services.celery-worker.celery.concurrency` is in an image where the binding `celery` says so. */
function bakedInto({ services }: View['system'], fact: string): string | null {
  const [part, service = '', group = ''] = fact.split('.')
  if (part !== 'services') return null
  const bindings = services[service]?.bindings
  const bound =
    group === 'celery' ? bindings?.celery : group === 'gunicorn' ? bindings?.gunicorn : null
  return bound !== null && bound !== undefined && 'image' in bound ? bound.image : null
}

function readingOf(condition: Condition, { system }: View, context: AssessContext): Reading {
  if (!('law' in condition)) {
    const at = valueAt(system, condition.fact)
    return { kind: 'value', value: recordedJson(at.kind === 'value' ? at.value : null) }
  }
  const finding = findingOf(assess(system, context), condition)
  const { demand = null, limit = null, unit = null } = finding ?? {}
  return { kind: 'law', demand, limit, unit }
}
