/** Stories in which something outside fails: the operation, Slack, the bot itself. */
import { describe, expect, test } from 'vitest'
import { database, type LedgerEvent, type Stage, upgrade } from './bot.ts'
import { tell } from './story.ts'
import { until } from './until.ts'

describe.concurrent('something outside fails', { timeout: 180_000 }, () => {
  test('an operation that ends in an error parks the run, and a person decides', () =>
    tell({ name: 'operation-failed', title: 'Cloud SQL says no' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.stage.said(/Needs 1 of/)
      story.cloud.provoke({ on: 'write', how: 'operation-fails' })
      await story.click('luis', 'Approve')
      await story.hears(/^Parked.*ended the operation with an error/, asked)
      await story.click('eve', 'Abort')
      await story.aloneHears('eve', /another workspace/)
      await story.click('ana', 'Abort')
      await story.hears(/^Aborted by <@U0ANA>/, asked)
      expect(story.cloud.instance(database).tier).toBe('db-custom-2-7680')
    }))

  test('the work goes on while Slack is down, and the message catches up', () =>
    tell({ name: 'slack-down', title: 'Slack is down' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.stage.said(/Needs 1 of/)
      await story.click('luis', 'Approve')
      story.did('Slack stops answering')
      story.switchboard.cut()
      await until('it is verified in the ledger', () => typed(story.stage, 'step-verified')[0])
      expect(story.stage.slack.messages('C0INCIDENT', 'U0ANA').at(-1)?.text).not.toMatch(/^Done/)
      story.did('Slack answers again')
      story.switchboard.mend()
      await story.hears(/^Done, not verified/, asked)
      expect(story.cloud.writes).toBe(1)
    }))

  test('a lost reply is looked for, and the change is sent once', () =>
    tell({ name: 'reply-lost', title: 'No answer came back' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.stage.said(/Needs 1 of/)
      story.cloud.provoke({ on: 'write', how: 'reply-lost' })
      await story.click('luis', 'Approve')
      await story.hears(/^Done, not verified/, asked)
      expect(story.cloud.writes).toBe(1)
    }))
})

describe.concurrent('the bot is killed', { timeout: 180_000 }, () => {
  test('between the PATCH and its reply: one PATCH took effect, and the message says so', async ({
    annotate,
  }) => {
    const killer = { kill: async (): Promise<void> => undefined }
    const beforeReply = async () => {
      await killer.kill()
      return 'drop' as const
    }
    await tell(
      {
        name: 'killed',
        title: 'The plug is pulled',
        cloud: { beforeReply, ...overBeforeItIsBack },
      },
      async (story) => {
        killer.kill = story.stage.bot().kill
        await story.type('ana', upgrade)
        const asked = await story.stage.said(/Needs 1 of/)
        await story.click('luis', 'Approve').catch(() => undefined)
        await until('the bot is gone', () => (story.stage.bot().hasEnded() ? true : undefined))
        story.did('the bot is killed after its PATCH took effect, and started again')
        const startedAt = Date.now()
        await story.stage.start()
        const probed = await until('it looked', () => typed(story.stage, 'write-probed')[0])
        expect(probed).not.toMatchObject({ progress: { kind: 'absent' } })
        await annotate(`looked ${Date.now() - startedAt} ms after the start`)
        const done = await story.hears(/^Done, not verified/, asked)
        await annotate(`ended ${Date.now() - startedAt} ms after the start`)
        expect(JSON.stringify(done.blocks)).toMatch(/I was stopped after sending .*; I looked/)
        expect(story.cloud.writes).toBe(1)
        expect(typed(story.stage, 'write-intended')).toHaveLength(1)
      },
    )
  })
})

/** The operation is over when the bot is back: what it finds is then the same each time. */
const overBeforeItIsBack = { operationSeconds: 5, restartSeconds: 3 }

function typed(stage: Stage, type: string): readonly LedgerEvent[] {
  return stage.events().filter((event) => event.type === type)
}
