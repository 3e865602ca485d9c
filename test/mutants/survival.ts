/** Mutants of what survives a death, a wait, another clock and another person. */
import type { Mutant } from './mutant.ts'

export const survivalMutants: readonly Mutant[] = [
  {
    name: 'any-stand-will-do',
    safety: 'a button means the step that it was drawn for, whatever is reached meanwhile',
    file: 'src/runs/requests.ts',
    find: 'const isLate = stand !== null && stand !== standOf(run)',
    replace: "const isLate = stand === '' && stand !== standOf(run)",
    killedBy: {
      file: 'test/runs/requests.test.ts',
      title: 'that retries is late once the run is parked again',
    },
  },
  {
    name: 'retried-beside-a-letter',
    safety: 'an absence seen while something may be on its way allows no write beside it',
    file: 'src/runs/decide.ts',
    find: "from.fate === 'absent' && from.since >= quietAfter(from.intent)",
    replace: "from.fate === 'absent'",
    killedBy: {
      file: 'test/runs/decide.test.ts',
      title:
        'another is begun beside it only when its absence was seen after nothing could be on its way',
    },
  },
  {
    name: 'sent-by-the-ledgers-clock',
    safety: 'a clearance ends on the clock that its adapter can look at',
    file: 'src/gate/clearance.ts',
    find: 'sendBefore: request.spendBefore,',
    replace: 'sendBefore: intent.sendBefore,',
    killedBy: {
      file: 'test/runs/skewed.test.ts',
      title:
        'whoever stood still for more than its five seconds sends nothing, however late the ledger makes it',
    },
  },
  {
    name: 'put-off-and-judged-for-now',
    safety: 'a start that is put off into a freeze window is blocked',
    file: 'src/gate/gate.ts',
    find: 'return Math.max(now, notBefore ?? now)',
    replace: 'return Math.min(now, notBefore ?? now)',
    killedBy: {
      file: 'test/runs/rules.test.ts',
      title: 'a freeze of then stops it now, before anybody is asked',
    },
  },
  {
    name: 'late-pause-kept',
    safety: 'what was held after it was let go is let go again',
    file: 'src/runs/holding.ts',
    find: "  if (taken.kind === 'again') await letGoLate(means, hold)\n",
    replace: '',
    killedBy: {
      file: 'test/runs/holding.test.ts',
      title: 'who stood still while it was let go lets go what came late',
    },
  },
  {
    name: 'foreign-change-overlooked',
    safety: 'nothing that nobody was asked about is written on top of somebody else’s change',
    file: 'src/runs/writing.ts',
    find: 'return foreignChange(task, no.moved) ?? voided(no.moved)',
    replace: 'return voided(no.moved)',
    killedBy: {
      file: 'test/runs/foreign-change.test.ts',
      title:
        'where nobody was asked, it is parked with what was changed, and a retry is judged anew',
    },
  },
  {
    name: 'anybodys-runs',
    safety: 'a run is judged and performed by the bot that has its document, and by no other',
    file: 'src/runs/journal.ts',
    find: 'ours === undefined || ours === systemOf(records)',
    replace: "ours === undefined || ours !== ''",
    killedBy: {
      file: 'test/runs/journal.test.ts',
      title: 'a run of another System in the same ledger is left to whoever has its document',
    },
  },
]
