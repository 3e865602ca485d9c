/** "Make it fail", in a real browser: a reply is lost after its change took effect, and nothing is sent twice. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { npmStart, type Opened, openBrowser, type Started } from './browser.ts'
import { type Walk, walkOn } from './walk.ts'

let rehearsal: Started
let browser: Opened
let walk: Walk

beforeAll(async () => {
  rehearsal = await npmStart()
  browser = await openBrowser(rehearsal.url, { width: 1280, height: 800 })
  walk = walkOn(browser.page)
})
afterAll(async () => {
  await browser.close()
  await rehearsal.interrupt()
})

test('by the keyboard alone the lost reply is armed, and the closed panel says so', async () => {
  const { page } = browser
  await walk.message('2,904 of 10,000').waitFor()
  await page.locator('#troubles summary').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  const armed = page.locator('#armed')
  while ((await armed.textContent()) !== 'The reply is lost') {
    const before = (await armed.textContent()) ?? ''
    await page.keyboard.press('ArrowDown')
    await armed.filter({ hasNotText: before === '' ? /^$/ : before }).waitFor()
  }
  expect(await page.locator('input[value=reply-lost]').isChecked()).toBe(true)
  await page.locator('#troubles summary').focus()
  await page.keyboard.press('Enter')
  expect(await page.locator('input[value=reply-lost]').isVisible()).toBe(false)
  expect(await armed.isVisible()).toBe(true)
})

test('the approved upgrade loses its reply, is found, and was sent once', async () => {
  const { page } = browser
  await walk.try('tier')
  await walk.message('db-custom-8-30720').locator('button[data-action=approve]').waitFor()
  await walk.become('U0LUIS')
  await walk.click(walk.message('db-custom-8-30720'), 'approve')
  const done = walk.message(/Done[,:]/, 'db-custom-8-30720')
  await done.waitFor({ timeout: 60_000 })
  expect(await done.textContent()).toContain('no answer came back; I looked: it is done')
  await page.locator('#troubles summary').click()
  await page.locator('#met', { hasText: /^Met at .*: The reply is lost\.$/ }).waitFor()
  expect(await page.textContent('#armed')).toBe('')
  expect(await page.textContent('#sent')).toContain('cloud: 1. Taken by it: 1.')
})

test('on a phone the panel is as wide as the screen, and the page never complained', async () => {
  const { page } = browser
  await page.setViewportSize({ width: 390, height: 844 })
  await page.locator('#troubles code').last().scrollIntoViewIfNeeded()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  expect(browser.complaints).toEqual([])
})
