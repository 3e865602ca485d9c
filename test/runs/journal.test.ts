/** What is appended together stands together: a run's event and its claim. DESIGN.md, 3. */
import { expect, test } from 'vitest'
import type { Append, Ledger } from '../../src/ledger/ledger.ts'
import { advance } from '../../src/runs/executor.ts'
import { headroomStream } from '../../src/runs/headroom.ts'
import { journalOn } from '../../src/runs/journal.ts'
import { UnknownEvent } from '../../src/runs/read-events.ts'
import { alone, requestsOn } from '../../src/runs/requests.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { event } from './histories.ts'
import {
  changed,
  channel,
  luis,
  processOn,
  site,
  sofia,
  standing,
  tokenOf,
  upgrade,
} from './process.ts'
import { simulateCloud } from './simulated-world.ts'

const stream = headroomStream(site.name)

/** Once, somebody else is in the headroom's stream just before a claim comes to it. */
function overtaken(ledger: Ledger): Ledger {
  let isNext = true
  const isClaim = ({ events }: Append) => events.some(({ type }) => type === 'claimed')
  return {
    ...ledger,
    append: async (all) => {
      if (isNext && all.some(isClaim)) {
        isNext = false
        const head = await ledger.head(stream)
        const event = { type: 'released', v: 1, run: 'r9', target: 'databases.other', until: null }
        const expectedVersion = head?.version ?? 0
        await ledger.append([{ stream, expectedVersion, events: [event], dueAt: null }])
      }
      return ledger.append(all)
    },
  }
}

test('no write is intended under a claim that lost its race', async () => {
  const clock = handClock()
  const ledger = memoryLedger(clock)
  const bot = processOn({ ledger: overtaken(ledger), clock, cloud: simulateCloud({ clock }) })
  const run = await bot.approved(await bot.asked())
  expect(await bot.events(run.id)).toContain('write-intended')
  const events = (await ledger.read(stream)).map(({ event }) => event)
  const others = { type: 'released', run: 'r9' }
  const own = ['claimed', 'released', 'run-sealed'].map((type) => ({ type, run: run.id }))
  expect(events).toMatchObject([others, ...own])
})

test('a run of another System in the same ledger is left to whoever has its document', async () => {
  const clock = handClock()
  const ledger = memoryLedger(clock)
  const cloud = simulateCloud({ clock })
  const staging = { ...site, name: 'tuki-staging' }
  const theirs = processOn({ ledger, clock, cloud, document: staging })
  const run = changed(await theirs.requests.start(alone(upgrade), channel, sofia))
  const waiting = await theirs.bring(run.id)
  const ours = processOn({ ledger, clock, cloud })
  const journal = journalOn(ledger, () => undefined, site.name)
  const requests = requestsOn({ ...ours.means, journal, wake: () => undefined })
  expect(await requests.approve(tokenOf(waiting), luis)).toMatchObject({ code: 'unknown-run' })
  changed(await theirs.requests.approve(tokenOf(waiting), luis))
  const version = (await theirs.journal.read(run.id))?.version
  expect(await advance({ ...ours.means, journal }, run.id)).toBeNull()
  expect((await theirs.journal.read(run.id))?.version).toBe(version)
  expect(cloud.arrivals()).toBe(0)
  expect(await journal.strangers()).toEqual(['tuki-staging'])
  expect(standing(await theirs.bring(run.id))).toBe('ended: not-verified')
})

test('one of newer code is no stranger, and neither is a stranger of newer code read', async () => {
  const clock = handClock()
  const ledger = memoryLedger(clock)
  for (const [id, system] of [
    ['r-1', site.name],
    ['r-2', 'tuki-staging'],
  ] as const) {
    const events = [event('run-started', { run: id, system }), { type: 'step-paused', v: 2 }]
    await ledger.append([{ stream: `run/${id}`, expectedVersion: 0, events, dueAt: 0 }])
  }
  const journal = journalOn(ledger, () => undefined, site.name)
  expect(await journal.strangers()).toEqual(['tuki-staging'])
  expect(await journal.read('r-2')).toBeNull()
  await expect(journal.read('r-1')).rejects.toThrow(UnknownEvent)
})
