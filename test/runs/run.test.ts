/** A run is the fold of its events: every stage with every event, and histories at random. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Recorded } from '../../src/ledger/ledger.ts'
import { decide, dueAt } from '../../src/runs/decide.ts'
import type { Evidence, RunEvent } from '../../src/runs/events.ts'
import { IllegalEvent, outcomeOf } from '../../src/runs/moves.ts'
import { UnknownEvent } from '../../src/runs/read-events.ts'
import { evolve, runOf } from '../../src/runs/run.ts'
import { mayAbort, mayStillLand, type Run } from '../../src/runs/stage.ts'
import {
  type EventType,
  event,
  eventTypes,
  historyTo,
  runAfter,
  type StageKind,
  startedAt,
  verifiedAs,
} from './histories.ts'

/** Where each event leads from each stage; what is not here is illegal. */
const table = {
  planning: { 'plan-forecast': 'planned', 'run-parked': 'parked', 'run-aborted': 'ended' },
  planned: {
    'plan-blocked': 'ended',
    'plan-accepted': 'reached',
    'approval-requested': 'consulting',
    'approval-voided': 'planning',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  consulting: {
    'plan-accepted': 'reached',
    'approval-voided': 'planning',
    'consent-given': 'consulting',
    'approval-rejected': 'ended',
    'approval-expired': 'ended',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  asked: {
    'person-answered': 'acted',
    'step-skipped': 'ended',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  reached: {
    'step-forecast': 'judged',
    'condition-judged': 'ended',
    'watch-begun': 'watching',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  watching: {
    'calm-began': 'watching',
    'calm-ended': 'watching',
    'watch-over': 'ended',
    'step-skipped': 'ended',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  judged: {
    'step-blocked': 'ended',
    'step-unneeded': 'ended',
    'approval-requested': 'waiting',
    'step-claimed': 'claimed',
    'person-asked': 'asked',
    'step-verified': 'ended',
    'approval-voided': 'reached',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  waiting: {
    'consent-given': 'waiting',
    'approval-rejected': 'ended',
    'approval-expired': 'ended',
    'approval-voided': 'reached',
    'step-claimed': 'claimed',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  claimed: {
    'hold-intended': 'claimed',
    'write-withheld': 'ended',
    'approval-voided': 'reached',
    'write-intended': 'sending',
    'run-parked': 'parked',
    'run-aborted': 'ended',
  },
  sending: {
    'write-accepted': 'working',
    'write-faulted': 'sending',
    'write-probed': 'sending',
    'write-resent': 'sending',
    'approval-voided': 'reached',
    'run-parked': 'parked',
  },
  working: { 'operation-ended': 'acted', 'run-parked': 'parked' },
  acted: { 'step-verified': 'ended', 'run-parked': 'parked' },
  parked: { 'run-resumed': 'sending', 'step-skipped': 'ended', 'run-aborted': 'ended' },
  ended: {},
} as const satisfies Record<StageKind, Partial<Record<EventType, StageKind>>>

/** Where a person is waited for. */
const remindedAtStages: readonly string[] = ['consulting', 'waiting', 'asked', 'parked']

const stages = Object.entries(historyTo)
const cases = stages.flatMap(([stage, history]) =>
  eventTypes.map((type) => {
    const row: Partial<Record<string, StageKind>> = { ...Reflect.get(table, stage) }
    const isReminded = type === 'person-reminded' && remindedAtStages.includes(stage)
    const isNoted = ['no-judged', 'reminder-posted'].includes(type) || isReminded
    const to = type === 'message-posted' || isNoted ? stage : row[type]
    return { stage, type, to, history }
  }),
)

const at = startedAt + 60_000
const next = (run: Run, one: RunEvent) => evolve(run, { at, event: one })

describe('every stage with every event', () => {
  test('the histories lead where they say, and all events are there', () => {
    for (const [stage, history] of stages) expect(runAfter(history).stage.kind).toBe(stage)
    expect([stages.length, eventTypes.length]).toEqual([14, 40])
  })

  test.for(cases.filter(({ to }) => to !== undefined))(
    '$stage, $type: $to',
    ({ history, type, to }) => {
      const run = runAfter(history)
      expect(next(run, event(type))).toMatchObject({
        stage: { kind: to },
        version: run.version + 1,
        // Neither is a step of the run.
        lastAt: ['person-reminded', 'reminder-posted', 'no-judged'].includes(type)
          ? run.lastAt
          : at,
      })
    },
  )

  test.for(cases.filter(({ to }) => to === undefined))(
    '$stage, $type: illegal',
    ({ history, type }) => {
      expect(() => next(runAfter(history), event(type))).toThrow(IllegalEvent)
    },
  )

  test('before its start a run has no other event', () => {
    for (const type of eventTypes.filter((one) => one !== 'run-started'))
      expect(() => evolve(null, { at, event: event(type) })).toThrow(IllegalEvent)
    expect(runOf([])).toBeNull()
  })
})

describe('where the fields decide', () => {
  test.for([
    ['write-accepted', { operation: null }, 'sending', 'acted'],
    ['write-probed', { progress: { kind: 'running', operation: 'op-9' } }, 'sending', 'working'],
    ['write-probed', { progress: { kind: 'done', by: 'me' } }, 'sending', 'acted'],
    ['write-probed', { progress: { kind: 'done', by: 'as-wished' } }, 'sending', 'acted'],
    ['operation-ended', { error: 'INTERNAL_ERROR' }, 'working', 'parked'],
    ['run-resumed', { choice: 'retry' }, 'parked', 'reached'],
  ] as const)('%s with %j: from %s to %s', ([type, changes, from, to]) => {
    expect(next(runAfter(historyTo[from]), event(type, changes)).stage.kind).toBe(to)
  })

  test.for([
    ['write-accepted', { intent: 'i0' }, 'sending'],
    ['write-faulted', { intent: 'i0' }, 'sending'],
    ['write-probed', { intent: 'i0' }, 'sending'],
    ['write-resent', { intent: 'i0' }, 'sending'],
    ['operation-ended', { operation: 'op-0' }, 'working'],
  ] as const)('%s with %j: the answer to another write is illegal', ([type, changes, from]) => {
    expect(() => next(runAfter(historyTo[from]), event(type, changes))).toThrow(IllegalEvent)
  })

  test('contradicted parks, all confirmed is verified, anything unseen is not verified', () => {
    const ends = (...outcomes: readonly Evidence['outcome'][]) =>
      next(runAfter(historyTo.acted), verifiedAs(...outcomes)).stage
    expect(ends('confirmed', 'confirmed')).toMatchObject({ outcome: 'verified' })
    expect(ends('confirmed', 'not-observed')).toMatchObject({ outcome: 'not-verified' })
    expect(ends('not-observed', 'contradicted')).toMatchObject({
      kind: 'parked',
      why: { code: 'contradicted' },
    })
    expect(outcomeOf([])).toBe('verified')
  })

  test('the next step begins afresh, and only after a verified one', () => {
    const [, ...rest] = historyTo.acted
    const accepted = [...historyTo.consulting, event('consent-given'), event('plan-accepted')]
    const acted = runAfter([...accepted, ...rest])
    expect(next(acted, verifiedAs('confirmed'))).toMatchObject({
      index: 1,
      stage: { kind: 'reached' },
      record: { forecast: null, approval: null },
      past: [{ outcome: 'verified' }],
    })
    const unseen = next(acted, verifiedAs('not-observed'))
    expect(unseen.stage).toMatchObject({ kind: 'parked', why: { code: 'not-verified' } })
    const gone = next(unseen, event('step-skipped'))
    expect(gone).toMatchObject({ index: 1, past: [{ outcome: 'not-verified' }] })
  })
})

describe('a write that may have left', () => {
  const sentWith = (...events: readonly RunEvent[]) => runAfter([...historyTo.sending, ...events])
  const refused = event('write-faulted')
  const lost = event('write-faulted', { sent: 'unknown' })
  const parked = event('run-parked')

  test('is remembered through a second sending that surely did not', () => {
    const run = sentWith(lost, event('write-probed'), event('write-resent'), refused)
    expect(run.stage).toMatchObject({ fate: 'unknown', earlierLeft: true, attempts: 2 })
    expect(mayStillLand(sentWith(refused, parked).stage)).toBe(false)
    expect(mayStillLand(sentWith(lost, parked).stage)).toBe(true)
    expect(mayStillLand(sentWith(event('write-probed'), parked).stage)).toBe(true)
    const again = sentWith(lost, parked, event('run-resumed'), refused, parked)
    expect(mayStillLand(again.stage)).toBe(true)
  })

  test('is looked for again when a later look is undecided: the absence before counts no more', () => {
    const unknown = { progress: { kind: 'unknown', why: 'it is busy', operation: null } }
    const run = sentWith(lost, event('write-probed'), event('write-probed', unknown))
    expect(run.stage).toMatchObject({ fate: 'unknown', looks: 1 })
    const moment = { now: run.lastAt + 3_000, instance: 'p1' }
    expect(decide(run, { guard: 'version', holds: false }, moment)).toEqual({ kind: 'probe' })
  })
})

describe('what this version does not know', () => {
  const recorded = (...events: readonly unknown[]): readonly Recorded[] =>
    events.map((one, index) => ({ version: index + 1, at, event: one }))
  const start = event('run-started')

  test.for([
    [{ ...start, v: 2 }],
    [{ type: 'step-paused', v: 1 }],
    [{ type: 'run-aborted', v: 1 }],
    ['run-aborted'],
    [null],
  ])('%j is refused, not skipped', ([strange]) => {
    expect(() => runOf(recorded(start, strange, event('message-posted')))).toThrow(UnknownEvent)
  })
})

describe('any legal history', () => {
  /** Numbers that choose, at each stage, one of the events that are legal there. */
  const choices = fc.array(fc.nat(), { maxLength: 40 })
  const variants: readonly RunEvent[] = [
    ...eventTypes.map((type) => event(type)),
    event('write-accepted', { operation: null }),
    event('write-faulted', { sent: 'unknown' }),
    event('write-probed', { progress: { kind: 'running', operation: 'op-1' } }),
    event('write-probed', { progress: { kind: 'unknown', why: 'blind', operation: null } }),
    event('operation-ended', { error: 'no' }),
    event('run-resumed', { choice: 'retry' }),
    verifiedAs('contradicted'),
  ]
  const legal = (run: Run) =>
    variants.flatMap((one) => {
      try {
        return [next(run, one)]
      } catch (error) {
        if (error instanceof IllegalEvent) return []
        throw error
      }
    })

  test('never throws but IllegalEvent, and what is due agrees with what is to be done', () => {
    fc.assert(
      fc.property(choices, fc.constantFrom('version', 'absolute', 'none'), (numbers, guard) => {
        let run = runAfter(historyTo.reached)
        for (const number of numbers) {
          const ways = legal(run)
          run = ways[number % ways.length] ?? run
          const moment = { now: run.lastAt, instance: 'p1' }
          const action = decide(run, { guard, holds: false }, moment)
          const due = dueAt(run, run.lastAt)
          const isOver = action.kind === 'rest' || (action.kind === 'wait' && action.until === null)
          expect(due === null).toBe(isOver)
          if (run.stage.kind === 'ended' && run.held === null)
            expect(action).toEqual({ kind: 'rest' })
          if (action.kind === 'wait' && action.until !== null)
            expect(due ?? 0).toBeLessThanOrEqual(action.until)
          if (mayAbort(run.stage)) expect(next(run, event('run-aborted')).stage.kind).toBe('ended')
        }
      }),
      { numRuns: 300 },
    )
  })
})
