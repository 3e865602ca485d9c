/** The deployment checklist from `npm start`, in a real browser: to its ninth box, whatever comes between. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { npmStart, type Opened, openBrowser, type Started } from './browser.ts'
import { type Stop, walkChecklist } from './checklist-walk.ts'
import { walkOn } from './walk.ts'

let rehearsal: Started
let browser: Opened

beforeAll(async () => {
  rehearsal = await npmStart()
  browser = await openBrowser(rehearsal.url, { width: 1280, height: 800 })
})
afterAll(async () => {
  await browser.close()
  await rehearsal.interrupt()
})

test('it is walked to its ninth box over a restart of the bot and a drift, by two people', {
  timeout: 600_000,
}, async () => {
  const { page, complaints } = browser
  const walk = walkOn(page)
  await walk.message('2,904 of 10,000').waitFor()
  const stops: Stop[] = []
  const list = await walkChecklist(page, walk, async (stop, living) => {
    stops.push(stop)
    const words = (await living.textContent()) ?? ''
    if (stop === 'undone') expect(words).toMatch(/connMaxAgeSeconds is 0 and should be 600/)
  })
  expect(stops).toEqual(['begun', 'killed', 'undone', 'done'])
  const words = (await list.textContent()) ?? ''
  expect(words).toContain('9 of 9 done')
  expect(words.match(/· done · /g)).toHaveLength(4)
  expect(words.match(/· done, a person says so · /g)).toHaveLength(5)
  expect(complaints).toEqual([])
})
