/** Who may, when, and how many: what would let the wrong person, or the right one too late, change something. */
import type { Mutant } from './mutant.ts'

const door = 'test/slack/door.test.ts'
const people = 'test/slack/people.test.ts'
const decisions = 'test/runs/decide.test.ts'
const rules = 'test/runs/rules.test.ts'
const everyYes = {
  file: 'test/gate/policy.test.ts',
  title: 'of 768 combinations is counted in the three that nothing speaks against',
}

const arriving: readonly Mutant[] = [
  {
    name: 'the-future-passes',
    safety: 'a signed request is of now: neither of the past nor of the future',
    file: 'src/slack/door.ts',
    find: 'Math.abs(now - seconds.data * 1000) <= agesAtMostMs',
    replace: 'now - seconds.data * 1000 <= agesAtMostMs',
    killedBy: { file: door, title: 'and none of the future, which Bolt lets pass' },
  },
  {
    name: 'a-tail-is-another-signature',
    safety: 'a captured request cannot be sent again under another name of its signature',
    file: 'src/slack/door.ts',
    find: '/^v0=[0-9a-f]{64}$/',
    replace: '/^v0=[0-9a-f]{64}/',
    killedBy: { file: door, title: 'and not again with something behind its signature' },
  },
  {
    name: 'a-copy-counts',
    safety: 'a button counts on its living message alone',
    file: 'src/slack/desk.ts',
    find: 'living.channel === call.channel && living.ts === call.ts',
    replace: "living.ts !== ''",
    killedBy: {
      file: 'test/e2e/attacks.test.ts',
      title: 'a button counts on its own message alone: not on a copy, not on another run',
    },
  },
  {
    name: 'any-seal-opens',
    safety: 'what a form carries is what was put there, or it is not taken',
    file: 'src/slack/seal.ts',
    find: 'timingSafeEqual(given, right) ? text : null',
    replace: 'timingSafeEqual(given, given) ? text : null',
    killedBy: {
      file: 'test/slack/forms.test.ts',
      title: 'comes back as it was given, and changed in any place not at all',
    },
  },
]

const standing: readonly Mutant[] = [
  {
    name: 'a-guest-is-a-member',
    safety: 'guests neither ask nor approve',
    file: 'src/slack/people.ts',
    find: "user.isGuest ? 'guest' : 'member'",
    replace: "'member'",
    killedBy: { file: people, title: 'is a member only where nothing speaks against it' },
  },
  {
    name: 'silence-is-a-yes',
    safety: 'who Slack says nothing of is nobody',
    file: 'src/slack/people.ts',
    find: "return 'unknown'",
    replace: "return 'member'",
    killedBy: {
      file: people,
      title: 'of whom Slack says nothing is nobody, and a group that is silent holds nobody',
    },
  },
  {
    name: 'membership-of-yesterday',
    safety: 'who somebody is was asked within the minute before the click',
    file: 'src/slack/people.ts',
    find: 'const freshMs = 60_000',
    replace: 'const freshMs = 86_400_000',
    killedBy: {
      file: people,
      title: 'is asked about again after a minute: who was let go since is a member no more',
    },
  },
  {
    name: 'strangers-approve',
    safety: 'only a member’s yes counts',
    file: 'src/gate/policy.ts',
    find: "    return { kind: 'denied', code: 'not-a-member', standing: actor.standing }\n  const { role } = approval",
    replace: '    void actor\n  const { role } = approval',
    killedBy: everyYes,
  },
  {
    name: 'in-the-role-at-the-click-alone',
    safety: 'an approver was in the role when it was asked, too',
    file: 'src/gate/policy.ts',
    find: ' && approval.approvers.includes(actor.user)',
    replace: '',
    killedBy: everyYes,
  },
  {
    name: 'any-channel',
    safety: 'commands are taken in the channels that the policy names',
    file: 'src/gate/policy.ts',
    find: '!policy.channels.includes(channel)',
    replace: "channel === ''",
    killedBy: {
      file: 'test/gate/policy.test.ts',
      title: 'is taken in the named channels alone, and from the role where there is one',
    },
  },
  {
    name: 'glass-broken-alone',
    safety: 'break-glass takes two people',
    file: 'src/gate/policy.ts',
    find: 'export const glassApprovals = 1',
    replace: 'export const glassApprovals = 0',
    killedBy: { file: rules, title: 'takes two people of its role and a reason' },
  },
  {
    name: 'stop-lifted-by-one',
    safety: 'the stop switch is lifted by two',
    file: 'src/runs/headroom.ts',
    find: 'const liftersNeeded = 2',
    replace: 'const liftersNeeded = 1',
    killedBy: { file: rules, title: 'is lifted by two who may approve, and by nobody twice' },
  },
]

