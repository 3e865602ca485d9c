/** A reminder is said once, by whoever recorded it, or by whoever draws again what a dead process left unsaid. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { journalOn } from '../../src/runs/journal.ts'
import { alone } from '../../src/runs/requests.ts'
import { presentReminders, redrawing } from '../../src/slack/living.ts'
import { paceOn } from '../../src/slack/pace.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { changed, channel, luis, processOn, site, sofia, standing } from '../runs/process.ts'
import { simulateCloud } from '../runs/simulated-world.ts'
import { handClock } from '../world/hand-clock.ts'

const idle = { changed: () => undefined, stale: () => undefined, stop: () => undefined }

/** One ledger with a run that waits for a person, and as many faces on it as processes live. */
async function stage() {
  const clock = handClock()
  const ledger = memoryLedger(clock)
  const bot = processOn({ ledger, clock, cloud: simulateCloud({ clock }) })
  const wish = alone(confirm({ what: 'the site answers' }))
  const { id } = changed(await bot.requests.start(wish, channel, sofia))
  const place = { type: 'message-posted', v: 1, channel, ts: '1.1' } as const
  changed(await bot.journal.change<never>(id, () => ({ kind: 'change', events: [place] })))
  expect(standing(await bot.bring(id))).toBe('asked')
  const said: string[] = []
  const slack = { isDown: false }
  const waiting = new Set<() => void>()
  const after = (_waitMs: number, work: () => void) => {
    waiting.add(work)
    return { cancel: () => void waiting.delete(work) }
  }
  const post = async (_channel: string, { text }: { text: string }, thread = '') => {
    if (slack.isDown) throw new Error('nobody answers')
    said.push(`${thread} ${text}`)
    return { channel, ts: `2.${said.length}` }
  }
  /** What a process does when it starts, and when another one has died. */
  const drawAgain = async () => {
    const journal = journalOn(ledger, () => undefined)
    const api = { post, update: async () => undefined, permalink: async () => '' }
    const reminders = presentReminders({
      ...{ api, journal, timers: { after }, pace: paceOn(clock), note: null },
      ...{ policy: site.policy, onFailure: () => undefined },
    })
    const drawn = { reminders, presenter: idle, checklistPresenter: idle }
    const checklists = { open: async () => [] }
    await redrawing({ ...drawn, journal, checklists, dispatcher: { wake: () => undefined } })()
    await pass()
  }
  /** A few rounds are enough for whatever comes to an end; what fails is tried for ever. */
  const pass = async () => {
    for (let round = 0; round < 5; round += 1) {
      for (const work of [...waiting]) {
        waiting.delete(work)
        work()
      }
      for (let turns = 0; turns < 5; turns += 1) await turn()
    }
  }
  const remind = async () => {
    clock.forward(31 * 60_000)
    expect((await bot.bring(id)).wait).toMatchObject({ reminders: 1, posted: 0 })
  }
  return { bot, id, said, slack, drawAgain, pass, remind }
}

test('recorded, and not said before its process died, it is said by the next one, once', async () => {
  const { bot, id, said, drawAgain, remind } = await stage()
  await remind()
  await drawAgain()
  expect(said).toEqual([expect.stringMatching(/^1\.1 Still to be done/)])
  expect((await bot.journal.read(id))?.wait).toMatchObject({ reminders: 1, posted: 1 })
  await drawAgain()
  expect(said).toHaveLength(1)
})

test('while Slack does not answer it is not said, and afterwards once', async () => {
  const { said, slack, drawAgain, pass, remind } = await stage()
  await remind()
  slack.isDown = true
  await drawAgain()
  expect(said).toEqual([])
  slack.isDown = false
  await pass()
  await drawAgain()
  expect(said).toHaveLength(1)
})

test('of what was done meanwhile nobody is reminded', async () => {
  const { bot, id, said, drawAgain, remind } = await stage()
  await remind()
  changed(await bot.requests.done(id, luis))
  await drawAgain()
  expect(said).toEqual([])
})
