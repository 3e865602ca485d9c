/** What people ask of runs, and why it is not taken; each answer is in the ledger before it is given. */

import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/capacity/system.ts'
import type { BoundStep } from '../../src/define/step.ts'
import type { Actor } from '../../src/gate/policy.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { advance, parkBroken } from '../../src/runs/executor.ts'
import { journalOn, LostRaces } from '../../src/runs/journal.ts'
import { UnknownEvent } from '../../src/runs/read-events.ts'
import { alone } from '../../src/runs/requests.ts'
import { standOf } from '../../src/runs/stage.ts'
import { bumpCeleryConcurrency } from '../../src/steps/bump-celery-concurrency.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { Fault } from '../../src/world/fault.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { event } from './histories.ts'
import {
  changed,
  channel,
  database,
  luis,
  processOn,
  siteWith,
  sofia,
  standing,
  upgrade,
} from './process.ts'
import { simulateCloud } from './simulated-world.ts'

function bot(policy: Partial<Policy> = {}, change: (ledger: Ledger) => Ledger = (it) => it) {
  const clock = handClock()
  const ledger = change(memoryLedger(clock))
  return processOn({ ledger, clock, cloud: simulateCloud({ clock }), document: siteWith(policy) })
}

describe('a start', () => {
  test('is in the ledger before it is answered, with who asked for what, where', async () => {
    const { requests, ledger } = bot()
    const run = changed(await requests.start(alone(upgrade), channel, sofia))
    expect(await ledger.read(`run/${run.id}`)).toMatchObject([
      {
        version: 1,
        event: {
          type: 'run-started',
          by: 'U0SOFIA',
          channel,
          plan: [{ step: 'patch-cloud-sql-tier', input: upgrade.input }],
        },
      },
    ])
    expect(await ledger.document(run.document)).toContain('"name":"tuki"')
  })

  test('that cannot be recorded is an error, never a yes', async () => {
    const { requests } = bot({}, (ledger) => ({
      ...ledger,
      append: () => Promise.reject(new Error('the disk is full')),
    }))
    await expect(requests.start(alone(upgrade), channel, sofia)).rejects.toThrow('the disk is full')
  })

  const eve = { user: 'U0EVE', standing: 'stranger', groups: [] } as const
  const window = { name: 'sale', from: '10:00', to: '12:00', timeZone: 'UTC' }
  const celery = bumpCeleryConcurrency({ service: 'celery-worker', concurrency: 6 })

  type Refused = readonly [string, Partial<Policy>, BoundStep, string, Actor, object]
  const refused: readonly Refused[] = [
    ['from a stranger', {}, upgrade, channel, eve, { code: 'not-a-member' }],
    ['in another channel', {}, upgrade, 'C0OTHER', sofia, { code: 'channel' }],
    ['with nobody to approve', { roles: {} }, upgrade, channel, sofia, { code: 'no-approvers' }],
    ['of a step without hands', {}, celery, channel, sofia, { code: 'unable' }],
  ]
  test.for(refused)(
    '%s is not taken, and leaves no run',
    async ([, policy, step, where, who, no]) => {
      const { requests, ledger } = bot(policy)
      expect(await requests.start(alone(step), where, who)).toMatchObject(no)
      expect(await ledger.newest('run/', 1)).toEqual([])
    },
  )

  test('of a reading step needs no approver and no rule that is not held', async () => {
    const { requests } = bot({ freezeWindows: [window], roles: {} })
    const answer = await requests.start(alone(checkConnections({ database })), channel, sofia)
    expect(answer.kind).toBe('changed')
  })
})

