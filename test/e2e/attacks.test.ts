/** What is knocked on the door by somebody who is not who they say. facts/slack.md, 4 and 8. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { database, ids, incident, openStage, type Stage, upgrade } from './bot.ts'
import { click, command, type Envelope, post, type Signed, signed, team } from './signed.ts'
import { until } from './until.ts'

/** One bot; an approval that waits for luis; a run that has ended. */
let stage: Stage
let waiting: Message
let token: string
let ended: { readonly token: string; readonly ts: string; readonly run: string }

const people: Readonly<Record<string, object>> = {
  U0GUEST: { is_restricted: true },
  U0SINGLE: { is_ultra_restricted: true },
  U0ROBOT: { is_bot: true },
  U0GONE: { deleted: true },
  U0CONNECT: { team_id: 'T0OTHER', is_stranger: true },
  U0HOLDER: {},
}

beforeAll(async () => {
  stage = await openStage()
  // Whoever is not in the local workspace; all of them stand in the approvers' group.
  stage.switchboard.answerWith((method, { user = '' }) => {
    if (method === 'usergroups.users.list')
      return { ok: true, users: [ids.luis, ...Object.keys(people)] }
    if (method !== 'users.info' || people[user] === undefined) return null
    return { ok: true, user: { id: user, team_id: 'T0PLIMSOLL', name: user, ...people[user] } }
  })
  await stage.start()
  await stage.type('ana', upgrade)
  const first = await stage.said(/Needs 1 of/)
  await stage.click('luis', 'Reject')
  await stage.said(/^Rejected/)
  ended = { ...tokenOf(), ts: first.ts }
  await stage.type('ana', upgrade)
  waiting = await stage.said(/Needs 1 of/)
  token = tokenOf().token
}, 60_000)
afterAll(() => stage?.close())

function tokenOf() {
  const asked = stage.events().findLast(({ type }) => type === 'approval-requested')
  const [run = ''] = String(asked?.token).split('.')
  return { token: String(asked?.token), run }
}

/** Nothing was recorded, nothing was sent, and at most one refusal was told, to that person alone. */
async function unmoved(
  request: Signed,
  expected: { readonly status: number; readonly says?: RegExp; readonly tells?: RegExp },
): Promise<void> {
  const before = { events: stage.events().length, told: ephemerals() }
  const answer = await post(stage, request)
  expect(answer.status).toBe(expected.status)
  if (expected.says === undefined) expect(answer.body.length).toBeLessThan(60)
  else expect(answer.body).toMatch(expected.says)
  // A click's refusal is told after its ack.
  if (expected.tells !== undefined)
    await until('the refusal', () => (ephemerals() > before.told ? true : undefined))
  const after = stage.slack.log.entries().filter(isEphemeral).slice(before.told)
  expect(after.length).toBe(expected.tells === undefined ? 0 : 1)
  if (expected.tells !== undefined) expect(JSON.stringify(after)).toMatch(expected.tells)
  expect(stage.events()).toHaveLength(before.events)
  expect(stage.cloud.writes).toBe(0)
}

const isEphemeral = (one: { readonly kind: string; readonly method?: string }) =>
  one.kind === 'call' && one.method === 'chat.postEphemeral'
const ephemerals = () => stage.slack.log.entries().filter(isEphemeral).length

const approving = (envelope: Envelope = {}) =>
  signed(stage, click({ value: token, ts: waiting.ts }), envelope)

describe('the signature', () => {
  test.each<[string, Envelope, number]>([
    ['of another secret', { secret: 'guessed' }, 401],
    ['that is missing', { headers: { 'x-slack-signature': undefined } }, 401],
    ['without its time', { headers: { 'x-slack-request-timestamp': undefined } }, 401],
    ['that is no signature', { headers: { 'x-slack-signature': 'v0=00' } }, 401],
    ['of an older scheme', { headers: { 'x-slack-signature': 'v1=00' } }, 401],
    ['of six minutes ago', { ahead: -360 }, 401],
    ['of another time than it says', { headers: { 'x-slack-request-timestamp': '1' } }, 401],
    ['of six minutes in the future', { ahead: 360 }, 401],
  ])('%s moves nothing', async (_which, envelope, status) => {
    await unmoved(approving(envelope), { status })
    const asked = signed(stage, command({ command: '/runbook', text: upgrade.slice(9) }), envelope)
    await unmoved(asked, { status })
  })

  test('is good for one delivery: the same bytes a second time do nothing', async () => {
    const once = signed(stage, command())
    expect(await post(stage, once)).toMatchObject({ status: 200 })
    await unmoved(once, { status: 200 })
  })

  test('is good for its own bytes alone', async () => {
    const { headers, body } = signed(stage, command({ user_id: ids.eve }))
    await unmoved({ headers, body: body.replace(ids.eve, ids.luis) }, { status: 401 })
  })
})

