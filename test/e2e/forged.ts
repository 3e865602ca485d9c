/** Requests with our signature on them, and somebody else's content: of a tampered client, or a stolen secret. */
import type { Attacked } from './attacked.ts'
import { ids, incident, type Stage } from './bot.ts'
import { type Click, click, command, json, type Signed, signed, team } from './signed.ts'

const noRun = /no such run/

type ForgedValue = {
  readonly what: string
  readonly click: (attacked: Attacked) => Click
  readonly tells: RegExp
}

const on =
  (action: string, value: (attacked: Attacked) => string, user?: string) =>
  (attacked: Attacked): Click => ({
    ...{ action, value: value(attacked), ts: attacked.waiting.ts },
    ...(user === undefined ? {} : { user }),
  })

const request = (fields: object) =>
  JSON.stringify({ run: 'mihx3', name: 'scale-to-10k', parameters: {}, ...fields })

/** Of a member who has no role. */
const plain = 'U0PLAIN'

export const forgedValues: readonly ForgedValue[] = [
  ...['approve', 'reject', 'abort', 'resume', 'retry', 'done', 'skip', 'details'].map((action) => ({
    what: `${action} of a run that there is not`,
    click: on(action, () => 'mihx3.guess'),
    tells: noRun,
  })),
  ...['tick', 'apply', 'why', 'end'].map((action) => ({
    what: `${action} of a checklist that there is not`,
    click: on(action, () => 'mihx3.0'),
    tells: /no such/i,
  })),
  ...['tick', 'apply', 'why'].map((action) => ({
    what: `${action} of a box that is no number, on a run's name`,
    click: on(action, ({ run }: Attacked) => `${run}.__proto__`),
    tells: /no such/i,
  })),
  {
    what: 'approve by who has no role',
    click: on('approve', ({ token }) => token, plain),
    tells: /needs/,
  },
  {
    what: 'reject by who has no role',
    click: on('reject', ({ token }) => token, plain),
    tells: /needs|Not/,
  },
  ...['abort', 'resume', 'retry'].map((action) => ({
    what: `${action} by who neither asked nor approves`,
    click: on(action, ({ run }: Attacked) => run, plain),
    tells: /needs|Not/,
  })),
  { what: 'take without anything', click: on('take', () => ''), tells: /says nothing that I know/ },
  {
    what: 'take of a path',
    click: on('take', () => request({ run: '../system/tuki' })),
    tells: /says nothing/,
  },
  { what: 'take of no JSON', click: on('take', () => '{"run":'), tells: /says nothing/ },
  {
    what: 'take of no runbook',
    click: on('take', () => request({ name: '__proto__' })),
    tells: /No runbook/,
  },
  {
    what: 'take with a parameter too many',
    click: on('take', () => request({ parameters: { evil: 1 } })),
    tells: /evil/,
  },
  {
    what: 'take of a run that is there',
    click: on('take', ({ run }) => request({ run })),
    tells: /Taken over already/,
  },
  { what: 'take by a guest', click: on('take', () => request({}), 'U0GUEST'), tells: /guest/ },
  {
    what: 'take by a stranger',
    click: on('take', () => request({}), 'U0CONNECT'),
    tells: /another workspace/,
  },
  {
    what: 'take in a channel that is not named',
    click: (attacked) => ({ ...on('take', () => request({}))(attacked), channel: 'C0PLATFORM' }),
    tells: /Not here/,
  },
  {
    what: 'the token on the message of the run that ended',
    click: ({ token, ended }) => ({ value: token, ts: ended.ts }),
    tells: /not the living message/,
  },
]

const nobody = { user: { id: ids.luis, team_id: team }, team: { id: team, domain: 'rehearsal' } }
const button = (value: string) => ({ type: 'button', action_id: 'approve', block_id: 'b', value })
const over =
  (change: (attacked: Attacked) => object) =>
  (attacked: Attacked): string =>
    click({ value: attacked.token, ts: attacked.waiting.ts, over: { ...change(attacked) } })
const wrongType =
  (field: string, value: unknown) =>
  (attacked: Attacked): string =>
    over(() => ({ [field]: value }))(attacked)

