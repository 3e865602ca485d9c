/** What a run needs next: tables by stage and, for a write of unknown fate, by guard. writes.md; DESIGN.md, 3. */
import { describe, expect, test } from 'vitest'
import type { Guard } from '../../src/define/step.ts'
import {
  type Action,
  decide as decideNext,
  dueAt,
  mustLookFirst,
  quietAfter,
  requestTimeoutMs,
  sendWithinMs,
} from '../../src/runs/decide.ts'
import type { RunEvent } from '../../src/runs/events.ts'
import { evolve } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { event, historyTo, runAfter, type StageKind, startedAt } from './histories.ts'

const instance = 'p1'

function decide(run: Run, guard: Guard | null, now: number, holds = false): Action {
  return decideNext(run, { guard, holds }, { now, instance })
}

const guards: readonly Guard[] = ['version', 'name', 'absolute', 'none']
const sending = (...events: readonly RunEvent[]) => runAfter([...historyTo.sending, ...events])
const lost = event('write-faulted', { sent: 'unknown' })
const absent = event('write-probed')
const blind = event('write-probed', {
  progress: { kind: 'unknown', why: 'blind', operation: null },
})
const notSent = event('write-faulted')

/** The intent's `sendBefore` is `startedAt + 5_000`. */
const quietAt = startedAt + 5_000 + 10_000 + 5_000

describe('at each stage', () => {
  const approved = runAfter([...historyTo.waiting, event('consent-given')])
  const of = (stage: StageKind) => runAfter(historyTo[stage])
  const [asked, parked] = [of('asked'), of('parked')]
  const reminded = runAfter([...historyTo.waiting, event('person-reminded')])
  const expiresAt = startedAt + 60_000
  /** Asked two seconds after the start, so that half of 58 s is left. */
  const remindAt = startedAt + 31_000
  const standingAt = (run: Run) => run.lastAt + 1_800_000
  const rows: readonly (readonly [string, Run, number, object, number | null])[] = [
    ['planning', of('planning'), 0, { kind: 'forecast-plan' }, 0],
    ['planned', of('planned'), 0, { kind: 'settle-plan' }, 0],
    ['consulting', of('consulting'), 0, { kind: 'wait', until: remindAt }, remindAt],
    ['consulting, half over', of('consulting'), remindAt, { kind: 'remind' }, remindAt],
    ['consulting, too long', of('consulting'), expiresAt, { kind: 'expire' }, remindAt],
    ['watching', of('watching'), 0, { kind: 'watch' }, 0],
    ['asked', asked, 0, { kind: 'wait', until: standingAt(asked) }, standingAt(asked)],
    ['reached', of('reached'), 0, { kind: 'forecast' }, 0],
    ['judged', of('judged'), 0, { kind: 'settle' }, 0],
    ['waiting', of('waiting'), 0, { kind: 'wait', until: remindAt }, remindAt],
    ['waiting, reminded', reminded, expiresAt - 1, { kind: 'wait', until: expiresAt }, expiresAt],
    ['waiting, too long', of('waiting'), expiresAt, { kind: 'expire' }, remindAt],
    ['waiting, with a yes', approved, 0, { kind: 'grant' }, 0],
    ['claimed', of('claimed'), 0, { kind: 'write' }, 0],
    ['sending', of('sending'), startedAt + 9_000, { kind: 'probe' }, startedAt + 9_000],
    ['working', of('working'), 0, { kind: 'poll' }, 0],
    ['acted', of('acted'), 0, { kind: 'verify' }, 0],
    ['parked', parked, 0, { kind: 'wait', until: standingAt(parked) }, standingAt(parked)],
    ['ended', of('ended'), 0, { kind: 'rest' }, null],
  ]
  test.for(rows)('%s', ([, run, now, action, due]) => {
    expect(decide(run, 'version', now)).toEqual(action)
    expect(dueAt(run, now)).toBe(due)
  })
})

