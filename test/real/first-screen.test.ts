/** The first screen, from `npm start`, in a real browser: the whole idea in under 90 seconds. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { npmStart, type Opened, openBrowser, type Started } from './browser.ts'
import { type Walk, walkOn } from './walk.ts'

let rehearsal: Started
let browser: Opened
let walk: Walk
const startedAt = performance.now()

beforeAll(async () => {
  rehearsal = await npmStart()
  browser = await openBrowser(rehearsal.url, { width: 1280, height: 800 })
  walk = walkOn(browser.page)
})
afterAll(() => browser.close())

test('npm start prints the address, that nothing real is touched, and how to stop', () => {
  expect(rehearsal.lines).toEqual([
    expect.stringMatching(/^http:\/\/localhost:\d+$/),
    'rehearsal: nothing real is touched',
    expect.stringContaining('Ctrl-C'),
  ])
})

test('the channel is alive without typing: 2,904 of 10,000, as on the ship', async () => {
  await walk.message('2,904 of 10,000').waitFor()
  const { page } = browser
  await page.locator('#ship:not([aria-busy])').waitFor()
  expect(await page.textContent('#supported')).toBe('2,904')
  expect(await page.textContent('#users')).toBe('10,000')
  expect(await page.textContent('#sentence')).toContain('1,890')
})

test('Celery 4 to 6, which everybody proposes, is blocked with 1,930 of 390', async () => {
  await walk.try('celery')
  await walk.message('Blocked', '1,930 of 390').waitFor()
})

test('the safe plan answers with all 10,000', async () => {
  await walk.try('plan')
  await walk.message('steps bring tuki to 10,032 users', 'route-through-pooler').waitFor()
})

test('the upgrade needs a yes; ana, who asked, cannot give it, and only she is told', async () => {
  await walk.try('tier')
  const asked = walk.message('db-custom-8-30720', '590', '1,890')
  await asked.locator('button[data-action=approve]').waitFor()
  await walk.click(asked, 'approve')
  await walk.alone.waitFor()
  await walk.become('U0LUIS')
  await asked.waitFor()
  expect(await walk.alone.count()).toBe(0)
  await asked.locator('button[data-action=approve]').waitFor()
})

test('the plug is pulled in the middle; the same message ends done', {
  timeout: 90_000,
}, async () => {
  const { page } = browser
  await walk.pullPlug()
  await page.locator('#plug[data-plug=armed]').waitFor()
  const asked = walk.message('db-custom-8-30720', '590', '1,890')
  const ts = (await asked.getAttribute('data-ts')) ?? ''
  await walk.click(asked, 'approve')
  await page.locator('#plug[data-plug=dead]').waitFor()
  await walk.plugWords.filter({ hasText: /The bot is dead: [1-9]\d* s/ }).waitFor()
  await page.locator('#plug[data-plug=idle]').waitFor()
  const living = page.locator(`article[data-ts="${ts}"]`)
  const done = living.filter({ hasText: /Done[,:]/ })
  await done.waitFor({ timeout: 60_000 })
  const words = (await done.textContent()) ?? ''
  for (const each of ['max_connections', 'not observed', 'luis']) {
    expect(words).toContain(each)
  }
  expect(await living.locator('button[data-action=approve]').count()).toBe(0)
})

test('looked at again, the ship carries 4,435: still short', async () => {
  await walk.try('again')
  await browser.page.locator('#supported', { hasText: '4,435' }).waitFor()
  expect(await browser.page.getAttribute('#ship', 'data-load')).toBe('over')
})

test('details stand in the thread of their message', async () => {
  const done = walk.message(/Done[,:]/, 'not observed')
  await walk.click(done, 'details')
  await done.locator('.thread summary').click()
  await done.locator('.replies article').first().waitFor()
})

test('the outsider types the same command and is refused, alone', async () => {
  await walk.become('U0EVE')
  await walk.message(/Done[,:]/).waitFor()
  expect(await walk.alone.count()).toBe(0)
  await walk.type('/capacity status')
  await walk.alone.waitFor()
  await walk.become('U0ANA')
  await walk.alone.filter({ hasNotText: 'approve' }).waitFor({ state: 'detached' })
})

test('it took under 90 seconds, and the page never complained', () => {
  expect(performance.now() - startedAt).toBeLessThan(90_000)
  expect(browser.complaints).toEqual([])
})

test('Ctrl-C stops everything', async () => {
  expect(await rehearsal.interrupt()).toBe(true)
  await expect(fetch(rehearsal.url)).rejects.toThrow('fetch failed')
})
