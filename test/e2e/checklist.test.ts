/** The deployment checklist in Slack: ticked by what is seen, taken up by somebody else, undone by drift. */
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { database, type Name } from './bot.ts'
import { clickAt } from './boxes.ts'
import { type Story, tell } from './story.ts'
import { until } from './until.ts'

async function clickBox(story: Story, who: Name, list: Message, box: number, name: string) {
  story.did(`${who} clicks [${name}] at box ${box}`)
  await clickAt(story.stage, who, { list, box, name })
}

/** Somebody with a console, who asks nobody. */
async function resizeByHand({ cloud }: Story, tier: string) {
  const { settingsVersion } = cloud.instance(database)
  const answer = await fetch(`${cloud.root}/v1/projects/tukiprod/instances/${database}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { settingsVersion, tier } }),
  })
  expect(answer.status).toBe(200)
  await until('it is resized', () => (cloud.instance(database).tier === tier ? true : undefined))
}

/** As it is once every source has answered: a busy machine may miss one, which is said, and looked at again. */
async function readsAnswered(story: Story, list: Message, pattern: RegExp) {
  const message = await until(`${pattern}, every source seen`, () => {
    const now = story.all().find(({ ts }) => ts === list.ts)
    const isWhole = !/did not say|about to look/.test(JSON.stringify(now?.blocks ?? []))
    return now !== undefined && isWhole && pattern.test(now.text) ? now : undefined
  })
  story.reads(message)
}

describe('a checklist', () => {
  test('ticks itself from evidence, survives the bot, is undone by drift, and goes on with others', () =>
    tell({ name: 'checklist', title: 'The deployment checklist' }, async (story) => {
      await story.type('ana', '/runbook start deployment-checklist')
      const list = await story.stage.said(/0 of 9 done/)
      await readsAnswered(story, list, /0 of 9 done/)
      await clickBox(story, 'ana', list, 1, 'Apply')
      await story.aloneHears('ana', /I cannot: this needs `poolers/)
      await clickBox(story, 'ana', list, 1, 'Why?')
      await clickBox(story, 'ana', list, 1, 'It is so')
      await story.stage.said(/1 of 9 done, at box 2/, list)

      await clickBox(story, 'ana', list, 3, 'Apply')
      const asked = await story.hears(/asks: resize.*Needs 1 of/)
      await clickBox(story, 'luis', list, 2, 'It is so')
      await story.click('luis', 'Approve', asked)
      await story.stage.said(/^Done, not verified/, asked)
      await readsAnswered(story, list, /3 of 9 done, at box 4/)

      story.did('the bot is killed, and somebody puts the old tier back meanwhile')
      await story.stage.bot().kill()
      await resizeByHand(story, 'db-custom-2-7680')
      story.did('days later the bot is started again, and luis takes it up')
      await story.stage.start()
      await readsAnswered(story, list, /2 of 9 done, 1 undone again, at box 3/)
      const id = String(story.events().find(({ type }) => type === 'checklist-started')?.checklist)
      await story.type('luis', `/runbook tick ${id} 3`)
      await story.aloneHears('luis', /the world shows otherwise.*db-custom-2-7680/)
      await story.type('luis', `/runbook skip ${id} 3 the small one is enough this week`)
      await readsAnswered(story, list, /2 of 9 done, 1 skipped, at box 4/)
      await story.type('ana', '/runbook status')
      await story.hears(/^1 checklist is open/)
      await story.type('luis', `/runbook abort ${id}`)
      await readsAnswered(story, list, /2 of 9 done, 1 skipped\..*ended by/)
      await story.type('ana', `/runbook untick ${id} 1`)
      await story.aloneHears('ana', /was ended by/)
      expect(story.cloud.writes).toBe(2)
    }))
})