describe('an intent without an answer', () => {
  test('the times are those of DESIGN.md, 3', () => {
    expect([sendWithinMs, requestTimeoutMs]).toEqual([5_000, 10_000])
    const { intent } = { intent: { id: 'i', target: 't', version: null, intendedAt: 0 } }
    expect(quietAfter({ ...intent, sendBefore: 5_000 })).toBe(20_000)
  })

  test.for(['version', 'name'] as const)('%s: it is looked for at once', (guard) => {
    const run = sending(lost)
    expect(decide(run, guard, run.lastAt)).toEqual({ kind: 'probe' })
  })

  test.for(['absolute', 'none'] as const)(
    '%s: an absence counts only when nothing can be on its way any more',
    (guard) => {
      const run = sending(lost)
      expect(decide(run, guard, run.lastAt)).toEqual({ kind: 'wait', until: quietAt })
      expect(decide(run, guard, quietAt - 1)).toEqual({ kind: 'wait', until: quietAt })
      expect(decide(run, guard, quietAt)).toEqual({ kind: 'probe' })
    },
  )

  test('without a known guard it is treated as none', () => {
    const run = sending(lost)
    expect(decide(run, null, run.lastAt)).toEqual({ kind: 'wait', until: quietAt })
  })

  test.for(guards)('%s: found absent', (guard) => {
    const run = sending(lost, absent)
    const action = decide(run, guard, run.lastAt)
    expect(action).toEqual(
      guard === 'none' ? { kind: 'park', why: 'undecided' } : { kind: 'resend' },
    )
  })

  test('none: what may have left is never sent again, whatever the time', () => {
    const run = sending(lost, absent)
    for (const waitMs of [0, 1_000, 60_000, 86_400_000])
      expect(decide(run, 'none', run.lastAt + waitMs)).toEqual({ kind: 'park', why: 'undecided' })
  })

  test('another is begun beside it only when its absence was seen after nothing could be on its way', () => {
    const parked = (...events: readonly RunEvent[]) => {
      const run = sending(...events, event('run-parked'))
      return { run, at: (now: number) => evolve(sending(...events), { at: now, event: absent }) }
    }
    const mustLook = (run: Run) => mustLookFirst(run.stage)
    const seenAt = (now: number) =>
      evolve(parked(lost).at(now), { at: now, event: event('run-parked') })
    expect([seenAt(quietAt - 1), seenAt(quietAt)].map(mustLook)).toEqual([true, false])
    expect([parked(lost).run, parked(lost, blind).run].map(mustLook)).toEqual([true, true])
    // Surely not sent, and no parked write at all.
    expect([parked(notSent).run, sending(lost)].map(mustLook)).toEqual([false, false])
  })

  test('looks are three seconds apart, and after five in vain it is parked', () => {
    for (let looks = 1; looks < 5; looks += 1) {
      const run = sending(lost, ...Array(looks).fill(blind))
      const until = run.lastAt + 3_000
      expect(decide(run, 'version', run.lastAt)).toEqual({ kind: 'wait', until })
      expect(decide(run, 'version', until)).toEqual({ kind: 'probe' })
    }
    const run = sending(lost, ...Array(5).fill(blind))
    expect(decide(run, 'version', run.lastAt)).toEqual({ kind: 'park', why: 'undecided' })
  })

  test('looks while an operation runs that may be it are not in vain', () => {
    const progress = { kind: 'unknown', why: 'busy', operation: 'op-1' }
    const run = sending(lost, ...Array(9).fill(event('write-probed', { progress })))
    expect(decide(run, 'version', run.lastAt)).toEqual({ kind: 'probe' })
  })
})

