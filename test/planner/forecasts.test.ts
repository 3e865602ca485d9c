/** Every step's forecast on any System, and what does not depend on names or on the unit of time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/capacity/assess.ts'
import { judge } from '../../src/capacity/compare.ts'
import { costOf } from '../../src/capacity/cost.ts'
import type { System } from '../../src/capacity/system.ts'
import { leversOf } from '../../src/define/levers.ts'
import { catalogue } from '../../src/steps/index.ts'
import { leverSentence } from '../../src/words/en-explain.ts'
import { reasonSentence, refusalSentence } from '../../src/words/en-reasons.ts'
import { today } from '../capacity/golden.ts'
import { bound } from '../capacity/predictions.ts'
import { randomSystem } from '../capacity/random-system.ts'
import { renamed } from '../capacity/renamed.ts'
import { spelled } from '../capacity/spelled.ts'

const hole = /NaN|Infinity|undefined/
const entries = catalogue.entries.flatMap(({ name, examples }) =>
  examples.map((input) => ({ name, input })),
)

describe('on a thousand random Systems', () => {
  it('laws, cost and derivations are without a NaN, an infinity or a throw', {
    timeout: 180_000,
  }, () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const { findings, ...rest } = assess(system, { today })
        const derived = findings.map((one) => ({ ...one, derivation: one.derivation() }))
        expect(spelled([rest, derived, costOf(system)])).not.toMatch(hole)
      }),
      { numRuns: 1_000 },
    )
  })

  it('every step is forecast or refused, in words without a hole', { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(randomSystem, fc.nat(entries.length - 1), fc.nat(), (system, index, pick) => {
        const entry = entries[index]
        if (entry === undefined) return
        const step = bound(entry.name, renamed(system, entry.input, pick))
        expect(spelled(step.effect(system))).not.toMatch(hole)
        const prediction = step.predict(system)
        if ('code' in prediction) {
          expect(refusalSentence(prediction)).not.toMatch(hole)
          return
        }
        const judged = judge(system, prediction, { today, needs: step.needs, acts: step.acts })
        for (const reason of judged.reasons) expect(reasonSentence(reason)).not.toMatch(hole)
        expect(spelled(judged)).not.toMatch(hole)
        if (step.acts === 'reads') expect(judged.verdict).toBe('clear')
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('on random Systems', () => {
  it('what would change a finding is said without a hole, and is a step that it has', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        for (const finding of assess(system, { today }).findings)
          for (const lever of leversOf(system, finding, { today, catalogue })) {
            expect(bound(lever.step, lever.input).missing(system)).toBeNull()
            expect(leverSentence(lever, finding)).not.toMatch(hole)
          }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the unit of time', () => {
  it('changes no severity and no number of users', () => {
    fc.assert(
      fc.property(randomSystem, (system) => {
        const [plain, slow] = [assess(system, { today }), assess(slower(system), { today })]
        expect(slow.supportedUsers).toBe(plain.supportedUsers)
        const severities = ({ findings }: typeof plain) =>
          findings
            // Long is a second, and requests are billed each.
            .filter(
              ({ law }) => !['celery-prefetch', 'monthly-cost', 'response-time'].includes(law),
            )
            .map(({ law, subject, severity }) => `${law} ${subject} ${severity}`)
            .sort()
        expect(severities(slow)).toEqual(severities(plain))
      }),
      { numRuns: 300 },
    )
  })
})

/** Everything takes twice as long: exact in binary. */
function slower(system: System): System {
  const { workload } = system
  return {
    ...system,
    workload: {
      ...workload,
      thinkSeconds: 2 * workload.thinkSeconds,
      requestSeconds: 2 * workload.requestSeconds,
      requestCpuSeconds: 2 * workload.requestCpuSeconds,
      databaseSeconds: 2 * workload.databaseSeconds,
      databaseCpuSeconds: 2 * workload.databaseCpuSeconds,
      taskSeconds: 2 * workload.taskSeconds,
      taskCpuSeconds: 2 * workload.taskCpuSeconds,
    },
  }
}
