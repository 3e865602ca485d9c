/** Runs that people look at and steer by command: status, history, stop-all, skip, undo, break-glass. */
import { describe, expect, test } from 'vitest'
import { tell } from './story.ts'
import { until } from './until.ts'

const upgrade = '/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720'

describe('runs are steered by command', () => {
  test('everything is stopped, stays so until two lift it, and says who did what', () =>
    tell({ name: 'stop-all', title: 'Stop everything' }, async (story) => {
      await story.type('ana', '/runbook stop-all')
      await story.aloneHears('ana', /say why/)
      await story.type('ana', '/runbook stop-all checkout answers with errors')
      await story.hears(/stopped everything: checkout answers with errors/)
      await story.type('ana', upgrade)
      const blocked = await story.hears(/^Blocked: .*Everything is stopped since/)
      await story.type('luis', '/runbook stop-all lift')
      await story.hears(/would lift the stop; one more/)
      await story.type('luis', '/runbook stop-all lift')
      await story.aloneHears('luis', /counts once/)
      await story.click('luis', 'Was this no right?', blocked)
      const said = { 'the no was': 'right', reason: 'nobody knew yet why it failed' }
      await story.stage.fill('luis', /right\?/, said)
      story.did('luis fills in: right, nobody knew yet why it failed')
      await until('it is judged', () =>
        story.all().find(({ blocks }) => JSON.stringify(blocks).includes('The no was')),
      )
      await story.hears(/^Blocked/, blocked)
      expect(story.cloud.writes).toBe(0)
    }))

  test('the way back goes through the gate like any step, which here says no', () =>
    tell({ name: 'undo', title: 'The way back' }, async (story) => {
      await story.type('ana', upgrade)
      const asked = await story.hears(/asks: resize.*Needs 1 of/)
      await story.type('ana', '/runbook status')
      await story.hears(/^1 run is open/)
      await story.click('luis', 'Approve', asked)
      await story.hears(/^Done, not verified/, asked)
      const run = String(story.events().find(({ type }) => type === 'run-started')?.run)
      await story.stage.type('ana', `/runbook undo ${run}`)
      story.did('ana types `/runbook undo <run>`')
      await story.hears(/^Blocked: .*from db-custom-8-30720 to db-custom-2-7680.*makes it worse/)
      await story.type('ana', '/runbook history tuki-db-prod')
      await story.hears(/^2 runs touched/)
      expect(story.cloud.writes).toBe(1)
    }))

  test('a broken glass stays open until somebody says what became of it', () =>
    tell({ name: 'break-glass', title: 'Break the glass', document: withGlass }, async (story) => {
      await story.type('ana', `${upgrade.replace('do', 'break-glass')} reason="nobody can buy"`)
      const asked = await story.hears(/asks: resize.*Needs 1 of <@U0LUIS>/)
      await story.click('luis', 'Approve', asked)
      await story.hears(/^Done, not verified/, asked)
      await story.type('luis', '/runbook status')
      await story.hears(/^1 run is open/)
      await story.click('luis', 'Follow up', asked)
      await story.stage.fill('luis', /Follow up/, { what: 'the tier stays until the sale ends' })
      story.did('luis fills in: the tier stays until the sale ends')
      await until('it is followed up', () =>
        story.all().find(({ blocks }) => JSON.stringify(blocks).includes('Followed up')),
      )
      await story.hears(/^Done, not verified/, asked)
      await story.type('luis', '/runbook status')
      await story.hears(/^No run is open/)
    }))
})

const withGlass = (text: string) =>
  text.replace(/( +)approve: \{/, '$1breakGlass: { users: [U0ANA, U0LUIS] }\n$&')
