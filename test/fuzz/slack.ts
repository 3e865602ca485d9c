/** What Slack sends: commands, clicks, forms, and what comes back through a client's hands. */
import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { drawMrkdwn } from '../../src/rehearsal/page/mrkdwn.ts'
import { startTime } from '../../src/slack/commands/start-time.ts'
import { doorOf, readAction, readCommand, readView, wordsOf } from '../../src/slack/door.ts'
import { sealWith } from '../../src/slack/seal.ts'
import { escaped, plain, section, slackFace, told } from '../../src/slack/views/blocks.ts'
import { readRequest } from '../../src/slack/views/request.ts'
import { anyText, nearJson, nearText } from './mutate.ts'
import { inert, must, parser } from './parser.ts'

const command = {
  ...{ token: 'legacy', team_id: 'T0PLIMSOLL', channel_id: 'C0INCIDENT', user_id: 'U0ANA' },
  ...{ command: '/runbook', is_enterprise_install: 'false', trigger_id: '1.2.abc' },
  text: 'do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720',
}
const action = {
  type: 'block_actions',
  user: { id: 'U0LUIS', team_id: 'T0PLIMSOLL' },
  team: { id: 'T0PLIMSOLL' },
  channel: { id: 'C0INCIDENT' },
  message: { ts: '1700000000.000001' },
  trigger_id: '1.2.abc',
  actions: [{ type: 'button', action_id: 'approve', block_id: 'b', value: 'r1.token' }],
}
const view = {
  type: 'view_submission',
  user: { id: 'U0LUIS', team_id: 'T0PLIMSOLL' },
  team: { id: 'T0PLIMSOLL' },
  view: {
    callback_id: 'form',
    private_metadata: 'seal.{"command":"/runbook"}',
    app_installed_team_id: 'T0PLIMSOLL',
    state: {
      values: {
        tier: { value: { type: 'plain_text_input', value: 'db-custom-8-30720' } },
        database: { value: { type: 'static_select', selected_option: { value: 'tuki-db-prod' } } },
      },
    },
  },
}

const payloads = parser(
  'slack-payloads',
  'commands, clicks and submitted forms, as Bolt hands them over',
  nearJson(command, action, view),
  (body) => {
    const read = [readCommand(body), readAction(body), readView(body)]
    must(read.filter((one) => one !== null).length <= 1, 'one request is of two kinds')
    const [asked, clicked, filled] = [readCommand(body), readAction(body), readView(body)]
    if (asked !== null) must(asked.words.join('').length <= asked.length, 'more than was typed')
    if (clicked !== null) must(clicked.value.length <= 2_000, 'a long value')
    if (filled !== null)
      must(
        Object.values(filled.values).every((one) => typeof one === 'string'),
        'no text',
      )
  },
)

const lines = [
  'status',
  'check patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720',
  'do confirm what="the oldest task is young"',
  'do set-django-connections service=backend pool={"minSize":1,"maxSize":4} connMaxAgeSeconds=0',
  'start scale-to-10k at=2026-12-01T03:00Z',
  'x={ x={ x={ "a b" &lt;b&gt; &amp;amp;',
]

