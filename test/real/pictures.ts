/** Draws every picture of `docs/pictures/` anew, by walking the first screen and the deployment checklist. */
import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { npmStart, openBrowser } from './browser.ts'
import { walkChecklist } from './checklist-walk.ts'
import { type Walk, walkOn } from './walk.ts'

const folder = 'docs/pictures'
await mkdir(folder, { recursive: true })
/** The water rises and the thread settles before the picture is taken. */
const settleMs = 2000

type Visit = {
  readonly page: Page
  readonly walk: Walk
  readonly keep: (name: string) => Promise<void>
}

await visited(drawFirstScreen)
await visited(drawChecklist)

/** In a rehearsal of its own. */
async function visited(draw: (visit: Visit) => Promise<void>): Promise<void> {
  const rehearsal = await npmStart()
  const { page, close } = await openBrowser(rehearsal.url, { width: 1280, height: 800, scale: 1.5 })
  const keep = async (name: string): Promise<void> => {
    await page.waitForTimeout(settleMs)
    await page.screenshot({ path: `${folder}/${name}.png` })
    process.stdout.write(`${folder}/${name}.png\n`)
  }
  try {
    await draw({ page, walk: walkOn(page), keep })
  } finally {
    await close()
    await rehearsal.interrupt()
  }
}

async function drawFirstScreen({ page, walk, keep }: Visit): Promise<void> {
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
}

/** The message alone: it is longer than the screen. */
async function drawChecklist({ page, walk }: Visit): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 1900 })
  await walk.message('2,904 of 10,000').waitFor()
  await walkChecklist(page, walk, async (stop, list) => {
    if (stop === 'killed') return
    await page.waitForTimeout(settleMs)
    await list.screenshot({ path: `${folder}/checklist-${stop}.png` })
    process.stdout.write(`${folder}/checklist-${stop}.png\n`)
  })
}
