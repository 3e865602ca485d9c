/** Facts, forecast, verdict: what stands in the way, and headroom that is reserved. DESIGN.md, 6. */
import { describe, expect, test } from 'vitest'
import type { BoundStep } from '../../src/define/step.ts'
import { reservationsAtMost } from '../../src/gate/gate.ts'
import { advance } from '../../src/runs/executor.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { changed, database, luis, processOn, standing, tokenOf, upgrade } from '../runs/process.ts'
import { simulateCloud } from '../runs/simulated-world.ts'
import { handClock } from '../world/hand-clock.ts'
import { pairOf, roomy } from './pair.ts'
import { codes, examined, factsWith, target } from './sample.ts'

const reserved = (step: BoundStep | null, run = 'other', at = step?.target ?? 'elsewhere') => ({
  run,
  target: at,
  step,
})

describe('what stands in the way of a write', () => {
  test.for([
    ['state', 'MAINTENANCE', 'not-runnable', { state: 'MAINTENANCE' }],
    ['operation', 'op-7', 'target-busy', { operation: 'op-7' }],
  ] as const)('%s %s blocks with its reason', ([field, value, code, values]) => {
    const { verdict, reasons } = examined({ facts: factsWith({ [field]: value }) })
    expect(verdict).toBe('block')
    expect(reasons[0]).toMatchObject({ code, subject: target, values })
  })

  test('a claim of another run on the target blocks, and names its holder', () => {
    const { verdict, reasons } = examined({ reservations: [reserved(upgrade)] })
    expect([verdict, reasons[0]?.code, reasons[0]?.values]).toEqual([
      'block',
      'target-claimed',
      { run: 'other' },
    ])
  })

  test('a claim of a step that is not known blocks: what it takes cannot be computed', () => {
    expect(examined({ reservations: [reserved(null)] })).toMatchObject({ verdict: 'block' })
  })

  test('none of it stands in the way of reading', () => {
    const step = checkConnections({ database })
    const facts = factsWith({ state: 'MAINTENANCE', operation: 'op-7' })
    expect(examined({ step, facts, reservations: [reserved(upgrade)] })).toMatchObject({
      verdict: 'clear',
      reasons: [],
    })
  })

  test('a refusal of the target’s own rules blocks, and there is nothing to forecast', () => {
    const step = patchCloudSqlTier({ database, tier: 'db-perf-optimized-N-8' })
    expect(examined({ step })).toMatchObject({
      verdict: 'block',
      refusal: { code: 'edition-differs' },
      judgement: null,
      prediction: null,
    })
  })

  test('nothing: the verdict is the model’s', () => {
    const examination = examined()
    expect(examination.verdict).toBe('review')
    expect(codes(examination)).toEqual(
      expect.arrayContaining(['disruption', 'tier-leaves-binding', 'alert-misplaced']),
    )
  })
})

describe('headroom is reserved', () => {
  const { instances, tasks } = pairOf()
  const verdictOf = (step: BoundStep, ...others: readonly BoundStep[]) =>
    examined({
      document: roomy,
      facts: [],
      step,
      reservations: others.map((other, index) => reserved(other, `run-${index}`)),
    })

  test('each of two changes passes alone, and neither beside the other', () => {
    for (const [one, other] of [
      [instances, tasks],
      [tasks, instances],
    ] as const) {
      expect(verdictOf(one).verdict).not.toBe('block')
      const beside = verdictOf(one, other)
      expect(beside.verdict).toBe('block')
      expect(beside.reasons).toContainEqual(
        expect.objectContaining({
          code: 'law-broken',
          law: 'db-connections',
          subject: target,
          values: expect.objectContaining({ demand: 613, limit: 590 }),
        }),
      )
    }
  })

  test('a reservation is a maybe: what is fine only because of it is not fine', () => {
    const smaller = patchCloudSqlTier({ database, tier: 'db-custom-4-15360' })
    expect(verdictOf(smaller, instances).verdict).toBe('block')
    const larger = patchCloudSqlTier({ database, tier: 'db-custom-16-61440' })
    const many = pairOf().catalogue.bind('more-instances', { maxInstances: 60 })
    if ('kind' in many) throw new Error('more-instances is not there')
    expect(verdictOf(many).verdict).toBe('block')
    expect(verdictOf(many, larger).verdict).toBe('block')
  })

  test('more than four changes under way are refused, four are not for their number', () => {
    const others = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        reserved(checkConnections({ database }), `run-${index}`, `services.other-${index}`),
      )
    const ask = (count: number) =>
      examined({ document: roomy, facts: [], step: tasks, reservations: others(count) })
    expect(reservationsAtMost).toBe(4)
    expect(codes(ask(4))).not.toContain('not-allowed')
    const five = ask(5)
    expect([five.verdict, five.reasons[0]?.code]).toEqual(['block', 'not-allowed'])
  })
})

describe('two changes that do not fit together', () => {
  const approvals = { safe: 1, disruptive: 1, irreversible: 1, expiresMinutes: 30 }
  const document = { ...roomy, policy: { ...roomy.policy, approvals } }

  /** Both are asked for and approved before either goes on; then both go on at once. */
  async function race(turn: boolean) {
    const clock = handClock()
    const { catalogue, written, ...pair } = pairOf()
    const cloud = simulateCloud({ clock, tier: 'db-custom-8-30720' })
    const bot = processOn({ ledger: memoryLedger(clock), clock, cloud, document, catalogue })
    const steps = turn ? [pair.tasks, pair.instances] : [pair.instances, pair.tasks]
    const asked = [await bot.asked(steps[0]), await bot.asked(steps[1])]
    for (const run of asked) changed(await bot.requests.approve(tokenOf(run), luis))
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(asked.map(({ id }) => advance(bot.means, id)))
      clock.forward(1_500)
    }
    const runs = await Promise.all(asked.map(({ id }) => bot.journal.read(id)))
    return { written, stages: runs.map((run) => (run === null ? 'none' : standing(run))) }
  }

  test('both are approved and go on at once: exactly one passes, in either order', async () => {
    for (const turn of [false, true]) {
      const { stages, written } = await race(turn)
      expect(stages.toSorted()).toEqual(['ended: blocked', 'working'])
      expect(written).toHaveLength(1)
    }
  })
})
