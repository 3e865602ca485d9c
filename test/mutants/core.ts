/** Mutants of the ledger, the gate, the steps and the runs. */
import type { Mutant } from './mutant.ts'

const faults = 'test/runs/executor-faults.test.ts'
const runs = 'test/runs/executor.test.ts'
const policy = 'test/gate/policy.test.ts'
const together = {
  file: 'test/gate/gate.test.ts',
  title: 'both are approved and go on at once: exactly one passes, in either order',
}
const everyYes = {
  file: policy,
  title: 'of 768 combinations is counted in the three that nothing speaks against',
}

const writing: readonly Mutant[] = [
  {
    name: 'guard-off',
    safety: 'where the world stops no second write, what may have left is never sent again',
    file: 'src/runs/decide.ts',
    find: "if (fate === 'absent' && guard === 'none') return { kind: 'park', why: 'undecided' }",
    replace: '',
    killedBy: {
      file: 'test/runs/decide.test.ts',
      title: 'none: what may have left is never sent again, whatever the time',
    },
  },
  {
    name: 'probe-always-absent',
    safety: 'recovery looks whether the write happened before it sends again',
    file: 'src/steps/cloud-sql-patch.ts',
    find: '  const since = intent.intendedAt - clocksDifferAtMostMs\n',
    replace: "  if (instance.name !== '') return { kind: 'absent' }\n  const since = 0\n",
    killedBy: {
      file: faults,
      title: 'and reads that lag: what was not seen yet is never written twice',
    },
  },
  {
    name: 'fresh-version-on-resend',
    safety: 'a write carries the version stored with its intent, never a fresh one',
    file: 'src/steps/patch-cloud-sql-tier.ts',
    find: 'const { userLabels } = await configured(read.cloudSql).instance(database)',
    replace:
      'const { userLabels, settingsVersion } = await configured(read.cloudSql).instance(database)\n' +
      '    intent = { ...intent, version: settingsVersion }',
    killedBy: {
      file: 'test/steps/writes.test.ts',
      title: 'carries the version of its intent, not the one that it finds',
    },
  },
  {
    name: 'sent-before-recorded',
    safety: 'the intent is in the ledger before anything is sent',
    file: 'src/runs/writing.ts',
    find: "  const written = await decidedOn(look, task, { type: 'write-intended'",
    replace:
      '  await writeOf(task).perform(cleared.clearance, intent, means.world)\n' +
      "  const written = await decidedOn(look, task, { type: 'write-intended'",
    killedBy: {
      file: 'test/runs/crashes.test.ts',
      title: 'has its intent in the ledger before anything is sent',
    },
  },
  {
    name: 'retry-beside-a-write-that-may-land',
    safety: 'a second write is never begun beside one that may still land',
    file: 'src/runs/steering.ts',
    find: "if (choice === 'retry' && mustLookFirst(run.stage))",
    replace: "if (choice === 'retry' && run.version < 0)",
    killedBy: {
      file: faults,
      title: 'that cannot be looked for is parked; a retry is refused until somebody looked',
    },
  },
  {
    name: 'claim-released-undecided',
    safety: 'a write given up undecided keeps its claim, so that a late original surprises nobody',
    file: 'src/runs/journal.ts',
    find: 'const undecided = before !== null && mayStillLand(before.stage)',
    replace: 'const undecided = false',
    killedBy: {
      file: faults,
      title: 'and is given up undecided keeps its claim for 10 minutes more',
    },
  },
  {
    name: 'operation-error-unread',
    safety: 'done does not mean success: the operation’s error is read',
    file: 'src/steps/cloud-sql-patch.ts',
    find: "{ kind: 'ended', error }",
    replace: "{ kind: 'ended', error: error === '' ? error : null }",
    killedBy: {
      file: faults,
      title: 'that ends in an error is parked with it; a retry is forecast and approved anew',
    },
  },
  {
    name: 'verified-by-an-early-read',
    safety: 'only a read begun after the operation ended is evidence',
    file: 'src/gate/evidence.ts',
    find: ' || fact.observedAt < endedAt',
    replace: '',
    killedBy: {
      file: 'test/gate/evidence.test.ts',
      title: 'that has not come yet observes nothing: an earlier one does not count',
    },
  },
]

