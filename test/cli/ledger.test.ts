/** The audit log from a terminal, beside the running app: verified by what its last message says, and exported. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openStage, type Stage, upgrade } from '../e2e/bot.ts'
import { run } from '../e2e/process.ts'

async function say(stage: Pick<Stage, 'dataFolder'>, ...words: string[]) {
  const process = run(['ledger', ...words], { PLIMSOLL_DATA: stage.dataFolder })
  const code = await process.ended
  return { code, out: process.stdout(), err: process.stderr() }
}

const exported = z.object({
  chain: z.literal('holds'),
  events: z.array(z.object({ at: z.iso.datetime(), text: z.string(), hash: z.string() })),
})

test('verify and export answer beside the running app, by the hash on the last message', async () => {
  const stage = await openStage()
  try {
    await stage.start()
    await stage.type('ana', upgrade)
    const asked = await stage.said(/Needs 1 of/)
    await stage.click('luis', 'Approve')
    const done = await stage.said(/^Done, not verified/, asked)
    const text = JSON.stringify(done.blocks)
    const [, id = '', seal = ''] = /Run `(\w+)` · sealed `([0-9a-f]{12})`/.exec(text) ?? []
    const good = await say(stage, 'verify', '--anchor', `${id}:${seal}`)
    expect(good).toMatchObject({ code: 0, err: '' })
    expect(good.out).toContain('The ledger holds')
    expect(good.out).toContain(`vouches for run/${id}`)
    const alone = await say(stage, 'verify')
    expect(alone).toMatchObject({ code: 0 })
    expect(alone.out).toContain('Without an anchor')
    const strange = await say(stage, 'verify', '--anchor', 'ffffffffffff', '--json')
    expect(strange.code).toBe(1)
    expect(JSON.parse(strange.out)).toMatchObject({ holds: false })
    const wrong = await say(stage, 'verify', '--anchor', 'xyz')
    expect(wrong).toMatchObject({ code: 2, out: '' })
    const json = await say(stage, 'export', id, '--format', 'json')
    const { events } = exported.parse(JSON.parse(json.out))
    expect(events.at(-1)?.hash.slice(0, 12)).toBe(seal)
    const read = (await say(stage, 'export', id)).out
    for (const words of [
      'U0ANA asked in C0INCIDENT for `patch-cloud-sql-tier database=tuki-db-prod',
      'Verdict review',
      'U0LUIS said yes',
      'About to send `i-',
      'Sent and accepted: operation',
      'predicted "db-custom-8-30720", observed "db-custom-8-30720"',
      'The chain holds',
    ])
      expect(read).toContain(words)
    expect(await say(stage, 'export', 'nobody')).toMatchObject({ code: 2, out: '' })
    expect(await say(stage, 'export', id, '--format', 'pdf')).toMatchObject({ code: 2, out: '' })
  } finally {
    await stage.close()
  }
})

test('where there is no ledger it says so', async () => {
  const none = await say({ dataFolder: 'test/no-such-folder' }, 'verify')
  expect(none).toMatchObject({ code: 2, out: '' })
  expect(none.err).toContain('There is no ledger at')
})
