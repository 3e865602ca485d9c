/** What is knocked on the door by somebody who is not who they say. facts/slack.md, 4 and 8. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { type Attacked, openAttacked } from './attacked.ts'
import { database, ids, incident, type Stage, upgrade } from './bot.ts'
import { forgedBodies, forgedRequests, forgedValues } from './forged.ts'
import { forgedForms } from './forged-forms.ts'
import { click, command, type Envelope, post, signed } from './signed.ts'

let attacked: Attacked
let stage: Stage
let waiting: Message
let token: string
let ended: Attacked['ended']
let unmoved: Attacked['unmoved']
let approving: Attacked['approving']
beforeAll(async () => {
  attacked = await openAttacked()
  ;({ stage, waiting, token, ended, unmoved, approving } = attacked)
}, 60_000)
afterAll(() => stage?.close(), 60_000)

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
    ['of next year', { ahead: 31_536_000 }, 401],
    ['of a time that is none', { headers: { 'x-slack-request-timestamp': 'now' } }, 401],
  ])('%s moves nothing', async (_which, envelope, status) => {
    await unmoved(approving(envelope), { status })
    const asked = signed(stage, command({ command: '/runbook', text: upgrade.slice(9) }), envelope)
    await unmoved(asked, { status })
  })

  test('is good for one delivery: the same bytes a second time do nothing', async () => {
    const once = signed(stage, command())
    expect(await post(stage, once)).toMatchObject({ status: 200 })
    await unmoved(once, { status: 200 })
    // Bolt reads a signature up to its second `=`, and a time as any number.
    const { 'x-slack-signature': hash = '', 'x-slack-request-timestamp': time = '' } = once.headers
    for (const tail of ['=', '=1', ` `.concat('=')]) {
      const headers = { ...once.headers, 'x-slack-signature': `${hash}${tail}` }
      await unmoved({ ...once, headers }, { status: 401 })
    }
    const headers = { ...once.headers, 'x-slack-request-timestamp': `${time}.0` }
    await unmoved({ ...once, headers }, { status: 200 })
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
    ['with the run and another token', () => `${token.split('.')[0]}.guess`, /earlier moment/],
    ['the run alone', () => token.split('.')[0] ?? '', /earlier moment/],
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

describe('a forged value', () => {
  test.each(forgedValues)('$what', ({ click: forged, tells }) =>
    unmoved(signed(stage, click(forged(attacked))), { status: 200, tells }),
  )
})

describe('a forged form', () => {
  test.each(forgedForms)('$what', ({ body, says }) =>
    unmoved(signed(stage, body(attacked)), { status: 200, ...(says === null ? {} : { says }) }),
  )
})

describe('a payload that nobody sends', () => {
  test.each(forgedBodies)('%s is quiet', (_what, body) =>
    unmoved(signed(stage, body(attacked)), { status: 200 }),
  )
})

describe('a request that is none', () => {
  test.each(forgedRequests)('%s gets %i', (_what, status, request) =>
    unmoved(request(stage), { status }),
  )
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

test('at least 60 different requests moved nothing', () => {
  expect(attacked.requestCount()).toBeGreaterThanOrEqual(130)
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