describe('a write that surely was not sent', () => {
  test.for(guards)('%s: it is sent again after a pause that grows', (guard) => {
    const again = [notSent, event('write-resent'), notSent]
    for (const [run, pauseMs] of [
      [sending(notSent), 2_000],
      [sending(...again), 4_000],
    ] as const) {
      const until = run.lastAt + pauseMs
      expect(decide(run, guard, until - 1)).toEqual({ kind: 'wait', until })
      expect(decide(run, guard, until)).toEqual({ kind: 'resend' })
    }
  })

  test('five attempts are enough: it is parked', () => {
    const resent = Array.from({ length: 4 }, () => [event('write-resent'), notSent]).flat()
    const run = sending(notSent, ...resent)
    expect(decide(run, 'version', run.lastAt + 3_600_000)).toEqual({
      kind: 'park',
      why: 'not-sent',
    })
  })

  test('it waits as long as it was asked to, within two minutes', () => {
    const asked = (retryAfterMs: number) => sending(event('write-faulted', { retryAfterMs }))
    const until = (run: Run) => {
      const action = decide(run, 'version', run.lastAt)
      return action.kind === 'wait' ? (action.until ?? 0) - run.lastAt : null
    }
    expect(until(asked(60_000))).toBe(62_000)
    expect(until(asked(86_400_000))).toBe(122_000)
  })
})

describe('a run that a person resumed', () => {
  test('looks afresh, with all its looks and attempts', () => {
    const parked = [lost, ...Array(5).fill(blind), event('run-parked'), event('run-resumed')]
    const run = sending(...parked)
    expect(decide(run, 'version', run.lastAt + 3_000)).toEqual({ kind: 'probe' })
  })
})

describe('what is held', () => {
  const until = startedAt + 60_000
  const held = [...historyTo.claimed, event('hold-intended', { until, instance })]
  const taken = [...held, event('hold-taken')]
  const sent = [...taken, event('write-intended')]
  const release = { kind: 'release' }

  test('a step that holds something takes hold first, and writes when it holds', () => {
    expect(decide(runAfter(historyTo.claimed), 'version', startedAt, true)).toEqual({
      kind: 'hold',
    })
    expect(decide(runAfter(taken), 'version', startedAt, true)).toEqual({ kind: 'write' })
  })

  test.for([
    ['it was not taken', held],
    ['its operation ended', [...sent, event('write-accepted'), event('operation-ended')]],
    ['the run is parked', [...sent, event('run-parked')]],
    ['the approval was voided', [...taken, event('approval-voided')]],
    ['the run was aborted', [...taken, event('run-aborted')]],
  ] as const)('is let go before anything else when %s', ([, history]) => {
    expect(decide(runAfter(history), 'version', startedAt + 1_000, true)).toEqual(release)
    expect(dueAt(runAfter(history), startedAt)).toBe(startedAt)
  })

  test('is let go at its deadline, whatever goes on', () => {
    const working = runAfter([...sent, event('write-accepted')])
    expect(decide(working, 'version', until - 1, true)).toEqual({ kind: 'poll' })
    expect(decide(working, 'version', until, true)).toEqual(release)
  })

  test('is let go first by another process, which comes after a crash', () => {
    const moment = { now: startedAt, instance: 'p2' }
    const traits = { guard: 'version', holds: true } as const
    for (const history of [held, taken, sent])
      expect(decideNext(runAfter(history), traits, moment)).toEqual(release)
  })

  test('is held no more when that was recorded', () => {
    const released = runAfter([...sent, event('hold-released')])
    expect(decide(released, 'version', startedAt, true)).not.toEqual(release)
  })
})

describe('a start that was put off', () => {
  const notBefore = startedAt + 3_600_000
  const put = [
    event('run-started', { notBefore }),
    ...historyTo.waiting.slice(1),
    event('consent-given'),
  ]

  test('waits with its yes until then, acts on it for ten minutes, and not after', () => {
    const run = runAfter(put)
    expect(decide(run, 'version', startedAt)).toEqual({ kind: 'wait', until: notBefore })
    expect(decide(run, 'version', notBefore)).toEqual({ kind: 'grant' })
    expect(decide(run, 'version', notBefore + 600_000)).toEqual({ kind: 'expire' })
    expect(dueAt(run, startedAt)).toBe(notBefore)
  })
})
