/** With too few words a form asks for the rest: the same command, judged like one that was typed. contract.md, 4. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenModal } from '../../src/rehearsal/slack/modals.ts'
import { database, ids, incident, type Name, openStage, type Stage } from './bot.ts'
import { post, signed } from './signed.ts'
import { until } from './until.ts'

const rightTier = 'db-custom-8-30720'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  await stage.start()
}, 60_000)
afterAll(() => stage?.close())

const modalOf = (who: Name) => stage.slack.modals.of(ids[who])
const opened = (who: Name) => until('a modal', () => modalOf(who))
const runsStarted = () => stage.events().filter(({ type }) => type === 'run-started').length

async function ask(who: Name, text: string): Promise<OpenModal> {
  await stage.type(who, text)
  return opened(who)
}

describe('a form', { timeout: 180_000 }, () => {
  test('asks for what is missing, offers what the document names, and keeps what was typed', async () => {
    const modal = await ask('ana', `/runbook do patch-cloud-sql-tier database=${database}`)
    expect(modal.view.title.text).toBe('Resize a Cloud SQL inst…')
    expect(modal.view.blocks).toMatchObject([
      {
        block_id: 'database',
        optional: false,
        element: { type: 'static_select', initial_option: { value: database } },
      },
      { block_id: 'tier', optional: false, element: { type: 'plain_text_input' } },
      { block_id: 'availability', optional: true, element: { type: 'static_select' } },
      { block_id: 'pausePooler', optional: true },
    ])
    expect(runsStarted()).toBe(0)
  })

  test('that is filled in wrongly says so at the field, and nothing begins', async () => {
    await stage.fill('ana', /Resize/, { database, tier: 'db-custom-3-7680' })
    expect(modalOf('ana')?.errors).toMatchObject({ tier: expect.stringMatching(/vCPUs/) })
    expect(runsStarted()).toBe(0)
  })

  test('that is filled in is the command: forecast, approval, change; and twice it is one run', async () => {
    await stage.fill('ana', /Resize/, { database, tier: rightTier })
    expect(modalOf('ana')).toBeUndefined()
    const message = await stage.said(/Needs 1 of/)
    expect(runsStarted()).toBe(1)
    // The answer was lost, so the person submits what still stands there once more.
    const again = await post(stage, signed(stage, `${lastSubmission()}&x=1`))
    expect(again).toEqual({ status: 200, body: '' })
    expect(runsStarted()).toBe(1)
    await stage.click('luis', 'Reject', message)
    await stage.said(/^Rejected/, message)
  })

  test('of a check leads to its answer', async () => {
    await ask('luis', '/capacity check patch-cloud-sql-tier')
    await stage.fill('luis', /Resize/, { database, tier: rightTier })
    await stage.said(/^Review/)
    expect(modalOf('luis')).toBeUndefined()
  })

  test('opens for nobody who may not ask', async () => {
    await stage.type('eve', '/runbook do patch-cloud-sql-tier')
    await stage.told('eve', /another workspace/)
    expect(modalOf('eve')).toBeUndefined()
  })

  test('of the skip button asks why, and the reason stands in the ledger as it was typed', async () => {
    await stage.type('ana', '/runbook do confirm what="the sale is over"')
    const asked = await stage.said(/^Your turn/)
    await stage.click('ana', 'Skip', asked)
    const why = '<!channel> *nobody* `can` <https://evil.example|see> it'
    await stage.fill('ana', /Skip/, { reason: why })
    expect(modalOf('ana')).toBeUndefined()
    const skipped = () => stage.events().find(({ type }) => type === 'step-skipped')
    expect(await until('the skip', skipped)).toMatchObject({ by: ids.ana, reason: why })
    const messages = stage.slack.messages(incident, ids.luis)
    expect(messages.flatMap(({ wouldNotify }) => wouldNotify)).not.toContain(ids.eve)
  })

  test('where none can be opened, the line to type is said instead', async () => {
    stage.switchboard.answerWith((method) =>
      method === 'views.open' ? { ok: false, error: 'expired_trigger_id' } : null,
    )
    await stage.type('ana', `/runbook do patch-cloud-sql-tier database=${database}`)
    await stage.told('ana', /`tier` .* is missing\. Type:/)
  })
})

/** The newest of what Slack sent, as it was sent. */
function lastSubmission(): string {
  const sent = stage.slack.log.entries().findLast((one) => one.kind === 'delivery')
  return new URLSearchParams(sent?.kind === 'delivery' ? sent.body : {}).toString()
}