describe('a race for the ledger', () => {
  test('that is lost is tried again on what the winner left', async () => {
    const { journal, ledger, requests } = bot()
    const { id } = changed(await requests.start(alone(upgrade), channel, sofia))
    let isFirst = true
    const slower = journalOn(
      {
        ...ledger,
        append: async (appends) => {
          if (isFirst) await journal.change(id, () => post)
          isFirst = false
          return ledger.append(appends)
        },
      },
      () => undefined,
    )
    const versions: number[] = []
    const answer = await slower.change(id, (run) => {
      versions.push(run.version)
      return post
    })
    expect([answer.kind, versions]).toEqual(['changed', [1, 2]])
    expect(await ledger.read(`run/${id}`)).toHaveLength(3)
  })

  const post = { kind: 'change', events: [event('message-posted')] } as const

  test('that is lost twenty times in a row is a broken invariant, not an endless loop', async () => {
    const ledger = memoryLedger(handClock())
    const { requests } = processOn({
      ledger,
      clock: handClock(),
      cloud: simulateCloud({ clock: handClock() }),
    })
    const { id } = changed(await requests.start(alone(upgrade), channel, sofia))
    let tries = 0
    const losing = journalOn(
      {
        ...ledger,
        append: async () => {
          tries += 1
          return { kind: 'conflict', stream: `run/${id}`, version: 99 }
        },
      },
      () => undefined,
    )
    await expect(losing.change(id, () => post)).rejects.toThrow(LostRaces)
    expect(tries).toBe(20)
  })
})

describe('a run of newer code', () => {
  test('is refused as a whole: nobody can approve it, and the executor does nothing', async () => {
    const { requests, ledger, bring } = bot()
    const { id } = changed(await requests.start(alone(upgrade), channel, sofia))
    const events = [{ type: 'step-paused', v: 2 }]
    await ledger.append([{ stream: `run/${id}`, expectedVersion: 1, events, dueAt: null }])
    await expect(bring(id)).rejects.toThrow(UnknownEvent)
    await expect(requests.approve(`${id}.token`, luis)).rejects.toThrow(UnknownEvent)
    await expect(requests.abort(id, sofia)).rejects.toThrow(UnknownEvent)
  })
})

describe('a button', () => {
  const first = confirm({ what: 'the site answers' })
  const second = confirm({ what: 'somebody buys a ticket' })
  const items = [first, second].map((step) => ({ kind: 'step', step, why: null }) as const)
  const asked = async () => {
    const process = bot()
    const { id } = changed(await process.requests.start({ items }, channel, sofia))
    const run = await process.bring(id)
    expect([standing(run), run.index]).toEqual(['asked', 0])
    return { ...process, id, drawn: standOf(run) }
  }

  test.for(['done', 'skip'] as const)(
    '%s, pressed again when the next step has been reached, says nothing of that one',
    async (which) => {
      const { requests, bring, id, drawn } = await asked()
      const press = () =>
        which === 'done'
          ? requests.done(drawn, luis)
          : requests.skip(drawn, 'somebody else does it', luis)
      expect((await press()).kind).toBe('changed')
      const next = await bring(id)
      expect([standing(next), next.index]).toEqual(['asked', 1])
      expect(await press()).toEqual({ kind: 'denied', code: 'stale-button' })
      expect((await requests.done(standOf(next), luis)).kind).toBe('changed')
    },
  )

  test('that retries is late once the run is parked again', async () => {
    const { requests, bring, means, id } = await asked()
    const parked = async () => {
      await parkBroken(means, id, new Error('something'))
      return standOf(await bring(id))
    }
    const drawn = await parked()
    expect((await requests.resume(drawn, 'retry', luis)).kind).toBe('changed')
    await bring(id)
    const again = await parked()
    const late = await requests.resume(drawn, 'retry', luis)
    expect(late).toEqual({ kind: 'denied', code: 'stale-button' })
    expect((await requests.resume(again, 'retry', luis)).kind).toBe('changed')
  })
})

test('a group that does not answer is asked again for a while; then the run is parked, and says so', async () => {
  const { requests, means, clock, journal } = bot({
    roles: { approve: { users: [], group: 'S0GONE' } },
  })
  const { id } = changed(await requests.start(alone(upgrade), channel, sofia))
  const membersOf = () =>
    Promise.reject(new Fault('unreachable', 'no', 'Slack does not say who is in S0GONE'))
  const began = clock.now()
  let waitMs = await advance({ ...means, membersOf }, id)
  for (; waitMs !== null && clock.now() - began < 120_000; ) {
    if ((await journal.read(id))?.stage.kind === 'parked') break
    clock.forward(waitMs)
    waitMs = await advance({ ...means, membersOf }, id)
  }
  const parked = await journal.read(id)
  expect(parked?.stage).toMatchObject({ why: { code: 'cannot-look' } })
  expect(clock.now() - began).toBeGreaterThanOrEqual(30_000)
  changed(await requests.resume(id, 'retry', sofia))
  await advance(means, id)
  expect((await journal.read(id))?.stage.kind).toBe('waiting')
})
