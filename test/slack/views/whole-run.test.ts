/** What is said when a run of several steps has ended: of the whole, not of its last step. */
import { expect, test } from 'vitest'
import { wayBack } from '../../../src/runs/undoing.ts'
import { runMessage } from '../../../src/slack/views/run.ts'
import { confirm } from '../../../src/steps/confirm.ts'
import { createBackup } from '../../../src/steps/create-backup.ts'
import { catalogue } from '../../../src/steps/index.ts'
import {
  changed,
  channel,
  database,
  luis,
  siteWith,
  sofia,
  standing,
  upgrade,
} from '../../runs/process.ts'
import { realProcess } from '../../runs/real-process.ts'
import { postgresSaying } from '../../runs/talking-postgres.ts'

test('its end says what people went past and what the whole plan brought', async () => {
  const bot = await realProcess()
  const look = confirm({ what: 'the site answers' })
  const items = [createBackup({ database }), upgrade, look].map(
    (step) => ({ kind: 'step', step, why: null }) as const,
  )
  const { id } = changed(await bot.requests.start({ items }, channel, sofia))
  const planned = await bot.bring(id)
  expect(planned.stage.kind).toBe('consulting')
  const asked = await bot.approved(planned)
  expect(standing(await bot.approved(asked))).toBe('parked: not-verified')
  changed(await bot.requests.skip(id, 'psql says 600', sofia))
  await bot.bring(id)
  changed(await bot.requests.done(id, luis))
  const run = await bot.bring(id)
  const { text, blocks } = runMessage({ run, now: run.lastAt, sealed: null, note: null })
  expect(text).toMatch(
    /^Done, not verified: a plan of 3 steps\. People went past step 2\. It took /,
  )
  const read = JSON.stringify(blocks)
  expect(read).toContain('it carries 4,435 of 10,000 users; before, 2,904.')
  expect(read).toContain(`Undo: \`/runbook undo ${id}\``)
  expect(read).not.toContain('Cannot see .')
  // A backup took nothing away, so nothing of it stays.
  const back = wayBack(run, catalogue)
  expect(back.cannot).toEqual([])
  expect(back.items.map((item) => item.kind === 'step' && item.step.name)).toEqual([
    'patch-cloud-sql-tier',
  ])
})

test('a step that nobody may approve, and that is left out, was not done and not looked at', async () => {
  const bot = await realProcess({
    document: siteWith({
      approvals: { safe: 0, disruptive: 9, irreversible: 9, expiresMinutes: 30 },
    }),
  })
  const parked = await bot.asked()
  expect(standing(parked)).toBe('parked: nobody-may-approve')
  changed(await bot.requests.skip(parked.id, 'not today', sofia))
  const run = await bot.bring(parked.id)
  const { text } = runMessage({ run, now: run.lastAt, sealed: null, note: null })
  expect(text).toMatch(/^Left out by <@U0SOFIA> .*: resize .*not today.* Nothing was sent\./)
})

test('the way back from one step is one step', async () => {
  const bot = await realProcess({ postgres: postgresSaying(600) })
  const run = await bot.approved(await bot.asked())
  expect(standing(run)).toBe('ended: verified')
  const inputs = wayBack(run, catalogue).items.map(
    (item) => item.kind === 'step' && item.step.input,
  )
  expect(inputs).toEqual([{ database, tier: 'db-custom-2-7680' }])
})
