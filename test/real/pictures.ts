/** Draws every picture of `docs/pictures/` anew, by walking the first screen. */
import { mkdir } from 'node:fs/promises'
import { npmStart, openBrowser } from './browser.ts'
import { walkOn } from './walk.ts'

const folder = 'docs/pictures'
await mkdir(folder, { recursive: true })
const rehearsal = await npmStart()
const { page, close } = await openBrowser(rehearsal.url, { width: 1280, height: 800, scale: 1.5 })
const walk = walkOn(page)
/** The water rises and the thread settles before the picture is taken. */
const settleMs = 2000
const keep = async (name: string): Promise<void> => {
  await page.waitForTimeout(settleMs)
  await page.screenshot({ path: `${folder}/${name}.png` })
  process.stdout.write(`${folder}/${name}.png\n`)
}

try {
  await walk.message('2,904 of 10,000').waitFor()
  await keep('first-screen')
  await walk.try('celery')
  await walk.message('Blocked').waitFor()
  await keep('blocked')
  await walk.try('tier')
  const asked = walk.message('db-custom-8-30720', '590')
  await asked.locator('button[data-action=approve]').waitFor()
  await keep('waiting-for-approval')
  await walk.become('U0LUIS')
  await walk.pullPlug()
  await page.locator('#plug[data-plug=armed]').waitFor()
  const ts = await asked.getAttribute('data-ts')
  await walk.click(asked, 'approve')
  await page.locator('#plug[data-plug=dead]').waitFor()
  await keep('plug-pulled')
  await page
    .locator(`article[data-ts="${ts}"]`)
    .filter({ hasText: /Done[,:]/ })
    .waitFor({ timeout: 60_000 })
  await keep('done')
  await page.click('[data-try=again]')
  await page.locator('#supported', { hasText: '4,435' }).waitFor()
  await keep('after')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.evaluate('scrollTo(0, 0)')
  await keep('phone')
} finally {
  await close()
  await rehearsal.interrupt()
}
