/** The audit log from a terminal, beside the running app: verified by what its last message says, and exported. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openStage, type Stage, upgrade } from '../e2e/bot.ts'
import { answer } from './warm.ts'

const say = (stage: Pick<Stage, 'dataFolder'>, ...words: string[]) =>
  answer(['ledger', ...words], { PLIMSOLL_DATA: stage.dataFolder })

const exported = z.object({
  chain: z.literal('holds'),
  events: z.array(z.object({ at: z.iso.datetime(), text: z.string(), hash: z.string() })),
})

/** As somebody with the file and a tool would. */
const tamperings = {
  change: `UPDATE events SET body = json_set(body, '$.by', 'U0EVE')
    WHERE stream = '$run' AND body ->> 'type' = 'consent-given'`,
  removal: `DELETE FROM events WHERE stream = '$run' AND version = 3`,
  reordering: `UPDATE events SET version = -version WHERE stream = '$run' AND version IN (3, 4);
    UPDATE events SET version = 7 + version WHERE stream = '$run' AND version < 0`,
  'a cut tail': `DELETE FROM events WHERE stream = '$run' AND version > 5;
    UPDATE streams SET version = 5,
      hash = (SELECT hash FROM events WHERE stream = '$run' AND version = 5) WHERE name = '$run'`,
}

/** A copy of what the app has written so far, and then this. */
function tampered({ dataFolder }: Stage, sql: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tampered-'))
  const copy = join(folder, 'ledger.db')
  const ledger = new DatabaseSync(join(dataFolder, 'ledger.db'), { readOnly: true })
  ledger.prepare('VACUUM INTO ?').run(copy)
  ledger.close()
  const changed = new DatabaseSync(copy)
  changed.exec(sql)
  changed.close()
  return folder
}

test('verify and export answer by the hash on the last message, and a copy that was tampered with is found', async () => {
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
    await Promise.all(
      Object.entries(tamperings).map(async ([how, sql]) => {
        const dataFolder = tampered(stage, sql.replaceAll('$run', `run/${id}`))
        const found = await say({ dataFolder }, 'verify', '--anchor', `${id}:${seal}`)
        expect(found.code, how).toBe(1)
        expect(found.out, how).toContain(`run/${id}`)
        rmSync(dataFolder, { recursive: true })
      }),
    )
  } finally {
    await stage.close()
  }
})

test('where there is no ledger it says so', async () => {
  const none = await say({ dataFolder: 'test/no-such-folder' }, 'verify')
  expect(none).toMatchObject({ code: 2, out: '' })
  expect(none.err).toContain('There is no ledger at')
})