const time: readonly Mutant[] = [
  {
    name: 'stop-overlooked',
    safety: 'nothing is written while the stop switch is pulled',
    file: 'src/gate/rules.ts',
    find: '...(stop === null\n',
    replace: "...(stop === null || stop.by !== ''\n",
    killedBy: { file: rules, title: 'pulled between the yes and the write, nothing is sent' },
  },
  {
    name: 'freeze-thawed',
    safety: 'nothing is written within a freeze window',
    file: 'src/gate/rules.ts',
    find: 'return begins <= now && now < ends',
    replace: 'return begins <= now && now < begins',
    killedBy: {
      file: 'test/gate/rules.test.ts',
      title: 'holds from its first minute to before its last, in its own time zone',
    },
  },
  {
    name: 'misspelt-zone-is-no-window',
    safety: 'a freeze window that cannot be read lasts for ever',
    file: 'src/gate/rules.ts',
    find: '?? Number.NEGATIVE_INFINITY',
    replace: '?? Number.POSITIVE_INFINITY',
    killedBy: { file: 'test/gate/rules.test.ts', title: 'that cannot be read lasts for ever' },
  },
  {
    name: 'late-yes-acts',
    safety: 'expiry means no, also where enough people had said yes',
    file: 'src/runs/decide.ts',
    find: "  if (now >= endsAt) return { kind: 'expire' }\n",
    replace: '',
    killedBy: {
      file: decisions,
      title: 'waits with its yes until then, acts on it for ten minutes, and not after',
    },
  },
  {
    name: 'absence-counted-too-early',
    safety: 'an absence counts only when nothing of the write can be on its way any more',
    file: 'src/runs/decide.ts',
    find: '  const quietAt = quietAfter(intent)\n',
    replace: '  const quietAt = intent.sendBefore\n',
    killedBy: { file: decisions, title: 'without a known guard it is treated as none' },
  },
  {
    name: 'margin-forgotten',
    safety: 'the quiet time is sendBefore, the time-out and five seconds more',
    file: 'src/runs/decide.ts',
    find: 'intent.sendBefore + requestTimeoutMs + marginMs',
    replace: 'intent.sendBefore + requestTimeoutMs',
    killedBy: { file: decisions, title: 'the times are those of DESIGN.md, 3' },
  },
  {
    name: 'claim-kept-a-moment',
    safety: 'a write given up undecided keeps its claim for ten minutes',
    file: 'src/runs/decide.ts',
    find: 'export const keepClaimMs = 600_000',
    replace: 'export const keepClaimMs = 6_000',
    killedBy: {
      file: 'test/runs/executor-faults.test.ts',
      title: 'and is given up undecided keeps its claim for 10 minutes more',
    },
  },
  {
    name: 'paused-for-good',
    safety: 'what is held is let go first, by whoever comes after a crash',
    file: 'src/runs/decide.ts',
    find: "  if (held !== null && mustRelease(run, held, { now, instance })) return { kind: 'release' }\n",
    replace: '',
    killedBy: {
      file: decisions,
      title: 'is let go first by another process, which comes after a crash',
    },
  },
  {
    name: 'any-text-of-the-runbook',
    safety: 'a plan that was agreed to is void when the text of its runbook is another',
    file: 'src/gate/plan.ts',
    find: 'digestOf({ document, runbook, system',
    replace: 'digestOf({ document, system',
    killedBy: {
      file: 'test/gate/fingerprint.test.ts',
      title: 'a plan of the same steps from another text of its runbook is another plan',
    },
  },
  {
    name: 'another-document',
    safety: 'an approval is bound to the System document and its policy',
    file: 'src/gate/fingerprint.ts',
    find: 'return digestOf({ ...basis, facts: configuredFacts(basis.facts) })',
    replace:
      "return digestOf({ ...basis, document: '', policy: '', facts: configuredFacts(basis.facts) })",
    killedBy: {
      file: 'test/gate/fingerprint.test.ts',
      title: 'the document and its policy, the step and its input are in it',
    },
  },
]

export const peopleMutants: readonly Mutant[] = [...arriving, ...standing, ...time]