const consent: readonly Mutant[] = [
  {
    name: 'requester-may-approve',
    safety: 'the requester’s own yes never counts',
    file: 'src/gate/policy.ts',
    find: "if (actor.user === requester) return { kind: 'denied', code: 'own-request' }",
    replace: '',
    killedBy: everyYes,
  },
  {
    name: 'requester-clears-himself',
    safety: 'the minter does not count the requester either, whatever the ledger says',
    file: 'src/gate/clearance.ts',
    find: '  given.delete(request.requester)\n',
    replace: '',
    killedBy: {
      file: 'test/gate/clearance.test.ts',
      title: 'with the requester’s own consent',
    },
  },
  {
    name: 'consent-of-anybody',
    safety: 'a yes counts only from somebody in the role, at the request and at the click',
    file: 'src/gate/policy.ts',
    find: "if (!inRole) return { kind: 'denied', code: 'not-in-role', role, holders }",
    replace: '',
    killedBy: everyYes,
  },
  {
    name: 'expiry-ignored',
    safety: 'an expired approval means no',
    file: 'src/gate/policy.ts',
    find: 'if (now >= approval.expiresAt)',
    replace: 'if (now >= approval.expiresAt + 86_400_000)',
    killedBy: { file: runs, title: 'expires: afterwards no yes counts, and nothing is sent' },
  },
  {
    name: 'fingerprint-ignored',
    safety: 'when the world moved, the approval of what was shown is void',
    file: 'src/gate/fingerprint.ts',
    find: '  if (fingerprintOf(shown.basis, shown.judged) ===',
    replace:
      "  if (shown.basis.step !== '') return []\n  if (fingerprintOf(shown.basis, shown.judged) ===",
    killedBy: {
      file: runs,
      title: 'is void when the world moved: it says what moved, and asks anew',
    },
  },
  {
    name: 'sale-forgotten',
    safety: 'a yes from before an event came near does not count when it is near',
    file: 'src/gate/fingerprint.ts',
    find: '    ...largerCrowd(shown.crowd, fresh.crowd),\n',
    replace: '',
    killedBy: {
      file: 'test/gate/events.test.ts',
      title: 'does not hold when an event came near since, though every reason was there already',
    },
  },
  {
    name: 'restart-in-the-sale',
    safety: 'no announced crowd meets a restart that can wait',
    file: 'src/gate/gate.ts',
    find: ', ...meeting(seen.system, worst, moment)]',
    replace: ']',
    killedBy: {
      file: 'test/gate/events.test.ts',
      title: 'tomorrow’s sale lets through; two minutes before it nothing restarts',
    },
  },
]

const gate: readonly Mutant[] = [
  {
    name: 'claim-not-checked',
    safety: 'a target that another run holds is not written',
    file: 'src/gate/gate.ts',
    find: 'reservations.find((other) => other.target === target)',
    replace: "reservations.find((other) => other.target === '')",
    killedBy: {
      file: runs,
      title: 'both were forecast: the second one to be approved finds it claimed',
    },
  },
  {
    name: 'reservations-forgotten',
    safety: 'a forecast starts from the world plus everything that is already approved or running',
    file: 'src/gate/gate.ts',
    find: 'reservations.slice(0, reservationsAtMost)',
    replace: 'reservations.slice(0, 0)',
    killedBy: together,
  },
  {
    name: 'claimed-beside-the-run',
    safety: 'a claim and the event of its run are one append: both stand, or neither',
    file: 'src/runs/journal.ts',
    find: 'const own = claims.length > 0 ? [ofRun, ofHeadroom] : [ofRun]',
    replace: 'if (claims.length > 0) await ledger.append([ofHeadroom])\n  const own = [ofRun]',
    killedBy: {
      file: 'test/runs/journal.test.ts',
      title: 'no write is intended under a claim that lost its race',
    },
  },
  {
    name: 'claimed-on-an-old-look',
    safety: 'a claim is appended at the headroom version that its forecast read',
    file: 'src/runs/means.ts',
    find: 'current.version === run.version && held.changes === headroom.changes',
    replace: 'current.version === run.version && headroom.version >= 0',
    killedBy: together,
  },
  {
    name: 'stale-fact-accepted',
    safety: 'a fact older than the policy allows is unknown',
    file: 'src/gate/facts.ts',
    find: 'return ageMs < 0 || ageMs > 1000 *',
    replace: 'return ageMs < 0 || ageMs > 1e12 *',
    killedBy: {
      file: 'test/gate/facts.test.ts',
      title: 'a fact that the step needs makes the verdict review, with its name',
    },
  },
  {
    name: 'cleared-on-an-old-look',
    safety: 'nothing is sent on facts that were not read immediately before',
    file: 'src/gate/facts.ts',
    find: 'return ageMs >= 0 && ageMs <= seenAtMostMs',
    replace: 'return ageMs >= 0 && seenAtMostMs > 0',
    killedBy: {
      file: 'test/gate/clearance.test.ts',
      title: 'on facts of eleven seconds ago',
    },
  },
  {
    name: 'observe-acts',
    safety: 'mode observe does everything but the write',
    file: 'src/gate/clearance.ts',
    find: "  if (policy.mode === 'observe') return { kind: 'withheld' }\n",
    replace: '',
    killedBy: { file: runs, title: 'in mode observe everything happens but the write' },
  },
]

export const coreMutants: readonly Mutant[] = [...writing, ...consent, ...gate]
