/** Runs from a terminal: it asks and looks, and a person in Slack decides. contract.md, 3. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { incident, openStage, type Stage, upgrade } from '../e2e/bot.ts'
import type { Environment } from '../e2e/process.ts'
import { answer } from './warm.ts'

function slackOf(stage: Stage): Environment {
  return {
    SLACK_BOT_TOKEN: stage.botToken,
    SLACK_SIGNING_SECRET: stage.signingSecret,
    SLACK_API_URL: stage.switchboard.apiUrl,
    PLIMSOLL_DATA: stage.dataFolder,
  }
}

const say = (env: Environment, ...words: readonly string[]) => answer(['runbook', ...words], env)

const asked = z.strictObject({
  ...{ run: z.string(), channel: z.string(), ts: z.string(), runbook: z.string() },
  parameters: z.looseObject({}),
})
const listed = z.object({ runs: z.array(z.looseObject({ run: z.string(), state: z.string() })) })

test('a start from a terminal is a request: who takes it over asks for it, once', {
  timeout: 180_000,
}, async () => {
  const stage = await openStage()
  try {
    await stage.start()
    const { code, out, err } = await say(
      slackOf(stage),
      'start',
      'scale-down-after-event',
      '--json',
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const request = asked.parse(JSON.parse(out))
    expect(request).toMatchObject({ channel: incident, runbook: 'scale-down-after-event' })
    const message = await stage.said(/asks for scale-down-after-event/)
    expect(stage.events()).toEqual([])
    await stage.click('eve', 'Take it over', message)
    await stage.told('eve', /./)
    expect(stage.events()).toEqual([])
    await stage.click('ana', 'Take it over', message)
    await stage.said(/took over scale-down-after-event/, message)
    const [first] = stage.events()
    expect(first).toMatchObject({ type: 'run-started', run: request.run, by: 'U0ANA' })
    const seen = await say(slackOf(stage), 'status', request.run, '--json')
    expect(seen.code).toBe(0)
    expect(listed.parse(JSON.parse(seen.out)).runs).toMatchObject([{ run: request.run }])
  } finally {
    await stage.close()
  }
})

test('status reads beside the running app, and abort and resume are left to Slack (2)', {
  timeout: 180_000,
}, async () => {
  const stage = await openStage()
  try {
    await stage.start()
    await stage.type('ana', upgrade)
    await stage.said(/Needs 1 of/)
    const open = await say(slackOf(stage), 'status')
    expect(open).toMatchObject({ code: 0, err: '' })
    expect(open.out).toMatch(/^1 run is open\.\n\S+ .*U0ANA: patch-cloud-sql-tier/)
    const before = stage.events().length
    for (const verb of ['abort', 'resume']) {
      const no = await say(slackOf(stage), verb, 'r1')
      expect(no).toMatchObject({ code: 2, out: '' })
      expect(no.err).toContain('A terminal does not know who you are')
    }
    expect(stage.events()).toHaveLength(before)
    expect((await say(slackOf(stage), 'status', 'none')).code).toBe(2)
    await stage.type('ana', '/runbook stop-all the site is down')
    await stage.type('luis', upgrade.replace('8-30720', '4-15360'))
    await stage.said(/^Blocked/)
    const counted = await answer(['prevented', '--json'], slackOf(stage))
    expect([counted.code, counted.err]).toEqual([0, ''])
    expect(JSON.parse(counted.out)).toMatchObject({
      ...{ runs: 1, blocked: 1, voided: 0, right: 0, wrong: 0, open: 1, unreadable: [] },
      codes: [{ code: 'stopped', count: 1 }],
    })
  } finally {
    await stage.close()
  }
})

test('without a workspace there is nobody to ask (2)', { timeout: 180_000 }, async () => {
  const no = await say({}, 'start', 'scale-down-after-event')
  expect(no).toMatchObject({ code: 2, out: '' })
  expect(no.err).toContain('type /runbook start scale-down-after-event on its page')
})