describe('the sender', () => {
  const refusals = { U0GUEST: /guest/, U0SINGLE: /guest/, U0ROBOT: /bots/, U0GONE: /deactivated/ }
  test.each(
    Object.entries({ ...refusals, U0CONNECT: /another workspace/, U0NOBODY: /who you are/ }),
  )('%s may neither ask nor approve, reject, abort or look', async (user, why) => {
    const text = upgrade.replace('/runbook ', '')
    const asked = command({ command: '/runbook', text, user_id: user })
    await unmoved(signed(stage, asked), { status: 200, says: why })
    for (const action of ['approve', 'reject', 'details']) {
      const value = action === 'details' ? (token.split('.')[0] ?? '') : token
      const body = click({ action, value, ts: waiting.ts, user })
      await unmoved(signed(stage, body), { status: 200, tells: why })
    }
  })

  test('who belongs to another workspace is a stranger, whatever users.info says', async () => {
    const by = { value: token, ts: waiting.ts, user: 'U0HOLDER' }
    for (const one of [{ userTeam: 'T0OTHER' }, { team: 'T0OTHER' }])
      await unmoved(signed(stage, click({ ...by, ...one })), {
        status: 200,
        tells: /another workspace/,
      })
    await unmoved(signed(stage, command({ team_id: 'T0OTHER' })), {
      status: 200,
      says: /another workspace/,
    })
  })

  test('who asked may not approve, and who came into the group later neither', async () => {
    const own = click({ value: token, ts: waiting.ts, user: ids.ana })
    await unmoved(signed(stage, own), { status: 200, tells: /never approves/ })
    const outside = click({ value: token, ts: waiting.ts, user: 'U0EVE', userTeam: 'T0PLIMSOLL' })
    await unmoved(signed(stage, outside), { status: 200, tells: /another workspace/ })
  })
})

describe('the place', () => {
  test('a channel that the policy does not name is refused', () =>
    unmoved(signed(stage, command({ channel_id: 'C0PLATFORM' })), {
      status: 200,
      says: /Not here: commands are taken in/,
    }))

  test('a button counts on its own message alone: not on a copy, not on another run', async () => {
    const copy = click({ value: token, ts: '1700000000.000001' })
    const there = new RegExp(`archives/${incident}/p${waiting.ts.replace('.', '')}\\|Its own>`)
    await unmoved(signed(stage, copy), { status: 200, tells: there })
    const other = click({ value: token, ts: ended.ts })
    await unmoved(signed(stage, other), { status: 200, tells: /not the living message/ })
    const elsewhere = click({ value: token, ts: waiting.ts, channel: 'C0PLATFORM' })
    await unmoved(signed(stage, elsewhere), { status: 200, tells: /not the living message/ })
  })
})

describe('the value', () => {
  test.each([
    ['forged', () => 'run.token', /no such run/],
    ['empty', () => '', /no such run/],
    ['of an ended run', () => ended.token, /not the living message|Nothing to decide/],
    ['with the run and another token', () => `${token.split('.')[0]}.guess`, /older forecast/],
    ['the run alone', () => token.split('.')[0] ?? '', /older forecast/],
    ['a path', () => '../../system/tuki', /no such run/],
  ])('%s approves nothing', (_which, value, why) =>
    unmoved(signed(stage, click({ value: value(), ts: waiting.ts })), { status: 200, tells: why }),
  )

  test('an ended run is not begun again by its own buttons', async () => {
    for (const action of ['approve', 'reject'])
      await unmoved(signed(stage, click({ action, value: ended.token, ts: ended.ts })), {
        status: 200,
        tells: /Nothing to decide any more/,
      })
    for (const action of ['abort', 'resume', 'retry'])
      await unmoved(signed(stage, click({ action, value: ended.run, ts: ended.ts })), {
        status: 200,
        tells: /Nothing to decide any more/,
      })
  })
})