export const forgedBodies: readonly (readonly [string, (attacked: Attacked) => string])[] = [
  ['an unknown command', () => command({ command: '/capacities' })],
  ['a command without a user', () => command().replace('user_id', 'user')],
  ['a command without a channel', () => command().replace('channel_id', 'room')],
  ['a command without a workspace', () => command().replace('team_id', 'team')],
  ['a command of two people', () => `${command()}&user_id=${ids.luis}`],
  ['a command of two channels', () => `${command()}&channel_id=C0PLATFORM`],
  [
    'an unknown action',
    ({ token, waiting }) => click({ action: 'drop', value: token, ts: waiting.ts }),
  ],
  ['two actions at once', over(({ token }) => ({ actions: [button(token), button(token)] }))],
  ['no action', over(() => ({ actions: [] }))],
  ['an action without a value', over(() => ({ actions: [{ action_id: 'approve' }] }))],
  [
    'an action whose value is a number',
    over(() => ({ actions: [{ action_id: 'approve', value: 1 }] })),
  ],
  [
    'an action whose name is a list',
    over(({ token }) => ({ actions: [{ action_id: ['approve'], value: token }] })),
  ],
  ['no message', wrongType('message', {})],
  ['a message that is null', wrongType('message', null)],
  ['no user', wrongType('user', {})],
  ['a user that is a text', wrongType('user', ids.luis)],
  ['a user whose name is a number', wrongType('user', { id: 7 })],
  ['no channel', wrongType('channel', undefined)],
  ['a channel that is a list', wrongType('channel', [incident])],
  ['a workspace that is a text', wrongType('team', team)],
  ['a click of a kind that there is not', wrongType('type', 'block_suggestions')],
  ['a very long value', ({ waiting }) => click({ value: 'x'.repeat(2_001), ts: waiting.ts })],
  [
    'a view that nobody opened',
    () => json({ type: 'view_submission', ...nobody, view: { callback_id: 'x' } }),
  ],
  [
    'a view that is closed',
    () => json({ type: 'view_closed', ...nobody, view: { callback_id: 'form' } }),
  ],
  [
    'a question for options',
    () =>
      json({
        type: 'block_suggestion',
        ...nobody,
        action_id: 'value',
        block_id: 'tier',
        value: 'db',
      }),
  ],
  [
    'a shortcut that nobody has',
    () => json({ type: 'shortcut', callback_id: 'x', ...nobody, trigger_id: '1' }),
  ],
  ['a message shortcut', () => json({ type: 'message_action', callback_id: 'approve', ...nobody })],
  [
    'a click on an attachment',
    ({ token }) =>
      json({
        type: 'interactive_message',
        ...nobody,
        actions: [{ name: 'approve', value: token }],
      }),
  ],
  ['a step of a workflow', () => json({ type: 'workflow_step_edit', ...nobody })],
]

const event = JSON.stringify({
  ...{
    type: 'event_callback',
    team_id: team,
    event_id: 'Ev1',
    authorizations: [{ team_id: team }],
  },
  event: {
    type: 'app_mention',
    user: ids.luis,
    channel: incident,
    text: '/runbook stop-all',
    ts: '1.1',
  },
})
const asJson = { contentType: 'application/json' }

export const forgedRequests: readonly (readonly [string, number, (stage: Stage) => Signed])[] = [
  ['malformed JSON in the payload', 400, (stage) => signed(stage, 'payload=%7B%22type')],
  ['another content type', 400, (stage) => signed(stage, command(), { contentType: 'text/plain' })],
  ['JSON that is none', 400, (stage) => signed(stage, '{"a', asJson)],
  ['a payload of null', 200, (stage) => signed(stage, 'payload=null')],
  ['a body of null', 200, (stage) => signed(stage, 'null', asJson)],
  ['an event that nobody asked for', 200, (stage) => signed(stage, event, asJson)],
  ['an oversized body', 413, (stage) => signed(stage, command({ text: 'x'.repeat(300_000) }))],
  [
    'a deep body',
    200,
    (stage) => signed(stage, `${'['.repeat(9_000)}${']'.repeat(9_000)}`, asJson),
  ],
  ['an empty body', 200, (stage) => signed(stage, '')],
  ['a payload in a list', 200, (stage) => signed(stage, 'payload=%7B%7D&payload=%7B%7D')],
  [
    'a check of the line with something hidden in it',
    200,
    (stage) => unsigned(signed(stage, `${command({ text: 'stop-all' })}&ssl_check=1`)),
  ],
  [
    'a challenge without a signature',
    401,
    (stage) => unsigned(signed(stage, '{"type":"url_verification"}', asJson)),
  ],
]

function unsigned({ body, headers }: Signed): Signed {
  return { body, headers: { 'content-type': headers['content-type'] ?? '' } }
}
