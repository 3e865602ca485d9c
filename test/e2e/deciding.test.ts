/** Stories of the upgrade: asked, decided, and what became of it. */
import { describe, expect, test } from 'vitest'
import { patchBeside } from './beside.ts'
import { database, type Stage, upgrade } from './bot.ts'
import { tell } from './story.ts'
import { until } from './until.ts'

describe.concurrent('an upgrade is asked for and decided', { timeout: 180_000 }, () => {
  test('the other person approves, and it ends with what was confirmed and what not observed', () =>
    tell({ name: 'upgrade', title: 'A tier upgrade, asked, approved, done' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.hears(/Needs 1 of <@U0LUIS>/)
      await story.click('ana', 'Approve')
      await story.aloneHears('ana', /whoever asks never approves/)
      await story.click('eve', 'Approve')
      await story.aloneHears('eve', /another workspace/)
      await story.click('eve', 'Reject')
      await story.aloneHears('eve', /another workspace/)
      await story.click('luis', 'Details')
      await story.reads(await inThread(story.stage))
      expect(story.cloud.writes).toBe(0)
      await story.click('luis', 'Approve')
      await story.hears(/^Done, not verified/, asked)
      expect(story.cloud.writes).toBe(1)
      expect(story.cloud.instance(database).tier).toBe('db-custom-8-30720')
    }))

  test('the world moved between asking and approving: void, what moved, and a new forecast', () =>
    tell({ name: 'world-moved', title: 'Somebody else was quicker' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.hears(/Needs 1 of <@U0LUIS>/)
      story.did('somebody else resizes the instance to db-custom-4-15360')
      await patchBeside(story.stage)
      await story.click('luis', 'Approve')
      const again = await story.hears(/from db-custom-4-15360.*Needs 1 of/, asked)
      expect(JSON.stringify(again.blocks)).toContain('the approval no longer fits')
      expect(story.cloud.writes).toBe(1)
      await story.click('luis', 'Reject')
      await story.hears(/^Rejected by <@U0LUIS>/, asked)
    }))

  test('rejected: the buttons give way to who decided, and nothing is sent', () =>
    tell({ name: 'rejected', title: 'No' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.hears(/Needs 1 of <@U0LUIS>/)
      await story.click('luis', 'Reject')
      const rejected = await story.hears(/^Rejected by <@U0LUIS>/, asked)
      expect(buttonsOf(rejected)).toEqual(['Details'])
      expect(story.cloud.writes).toBe(0)
    }))

  test('left before it was decided: aborted by whom, and nothing is sent', () =>
    tell({ name: 'aborted', title: 'Never mind' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.hears(/Needs 1 of <@U0LUIS>/)
      await story.stage.type('ana', `/runbook abort ${runOf(story.stage)}`)
      story.did('ana types `/runbook abort <run>`')
      await story.hears(/^Aborted by <@U0ANA>/, asked)
      await story.stage.type('luis', `/runbook abort ${runOf(story.stage)}`)
      story.did('luis types `/runbook abort <run>`')
      await story.aloneHears('luis', /Nothing to decide any more/)
      expect(story.cloud.writes).toBe(0)
    }))

  test('nobody decides in time: whoever could is called once, and then it means no', () =>
    tell({ name: 'expired', title: 'Nobody was there', document: inSeconds }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.stage.said(/asks|Expired/)
      story.did('a quarter of an hour passes')
      story.reads(await inThread(story.stage))
      story.did('and another one')
      const expired = await story.hears(/^Expired/, asked)
      expect(buttonsOf(expired)).toEqual(['Details'])
      const reminders = story.events().filter(({ type }) => type === 'person-reminded')
      expect([reminders.length, story.cloud.writes]).toEqual([1, 0])
    }))

  test('what only a person can do is asked for, and a click says that it is done', () =>
    tell({ name: 'by-hand', title: 'A person does it' }, async (story) => {
      await story.type('ana', '/runbook do confirm "what=the site answers"')
      const asked = await story.hears(/^Your turn/)
      await story.click('luis', 'Done')
      await story.hears(/^(Done|Looked)/, asked)
      const answers = story.events().filter(({ type }) => type === 'person-answered')
      expect(answers).toMatchObject([{ by: 'U0LUIS' }])
    }))

  test('observe mode does everything but send', () =>
    tell({ name: 'observe-mode', title: 'The first week', document: observing }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.stage.said(/Needs 1 of/)
      await story.click('luis', 'Approve')
      await story.hears(/^Not sent/, asked)
      expect(story.cloud.writes).toBe(0)
      expect(story.cloud.requests.some(({ method }) => method !== 'GET')).toBe(false)
    }))

  test('in a freeze window every change is blocked, and the window named', () =>
    tell({ name: 'frozen', title: 'A freeze window', document: freezing }, async (story) => {
      await story.type('ana', upgrade)
      await story.hears(/^Blocked: .*sale freezes every change until 2099-01-01 00:00/)
      expect(story.cloud.writes).toBe(0)
    }))

  test('two requests for one target: one passes, the other is judged again', () =>
    tell({ name: 'two-requests', title: 'Two at once' }, async (story) => {
      await story.type('ana', upgrade)
      const first = await story.hears(/to db-custom-8-30720.*Needs 1 of/)
      await story.type('luis', upgrade.replace('8-30720', '4-15360'))
      const parked = await story.hears(/Parked.*to db-custom-4-15360/)
      await story.type('ana', upgrade.replace('8-30720', '4-15360'))
      const second = await story.hears(/asks: resize.*to db-custom-4-15360.*Needs 1 of/)
      expect(parked.ts).not.toBe(second.ts)
      await story.click('luis', 'Approve', first)
      await until('the first one has its claim', () => claimOf(story.stage))
      await story.click('luis', 'Approve', second)
      // What else is named depends on how far the first one is by then.
      const blocked = await story.stage.said(/^Blocked: .* is held by run/, second)
      expect(JSON.stringify(blocked.blocks)).toContain('the approval no longer fits')
      expect(JSON.stringify(blocked.blocks)).toMatch(/Held by <@U0ANA> with <http[^|]+\|run \w+>/)
      await story.hears(/^Done, not verified/, first)
      expect(story.cloud.writes).toBe(1)
      expect(story.cloud.instance(database).tier).toBe('db-custom-8-30720')
    }))
})

const observing = (text: string) => text.replace('mode: act', 'mode: observe')
const inSeconds = (text: string) => text.replace('expiresMinutes: 30', 'expiresMinutes: 0.2')
const freezing = (text: string) =>
  text.replace(
    'mode: act',
    'freezeWindows: [{ name: sale, from: 2026-01-01T00:00, to: 2099-01-01T00:00, timeZone: America/Santiago }]\n  mode: act',
  )

function buttonsOf({ blocks }: { readonly blocks: readonly object[] }): readonly string[] {
  return [...JSON.stringify(blocks).matchAll(/"action_id":"(\w+)"/g)].map(([, id = '']) =>
    id.replace(/^./, (first) => first.toUpperCase()),
  )
}

function runOf(stage: Stage): string {
  return String(stage.events().find(({ type }) => type === 'run-started')?.run)
}

function claimOf(stage: Stage) {
  return stage.events().find(({ type }) => type === 'step-claimed')
}

function inThread(stage: Stage) {
  return until('a message in the thread', () =>
    stage.all().find(({ threadTs, onlyFor }) => threadTs !== null && onlyFor === null),
  )
}