describe('the payload', () => {
  const json = (payload: unknown) =>
    new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const nobody = { user: { id: ids.luis, team_id: team }, team: { id: team, domain: 'rehearsal' } }
  const modal = { id: 'V1', type: 'modal', callback_id: 'x', state: { values: {} } }
  test.each<[string, () => string]>([
    ['an unknown command', () => command({ command: '/capacities' })],
    ['a command without a user', () => command().replace('user_id', 'user')],
    ['a command without a channel', () => command().replace('channel_id', 'room')],
    ['an unknown action', () => click({ action: 'drop', value: token, ts: waiting.ts })],
    ['two actions at once', () => click({ value: token, ts: waiting.ts, over: twice() })],
    ['no action', () => click({ value: token, ts: waiting.ts, over: { actions: [] } })],
    ['no message', () => click({ value: token, ts: waiting.ts, over: { message: {} } })],
    ['no user', () => click({ value: token, ts: waiting.ts, over: { user: {} } })],
    ['a very long value', () => click({ value: 'x'.repeat(2_001), ts: waiting.ts })],
    ['a view that nobody opened', () => json({ type: 'view_submission', ...nobody, view: modal })],
    [
      'a shortcut that nobody has',
      () => json({ type: 'shortcut', callback_id: 'x', ...nobody, trigger_id: '1' }),
    ],
  ])('%s is quiet', (_which, body) => unmoved(signed(stage, body()), { status: 200 }))

  test.each<[string, () => Signed]>([
    ['malformed JSON in the payload', () => signed(stage, 'payload=%7B%22type')],
    ['another content type', () => signed(stage, command(), { contentType: 'text/plain' })],
    ['JSON that is none', () => signed(stage, '{"a', { contentType: 'application/json' })],
    ['an oversized body', () => signed(stage, command({ text: 'x'.repeat(300_000) }))],
    ['an empty body', () => signed(stage, '')],
  ])('%s does nothing, and the bot lives on', async (_which, request) => {
    const before = stage.events().length
    const answer = await post(stage, request())
    expect(answer.status).toBeLessThan(500)
    expect(stage.events()).toHaveLength(before)
    expect(stage.bot().hasEnded()).toBe(false)
    expect(stage.cloud.writes).toBe(0)
  })
})

describe('what somebody types is never more than text', () => {
  const evil = '<!channel> <@U0LUIS> <https://evil.example|click> `code` *bold* ‮'
  const escapedEvil = evil.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  test.each([
    ['/capacity', escapedEvil],
    ['/capacity', `check ${escapedEvil}`],
    ['/capacity', `check patch-cloud-sql-tier database="${escapedEvil}" tier=db-custom-8-30720`],
    ['/capacity', `check patch-cloud-sql-tier database=tuki-db-prod tier="${escapedEvil}"`],
    ['/capacity', `check patch-cloud-sql-tier "${escapedEvil}"=1`],
    ['/capacity', `plan "${escapedEvil}"`],
    ['/capacity', `explain "${escapedEvil}"`],
    ['/capacity', `explain db-connections "${escapedEvil}"`],
    ['/runbook', escapedEvil],
    ['/runbook', `do "${escapedEvil}"`],
    ['/runbook', `abort "${escapedEvil}"`],
    ['/plimsoll', escapedEvil],
  ])('%s %s', async (name, text) => {
    const before = stage.events().length
    const { status, body } = await post(stage, signed(stage, command({ command: name, text })))
    expect(status).toBe(200)
    expect(body).not.toMatch(/<[!@#h]/)
    expect(body).not.toContain('\u202e')
    expect(stage.events()).toHaveLength(before)
  })

  test('a very long command is refused, with the limit', () =>
    unmoved(signed(stage, command({ text: `check ${'x'.repeat(4_000)}` })), {
      status: 200,
      says: /3,000 at most/,
    }))

  test.each(['x'.repeat(2_900), '"'.repeat(2_900), '='.repeat(2_900), '{'.repeat(2_900)])(
    'a long command is answered in time',
    async (text) => {
      const startedAt = performance.now()
      const answer = await post(stage, signed(stage, command({ text: `check ${text}` })))
      expect(answer.status).toBe(200)
      expect(performance.now() - startedAt).toBeLessThan(2_000)
    },
  )
})

test('after all of it, one click of the right person is what it takes, and two count once', async () => {
  const clicks = [1, 2].map(() => post(stage, approving()))
  const again = post(stage, signed(stage, `${click({ value: token, ts: waiting.ts })}&x=1`))
  for (const { status } of await Promise.all([...clicks, again])) expect(status).toBe(200)
  await stage.said(/^Done, not verified/)
  expect(stage.events().filter(({ type }) => type === 'consent-given')).toHaveLength(1)
  expect(stage.cloud.writes).toBe(1)
  expect(stage.cloud.instance(database).tier).toBe('db-custom-8-30720')
  expect(stage.slack.messages(incident, ids.luis).flatMap((one) => one.wouldNotify)).not.toContain(
    'U0EVE',
  )
})

function twice(): Readonly<Record<string, unknown>> {
  const action = { type: 'button', action_id: 'approve', block_id: 'b', value: token }
  return { actions: [action, action] }
}
