/** Whoever a run waits for is reminded: in time, ever more seldom, not for ever, and never twice. */
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/capacity/system.ts'
import { decide } from '../../src/runs/decide.ts'
import type { RunEvent } from '../../src/runs/events.ts'
import { advance } from '../../src/runs/executor.ts'
import { isLastReminder, remindAt } from '../../src/runs/reminders.ts'
import { alone } from '../../src/runs/requests.ts'
import { evolve } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { event, historyTo, runAfter, startedAt } from './histories.ts'
import { changed, channel, luis, maria, siteWith, sofia, upgrade } from './process.ts'
import { realProcess } from './real-process.ts'

const hour = 3_600_000
const minutes = (ms: number | null) => (ms === null ? null : ms / 60_000)
const follow = (run: Run, one: RunEvent, at: number) => evolve(run, { at, event: one })
const reminded = event('person-reminded')

/** When each reminder falls, in minutes from where it came to stand, each said the moment it is due. */
function all(run: Run): readonly (number | null)[] {
  const at = remindAt(run)
  const { since } = run.wait
  return at === null ? [] : [minutes(at - since), ...all(follow(run, reminded, at))]
}

describe('when', () => {
  test.for(['asked', 'parked'] as const)('%s: four times within a day and a half', (stage) => {
    expect(all(runAfter(historyTo[stage]))).toEqual([30, 150, 630, 2_070])
  })

  test.for(['waiting', 'consulting'] as const)('%s: once, at half of its time', (stage) => {
    const run = runAfter(historyTo[stage])
    expect(remindAt(run)).toBe((run.wait.since + startedAt + 60_000) / 2)
    expect(all(run)).toHaveLength(1)
  })

  test('an approval of several is not waited for anew with each yes, and not at all with the last', () => {
    const asked = [...historyTo.judged, event('approval-requested', { needed: 2 })]
    const [none, one, two] = [0, 1, 2].map((count) =>
      runAfter([...asked, ...Array(count).fill(event('consent-given'))]),
    )
    if (none === undefined || one === undefined || two === undefined) throw new Error('no runs')
    expect(remindAt(one)).toBe(remindAt(none))
    expect(remindAt(two)).toBeNull()
  })

  test('a bot that was away says one of those that it missed', () => {
    const parked = runAfter(historyTo.parked)
    const late = parked.wait.since + 100 * hour
    const back = follow(parked, reminded, late)
    expect(remindAt(back)).toBe(late + 2 * hour)
  })

  test('one more than today’s schedule has is legal: another version may have had more', () => {
    const often = Array(9).fill(reminded)
    expect(runAfter([...historyTo.parked, ...often]).wait.reminders).toBe(9)
    expect(remindAt(runAfter([...historyTo.parked, ...often]))).toBeNull()
  })

  test('begins anew where the run went on and came to stand again', () => {
    const parked = [...historyTo.parked, reminded, event('run-resumed'), event('run-parked')]
    const run = runAfter(parked)
    expect(run.wait).toMatchObject({ reminders: 0, since: run.lastAt })
  })

  test.for(['reached', 'judged', 'claimed', 'sending', 'working', 'acted', 'ended'] as const)(
    '%s: nobody is waited for',
    (stage) => {
      const run = runAfter(historyTo[stage])
      expect([remindAt(run), isLastReminder(run)]).toEqual([null, false])
    },
  )

  test('a reminder moves nothing: neither the stage nor the time of the last step', () => {
    const run = runAfter(historyTo.parked)
    const next = follow(run, reminded, run.lastAt + hour)
    expect(next).toEqual({
      ...run,
      version: run.version + 1,
      wait: { ...run.wait, reminders: 1, remindedAt: run.lastAt + hour },
    })
  })
})

describe('by the executor', () => {
  test('two instances, or one that starts again, record it once', async () => {
    const bot = await realProcess()
    const wish = alone(confirm({ what: 'the site answers' }))
    const { id } = await bot.bring(changed(await bot.requests.start(wish, channel, sofia)).id)
    const due = (await bot.ledger.due(bot.clock.now() + hour, 9)).map((one) => one)
    expect(due).toEqual([`run/${id}`])
    bot.clock.forward(31 * 60_000)
    const other = { ...bot.means, instance: 'another' }
    const waits = await Promise.all([advance(bot.means, id), advance(other, id)])
    for (const waitMs of waits) expect(waitMs).toBeGreaterThan(hour)
    expect((await bot.events(id)).filter((type) => type === 'person-reminded')).toHaveLength(1)
    changed(await bot.requests.done(id, luis))
    expect((await bot.bring(id)).stage).toMatchObject({ kind: 'ended', outcome: 'verified' })
  })

  test('an approval is reminded of before it expires, and expires all the same', async () => {
    const bot = await realProcess()
    const { id } = await bot.asked()
    for (let waitMs = await advance(bot.means, id); waitMs !== null; ) {
      bot.clock.forward(waitMs)
      waitMs = await advance(bot.means, id)
    }
    expect((await bot.events(id)).slice(-3)).toEqual([
      'approval-requested',
      'person-reminded',
      'approval-expired',
    ])
  })
})

describe('after break-glass', () => {
  const roles: Policy['roles'] = {
    approve: { users: ['U0LUIS'], group: null },
    breakGlass: { users: ['U0SOFIA', 'U0MARIA'], group: null },
  }
  const broken = async () => {
    const bot = await realProcess({ document: siteWith({ roles }) })
    const wish = { ...alone(upgrade), breakGlass: { reason: 'the sale is on' } }
    const run = await bot.bring(changed(await bot.requests.start(wish, channel, sofia)).id)
    return { bot, run, ended: () => bot.approved(run, maria) }
  }

  test('the follow-up is reminded of for a week, and no more once somebody has said it', async () => {
    const { bot, ended } = await broken()
    const run = await ended()
    expect(all(run)).toEqual([24 * 60, 3 * 24 * 60, 7 * 24 * 60])
    expect(await bot.requests.followUp(run.id, ' ', luis)).toMatchObject({ code: 'no-reason' })
    const settled = changed(await bot.requests.followUp(run.id, 'the tier stays', luis))
    expect(settled.followedUp).toMatchObject({ by: 'U0LUIS', text: 'the tier stays' })
    expect([remindAt(settled), settled.lastAt]).toEqual([null, run.lastAt])
    const moment = { now: settled.lastAt + 99 * hour, instance: 'p1' }
    expect(decide(settled, { guard: null, holds: false }, moment)).toEqual({ kind: 'rest' })
    expect(await bot.requests.followUp(run.id, 'again', luis)).toMatchObject({
      code: 'no-follow-up',
    })
  })

  test('what was said of it is sealed like everything before', async () => {
    const { bot, ended } = await broken()
    const run = await ended()
    const before = await bot.journal.sealed(run)
    const settled = changed(await bot.requests.followUp(run.id, 'the tier stays', luis))
    const after = await bot.journal.sealed(settled)
    expect(after).not.toBeNull()
    expect(after?.run).not.toBe(before?.run)
  })

  test('nothing that was not sent is to be followed up', async () => {
    const { bot, run } = await broken()
    const aborted = changed(await bot.requests.abort(run.id, sofia))
    expect(remindAt(aborted)).toBeNull()
    expect(await bot.requests.followUp(run.id, 'nothing', luis)).toMatchObject({
      code: 'no-follow-up',
    })
  })
})
