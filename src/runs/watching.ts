/** What a plan does between its steps: conditions that pass over what follows, and waits until the world is calm. */
import { isMet } from '../define/conditions.ts'
import type { OnlyIfItem, WaitItem } from '../define/plan-item.ts'
import { viewOf } from '../gate/facts.ts'
import { dayOf } from '../gate/gate.ts'
import { observeNow } from '../world/observe.ts'
import { restAfterMs } from './decide.ts'
import { type Done, decided, rest, type Task } from './means.ts'
import { recordedFact } from './shown.ts'

type ItemTask = Pick<Task, 'means' | 'run'>

/** Judged once, on facts of this moment; one that nobody can judge parks the run. */
export async function judgeCondition(task: ItemTask, item: OnlyIfItem): Promise<Done> {
  const { view, now } = await seen(task)
  const answer = isMet(item, view.system, { today: dayOf(now), unknown: view.unknown })
  if (answer.kind === 'unknown' || answer.kind === 'no-such-fact') {
    const why = `${answer.fact} is not known, and the plan asks for it`
    return decided(task, { type: 'run-parked', v: 1, why: { code: 'cannot-look', why } })
  }
  const facts = view.facts.map(recordedFact)
  return decided(task, {
    ...({ type: 'condition-judged', v: 1, facts } as const),
    isMet: answer.kind === 'yes',
    skips: item.skips,
  })
}

/** A fact that nobody can see is not calm. */
export async function watch(task: ItemTask, item: WaitItem): Promise<Done> {
  const { stage } = task.run
  if (stage.kind !== 'watching') return decided(task, { type: 'watch-begun', v: 1 })
  const { view, now } = await seen(task)
  const { fact: name, is, to } = item.until
  const unseen = view.unknown.includes(name)
  const fact = view.facts.find((one) => one.name === name)
  const value = fact?.kind === 'observed' && !unseen ? Number(fact.value) : null
  const isCalm = value !== null && (is === 'below' ? value < to : value >= to)
  const { calmSince, since } = stage
  if (isCalm && calmSince === null) return decided(task, { type: 'calm-began', v: 1, value })
  if (!isCalm && calmSince !== null) return decided(task, { type: 'calm-ended', v: 1, value })
  if (calmSince !== null && now - calmSince >= item.calmMinutes * 60_000)
    return decided(task, { type: 'watch-over', v: 1 })
  if (now - since < item.atMostMinutes * 60_000) return rest(restAfterMs.watch)
  const why = { code: 'not-calm', fact: name, minutes: item.atMostMinutes } as const
  return decided(task, { type: 'run-parked', v: 1, why })
}

async function seen({ means }: ItemTask) {
  const { document, world, journal } = means
  const facts = await observeNow(document, world.read, { ...means, now: journal.now })
  const now = await journal.now()
  return { view: viewOf(document, facts, now), now }
}
