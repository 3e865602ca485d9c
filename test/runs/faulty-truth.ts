/** What must be so of a faulty run: each claim beside the cloud, without asking the bot. */
import { expect } from 'vitest'
import type { LocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import type { RunEvent } from '../../src/runs/events.ts'
import { outcomeOf } from '../../src/runs/moves.ts'
import type { Run } from '../../src/runs/stage.ts'
import type { FaultyWorld } from './faulty-runs.ts'
import type { FaultyPlan } from './faulty-steps.ts'

/** What the run wrote down. */
export type Claimed = {
  /** Of each step. */
  readonly intents: readonly string[][]
  readonly events: RunEvent[]
  /** How often somebody had a step tried anew. */
  readonly retries: Map<number, number>
}

type Beside = {
  readonly plan: FaultyPlan
  readonly world: FaultyWorld
  readonly claimed: Claimed
}

/** "Verified" and "not needed" are so; "contradicted" is not so; what could not be seen is neither. */
export function expectTrue(event: RunEvent, run: Run, { plan, world, claimed }: Beside): void {
  const { index, record } = run
  const isSo = () => plan.steps[index]?.isSo(world.cloud, claimed.intents[index] ?? [])
  if (event.type === 'step-unneeded') expect(isSo()).toBe(true)
  if (event.type !== 'step-verified') return
  const outcome = outcomeOf(event.evidence)
  if (outcome !== 'not-verified') expect(isSo()).toBe(outcome === 'verified')
  const { endedAt } = record
  const now = world.clock.now()
  const couldNot = world.blind.some(
    ({ from, until }) => endedAt !== null && from <= endedAt && now < until,
  )
  if (couldNot) expect(outcome).toBe('not-verified')
}

/** The step that is parked, and what its reason says. */
export function expectParkedTruly(run: Run, { plan, world, claimed }: Beside): void {
  if (run.stage.kind !== 'parked') throw new Error(`${run.id} is ${run.stage.kind}`)
  const { why } = run.stage
  const { record, index } = run
  const { cloud, blind } = world
  const recent = sinceForecast(claimed.events)
  const accepted = recent.flatMap((event) =>
    event.type === 'write-intended' ? changesOf(cloud, [event.intent.id]) : [],
  )
  const fates = recent.flatMap((event) => (event.type === 'write-faulted' ? [event.sent] : []))
  switch (why.code) {
    case 'operation-failed':
      expect(plan.steps[index]?.failed(cloud)).toBe(true)
      return
    case 'contradicted':
      // Judged when it was written down.
      expect(record.evidence?.map(({ outcome }) => outcome)).toContain('contradicted')
      return
    case 'not-verified': {
      const unseen = record.evidence?.filter(({ outcome }) => outcome === 'not-observed') ?? []
      const isSlow = unseen.some(({ remedy }) => remedy?.includes('did not answer') === true)
      const isBlind = blind.some(({ until }) => until > (record.endedAt ?? 0))
      expect(unseen.length > 0 && (isBlind || isSlow)).toBe(true)
      return
    }
    case 'undecided':
      expect(fates).toContain('unknown')
      return
    case 'not-sent':
    case 'blocked':
      expect(accepted).toEqual([])
      return
    default:
      throw new Error(`parked: ${JSON.stringify(why)}`)
  }
}

function sinceForecast(events: readonly RunEvent[]): readonly RunEvent[] {
  return events.slice(events.findLastIndex(({ type }) => type === 'step-forecast'))
}

const changesOf = ({ changes }: LocalCloud, intents: readonly string[]) =>
  changes.filter(({ body }) => intents.some((intent) => JSON.stringify(body).includes(intent)))

/** No intent took effect twice, no step more often than it was tried, and nothing else was written. */
export function expectEachOnce(cloud: LocalCloud, { intents, retries }: Claimed): void {
  for (const intent of intents.flat())
    expect(changesOf(cloud, [intent]).length).toBeLessThanOrEqual(1)
  for (const [index, own] of intents.entries())
    expect(changesOf(cloud, own).length).toBeLessThanOrEqual(1 + (retries.get(index) ?? 0))
  expect(changesOf(cloud, intents.flat())).toEqual(cloud.changes)
}

export function expectEnd({ stage, past }: Run): void {
  if (stage.kind !== 'ended') return
  expect(stage.outcome).toMatch(/^(verified|not-verified|unneeded)$/)
  expect(past.length).toBeGreaterThanOrEqual(4)
}
