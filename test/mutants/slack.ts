/** What the door of Slack must hold: recorded before it is acknowledged, and only from who may. DESIGN.md, 3 and 6. */
import type { Mutant } from './mutant.ts'

const app = 'src/slack/app.ts'
const recordThenAck = 'test/slack/record-then-ack.test.ts'
const attacks = 'test/e2e/attacks.test.ts'

/** How a click is answered. */
const clicked =
  'const said = call === null ? null : await inTime(() => desk.action(call), spoken, options)'

export const slackMutants: readonly Mutant[] = [
  {
    name: 'ack-a-click-before-it-is-recorded',
    safety: 'a click is acknowledged only after its decision is in the ledger',
    file: app,
    find: `    ${clicked}
    await ack()`,
    replace: `    await ack()
    ${clicked}`,
    killedBy: {
      file: recordThenAck,
      title: 'is acked only after its decision is in the ledger',
    },
  },
  {
    name: 'ack-a-command-before-it-is-recorded',
    safety: 'a command is acknowledged only after its run is in the ledger',
    file: app,
    find: 'const said =\n      read === null ? late : await inTime(() => desk.command({ ...read, run }), spoken, options)',
    replace: 'const said = null\n    if (read !== null) void desk.command({ ...read, run })',
    killedBy: {
      file: recordThenAck,
      title: 'is acked only after its run is in the ledger',
    },
  },
  {
    name: 'replays-pass',
    safety: 'a signed request is good for one delivery',
    file: 'src/slack/door.ts',
    find: 'if (seen.has(signature)) return false',
    replace: '',
    killedBy: {
      file: attacks,
      title: 'is good for one delivery: the same bytes a second time do nothing',
    },
  },
  {
    name: 'replays-pass-elsewhere',
    safety: 'a signed command starts one run, though it comes again to a bot that has forgotten it',
    file: app,
    find: 'return idOf(seconds * 1000, signature)',
    replace: 'return idOf(seconds * 1000, String(process.pid) + signature)',
    killedBy: {
      file: 'test/e2e/replays.test.ts',
      title: 'starts no second run',
    },
  },
  {
    name: 'other-teams-are-members',
    safety: 'who belongs to another workspace neither asks nor approves',
    file: 'src/slack/desk.ts',
    find: "actor.standing === 'member' && teams.some((team) => team !== means.team)",
    replace: 'false',
    killedBy: {
      file: attacks,
      title: 'who belongs to another workspace is a stranger, whatever users.info says',
    },
  },
]
