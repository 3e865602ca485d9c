/** The deployment checklist as two people walk it in the browser, over a death of the bot and a drift. */
import type { Locator, Page } from 'playwright-core'
import type { Walk } from './walk.ts'

/** Where somebody may look closer, or take a picture. */
export type Stop = 'begun' | 'killed' | 'undone' | 'done'

const wished = {
  pooled: (service: string) =>
    `/runbook do route-through-pooler service=${service} pooler=pgbouncer`,
  drift: '/runbook do set-django-connections service=backend connMaxAgeSeconds=0',
}
const runWithinMs = 90_000
/** Below each run's message stands its name. */
const runMark = /Run [0-9a-z]{20,}/

export async function walkChecklist(
  page: Page,
  walk: Walk,
  at: (stop: Stop, list: Locator) => Promise<void>,
): Promise<Locator> {
  await walk.type('/runbook start deployment-checklist')
  const first = walk.message('Deployment checklist', '0 of 9 done')
  await first.filter({ hasText: 'baked into the image' }).waitFor()
  const list = page.locator(`article[data-ts="${await first.getAttribute('data-ts')}"]`)
  const says = (text: string | RegExp) =>
    list.filter({ hasText: text }).waitFor({ timeout: runWithinMs })
  const vouch = async (box: number) => {
    await walk.clickBox(list, box, 'tick')
    await says(new RegExp(`${box} · done, a person says so`))
  }
  const seen = (box: number) => says(new RegExp(`${box} · done · `))
  const approved = consentOn(page, walk)
  const applied = async (box: number) => {
    await walk.clickBox(list, box, 'apply')
    await approved()
    await seen(box)
  }

  // What nobody can see from here: somebody built the image.
  await vouch(1)
  await vouch(2)
  await at('begun', list)
  for (const service of ['backend', 'celery-worker']) {
    await walk.type(wished.pooled(service))
    await approved()
  }

  await walk.clickBox(list, 3, 'apply')
  const asked = walk.message('resize', 'db-custom-8-30720')
  await asked.locator('button[data-action=approve]').waitFor()
  await walk.become('U0LUIS')
  await walk.pullPlug()
  await page.locator('#plug[data-plug=armed]').waitFor()
  await walk.click(asked, 'approve')
  await page.locator('#plug[data-plug=dead]').waitFor()
  await at('killed', list)
  await page.locator('#plug[data-plug=idle]').waitFor()
  await approved()
  await seen(3)

  await applied(4)
  await applied(5)
  await walk.type(wished.drift)
  await approved()
  await says(/5 · undone again · /)
  await at('undone', list)
  await applied(5)
  await vouch(6)
  await applied(7)
  await vouch(8)
  await vouch(9)
  await says('9 of 9 done')
  await at('done', list)
  return list
}

/** The newest run but for those that were seen to their end: luis says yes as often as it asks, until it is done. */
function consentOn(page: Page, walk: Walk): () => Promise<void> {
  const over: string[] = []
  return async () => {
    const others = over.map((ts) => `:not([data-ts="${ts}"])`).join('')
    const run = page.locator(`#timeline > article.message${others}`).filter({ hasText: runMark })
    await run.waitFor()
    const ts = (await run.getAttribute('data-ts')) ?? ''
    const living = page.locator(`article[data-ts="${ts}"]`)
    const done = living.filter({ hasText: /Done[ ,:]/ })
    const yes = living.locator('button[data-action=approve]')
    await walk.become('U0LUIS')
    for (;;) {
      await yes.or(done).first().waitFor({ timeout: runWithinMs })
      if ((await done.count()) > 0) break
      await walk.click(living, 'approve')
      await yes.waitFor({ state: 'detached' })
    }
    over.push(ts)
    await walk.become('U0ANA')
  }
}
