/** What was signed once comes again, to a bot that has forgotten it. facts/slack.md, 4. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database, openStage, type Stage } from './bot.ts'
import { command, post, signed } from './signed.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  await stage.start()
}, 60_000)
afterAll(() => stage?.close(), 60_000)

const started = (type: string) => stage.events().filter((event) => event.type === type)

test('starts no second run', () =>
  twice('run-started', `do check-connections database=${database}`))

test('starts no second checklist', () => twice('checklist-started', 'start deployment-checklist'))

async function twice(type: string, text: string): Promise<void> {
  const request = signed(stage, command({ command: '/runbook', text }))
  expect(await post(stage, request)).toMatchObject({ status: 200 })
  expect(started(type)).toHaveLength(1)
  await ended(type)
  await stage.bot().stop()
  await stage.start()
  expect(await post(stage, request)).toMatchObject({ status: 200 })
  expect(started(type)).toHaveLength(1)
  // The same words of another moment are another wish.
  const again = signed(stage, command({ command: '/runbook', text, trigger_id: '3.4.def' }))
  expect(await post(stage, again)).toMatchObject({ status: 200 })
  expect(started(type)).toHaveLength(2)
}

/** An open checklist would stand in its own way. */
async function ended(type: string): Promise<void> {
  if (type === 'run-started') return void (await stage.said(/^Looked/))
  const [event] = started(type)
  await stage.type('ana', `/runbook abort ${String(event?.checklist)}`)
  await stage.said(/ended by|Ended/i)
}
