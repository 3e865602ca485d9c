/** The first screen as a person walks it: each function does what one does and waits for what one sees. */
import type { Locator, Page } from 'playwright-core'

export type Walk = {
  /** The newest message of the channel that contains all of these. */
  message: (...words: readonly (string | RegExp)[]) => Locator
  /** Messages that only this person sees. */
  readonly alone: Locator
  try: (id: 'celery' | 'tier' | 'plan' | 'again') => Promise<void>
  become: (member: 'U0ANA' | 'U0LUIS' | 'U0EVE') => Promise<void>
  /** Clicks a button of a message, and says yes where it asks again. */
  click: (message: Locator, action: string) => Promise<void>
  /** Clicks a button of one box of a checklist, counted from 1. */
  clickBox: (list: Locator, box: number, action: string) => Promise<void>
  /** Types into the composer. */
  type: (text: string) => Promise<void>
  pullPlug: () => Promise<void>
  readonly plugWords: Locator
}

export function walkOn(page: Page): Walk {
  const articles = page.locator('#timeline > article')
  const press = async (button: Locator) => {
    const asks = (await button.getAttribute('data-confirm')) !== null
    await button.click()
    if (asks) await page.click('#confirm button[value=yes]')
  }
  return {
    message: (...words) =>
      words
        .reduce(
          (found, hasText) => found.filter({ hasText }),
          page.locator('#timeline > article.message'),
        )
        .last(),
    alone: articles.and(page.locator('.alone')),
    try: (id) => page.click(`[data-try=${id}]`),
    become: async (member) => {
      await page.click(`.personas label:has([value=${member}])`)
      await page.locator(`#timeline[data-as=${member}]`).waitFor()
    },
    click: (message, action) => press(message.locator(`button[data-action=${action}]`)),
    clickBox: (list, box, action) =>
      press(list.locator(`button[data-action=${action}][data-block*=".${box - 1}."]`)),
    type: async (text) => {
      await page.fill('#say', text)
      await page.keyboard.press('Enter')
    },
    pullPlug: () => page.click('#pull'),
    plugWords: page.locator('#plug-words'),
  }
}
