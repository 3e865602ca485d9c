/** Secrets are nowhere but in the environment: not in a log, a message, an error or the ledger. contract.md, 2. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStage, type Stage, upgrade } from './bot.ts'
import { click, command, post, signed } from './signed.ts'
import { until } from './until.ts'

test('a whole upgrade, with failures, at the loudest log level, tells no secret', {
  timeout: 60_000,
}, async () => {
  const stage = await openStage({ env: { LOG_LEVEL: 'trace' } })
  try {
    await stage.start()
    await upgradeWithTrouble(stage)
    await stage.bot().stop()
    const secrets = [stage.botToken, stage.signingSecret, tokenOf(stage)]
    const log = stage.output()
    expect(log).toMatch(/"level":(40|50)/)
    for (const secret of secrets) expect(log).not.toContain(secret)
    for (const secret of [stage.botToken, stage.signingSecret]) {
      expect(JSON.stringify(stage.all())).not.toContain(secret)
      for (const bytes of filesOf(stage)) expect(bytes.includes(secret)).toBe(false)
    }
    // An approval's token is a button's value and nothing that anybody reads.
    expect(JSON.stringify(stage.all().map(({ text }) => text))).not.toContain(tokenOf(stage))
  } finally {
    await stage.close()
  }
})

async function upgradeWithTrouble(stage: Stage): Promise<void> {
  await stage.type('ana', upgrade)
  await stage.said(/Needs 1 of/)
  // What makes it complain: forged requests, and a Slack that fails and comes back.
  await post(stage, signed(stage, command(), { secret: 'wrong' }))
  await post(stage, signed(stage, 'payload=%7B'))
  await post(stage, signed(stage, click({ value: 'forged', ts: '1.0' })))
  stage.switchboard.answerWith((method) =>
    method === 'users.info' ? { ok: false, error: 'invalid_auth' } : null,
  )
  await post(stage, signed(stage, command({ user_id: 'U0NEW' })))
  await stage.click('luis', 'Approve')
  stage.switchboard.cut()
  await until('a complaint', () => (/"level":(40|50)/.test(stage.output()) ? true : undefined))
  stage.switchboard.mend()
  await stage.said(/^Done, not verified/)
}

function tokenOf(stage: Stage): string {
  return String(stage.events().find(({ type }) => type === 'approval-requested')?.token)
}

function filesOf({ dataFolder }: Stage): readonly Buffer[] {
  return readdirSync(dataFolder)
    .filter((name) => name.includes('.'))
    .map((name) => readFileSync(join(dataFolder, name)))
}