const words = parser(
  'slack-words',
  'the text of a command, cut into words',
  nearText(...lines, 'x={ '.repeat(2_000), '" '.repeat(2_001), `${'x='.repeat(2_000)}{`),
  (text) => {
    const read = wordsOf(text)
    must(read.join('').length <= text.length, 'more words than text')
    const plain = read.filter((word) => !/["{&<>]/.test(word))
    const quoted = plain.map((word) => `"${word}"`).join(' ')
    must(JSON.stringify(wordsOf(quoted)) === JSON.stringify(plain), 'other words when quoted')
  },
)

const noon = Date.UTC(2026, 10, 23, 12)

const times = parser(
  'start-times',
  'at=2026-12-01T03:00Z among the words of a command',
  fc.array(nearText('at=2026-11-24T03:00Z', 'at=2026-11-24T03:00:30-03:00', 'x=1'), {
    maxLength: 4,
  }),
  (given) => {
    const read = startTime(given, noon)
    if (read.kind === 'wrong') return inert(read.sentence)
    must(read.words.length <= given.length, 'more words than were given')
    if (read.notBefore !== null)
      must(read.notBefore > noon && read.notBefore <= noon + 7 * 86_400_000, 'at another time')
  },
)

const signatures = parser(
  'slack-signatures',
  'the headers of a signature and its time',
  fc.array(
    fc.tuple(
      nearJson(`v0=${'ab'.repeat(32)}`, `v0=${'ab'.repeat(32)}=1`),
      nearJson(String(noon / 1_000)),
    ),
    { maxLength: 6 },
  ),
  (headers) => {
    const door = doorOf({ now: () => noon })
    const admitted = headers.filter(([signature, time]) => door.admits(signature, time))
    const hashes = admitted.map(([signature]) => String(signature).split('=')[1])
    must(new Set(hashes).size === hashes.length, 'one signature was let in twice')
    must(
      admitted.every(([, time]) => Math.abs(Number(time) * 1_000 - noon) <= 300_000),
      'not of now',
    )
  },
)

const carried = JSON.stringify({ command: '/runbook', words: ['do'], user: 'U0ANA' })

const seals = parser(
  'seals',
  'what a modal carries, as it comes back',
  fc.record({ text: nearText(carried), returned: nearText(sealWith('secret').close(carried)) }),
  ({ text, returned }) => {
    const seal = sealWith('secret')
    must(seal.open(seal.close(text)) === text, 'it does not open what it closed')
    const opened = seal.open(returned)
    must(opened === null || seal.close(opened) === returned, 'it opened what it never closed')
    must(sealWith('another').open(seal.close(text)) === null, 'another secret opened it')
  },
)

const request = JSON.stringify({ run: 'mihx3', name: 'scale-to-10k', parameters: { users: 10 } })

const requests = parser(
  'requested-runs',
  'the button of a request from a terminal',
  fc.oneof(
    nearText(request),
    nearJson(JSON.parse(request)).map((one) => JSON.stringify(one)),
  ),
  (value) => {
    const read = readRequest(value)
    if (read !== null) must(/^[a-z0-9]{1,64}$/.test(read.run), `a run of the name ${read.run}`)
  },
)

const outside = parser(
  'slack-markup',
  'text from outside, on its way into a message',
  nearText('<!channel> <@U0LUIS> <https://evil.example|click> `code` *bold* &amp;'),
  (text) => {
    for (const one of [escaped(text), slackFace.literal(text), slackFace.run(text)])
      if (one !== '') inert(told(one))
    must(!/`/.test(slackFace.literal(text).slice(1, -1)), 'a code span that ends early')
    const { text: drawn } = section(`${escaped(text)} ${slackFace.literal(text)} <@U0ANA>`)
    must((drawn?.text.length ?? 0) <= 2_000, 'a long section')
    must(!/<[^>]*$|&[a-z]*…$/.test(drawn?.text ?? ''), 'cut inside a mention or an escape')
    must(plain(text).length <= 3_000, 'a long text')
  },
)

const page = parser(
  'mrkdwn',
  'the markup that the page of the rehearsal draws',
  nearText(
    '*Needs 1 of* <!subteam^S0LEADS> until <!date^1796000000^{time}|14:02 UTC>\n> `tier` &lt;!here&gt; :anchor:',
    '```\nx = 1\n``` <https://example.org|a *link*> ~no~ _yes_',
    ...['*', '_', '`', '<', ':a', '&lt;'].map((sign) => `${sign} `.repeat(300)),
    ...['` ', '`x` ', '<x> '].map((sign) => `${sign.repeat(300)}${' *x _x'.repeat(300)}`),
    '*'.repeat(9_000),
  ),
  (text) => {
    const html = renderToStaticMarkup(drawMrkdwn(text, { emoji: () => null }))
    must(!/<(script|img|iframe|style|link)/i.test(html), `a tag of somebody else's: ${html}`)
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href)
    must(
      links.every((href) => /^(https?|mailto):/.test(href)),
      `a link to ${links}`,
    )
    must(!/ on\w+=/.test(html.replaceAll(/>[^<]*</g, '><')), 'a handler')
  },
)

const anySeal = parser('nothing-opens', 'any text that claims to be sealed', anyText, (text) =>
  must(sealWith('secret').open(text) === null, 'a seal was guessed'),
)

export const slackParsers = [
  ...[payloads, words, times, signatures, seals, requests, outside, page, anySeal],
]
