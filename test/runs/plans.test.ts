/** Runs of several steps: the plan is agreed to once, its steps follow one another, and each is judged again. */
import { describe, expect, test } from 'vitest'
import type { PlanItem } from '../../src/define/plan-item.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { bumpCeleryConcurrency } from '../../src/steps/bump-celery-concurrency.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { changed, channel, database, luis, sofia, standing, upgrade } from './process.ts'
import { realProcess } from './real-process.ts'
import { postgresSaying } from './talking-postgres.ts'

const look = confirm({ what: 'the site answers' })
const larger = patchCloudSqlTier({ database, tier: 'db-custom-16-61440' })

const inOrder = (steps: readonly BoundStep[]): readonly PlanItem[] =>
  steps.map((step) => ({ kind: 'step', step, why: null }))

async function started(steps: readonly BoundStep[], options: Parameters<typeof realProcess>[0]) {
  return startedWith(inOrder(steps), options)
}

async function startedWith(items: readonly PlanItem[], options: Parameters<typeof realProcess>[0]) {
  const bot = await realProcess(options)
  const { id } = changed(await bot.requests.start({ items }, channel, sofia))
  return { bot, id, run: await bot.bring(id) }
}

describe('a plan of several steps', () => {
  test('is rehearsed whole and recorded before its first step is looked at', async () => {
    const { bot, id, run } = await started([upgrade, look], {})
    expect((await bot.events(id)).slice(0, 3)).toEqual([
      'run-started',
      'plan-forecast',
      'plan-accepted',
    ])
    expect(run.proposal.forecast).toMatchObject({
      supportedUsers: { now: 2_904, after: 4_435 },
      items: [
        { step: 'patch-cloud-sql-tier', verdict: 'review', disruptionSeconds: 60 },
        { step: 'confirm', verdict: 'clear', manual: true },
      ],
    })
  })

  test('a step that is review asks again when it is reached', async () => {
    const { run } = await started([look, upgrade], { postgres: postgresSaying(600) })
    expect(standing(run)).toBe('asked')
  })

  test('goes on by itself from a verified step, asks a person for a manual one, and ends verified', async () => {
    const { bot, run } = await started([upgrade, look], { postgres: postgresSaying(600) })
    expect(standing(run)).toBe('waiting')
    const asked = await bot.approved(run)
    expect([standing(asked), asked.index]).toEqual(['asked', 1])
    changed(await bot.requests.done(run.id, luis))
    const ended = await bot.bring(run.id)
    expect(standing(ended)).toBe('ended: verified')
    expect(ended.past.map(({ outcome }) => outcome)).toEqual(['verified', 'by-person'])
    expect(bot.patches()).toHaveLength(1)
  })

  test('stops where a step could not be seen, and goes on when a person takes it so', async () => {
    const { bot, run } = await started([upgrade, look], {})
    const parked = await bot.approved(run)
    expect(standing(parked)).toBe('parked: not-verified')
    expect(await bot.requests.skip(run.id, ' ', sofia)).toMatchObject({ code: 'no-reason' })
    changed(await bot.requests.skip(run.id, 'psql says 600', sofia))
    const asked = await bot.bring(run.id)
    expect(standing(asked)).toBe('asked')
    expect(asked.past[0]).toMatchObject({
      outcome: 'not-verified',
      skipped: { by: sofia.user, reason: 'psql says 600' },
    })
    changed(await bot.requests.done(run.id, sofia))
    expect(standing(await bot.bring(run.id))).toBe('ended: not-verified')
  })

  test('a blocked step blocks the whole before anybody is asked and anything is sent', async () => {
    const smaller = patchCloudSqlTier({ database, tier: 'db-custom-1-3840' })
    const { bot, run } = await started([look, smaller], {})
    expect(standing(run)).toBe('ended: blocked')
    expect(run.proposal.forecast).toMatchObject({
      items: [{ step: 'confirm', verdict: 'clear' }],
      stop: { position: 2, code: 'blocked', step: 'patch-cloud-sql-tier' },
    })
    expect(bot.patches()).toEqual([])
  })

  test('each later step is forecast on what the ones before leave', async () => {
    const { run } = await started([upgrade, larger], {})
    const [first, second] = run.proposal.forecast?.items ?? []
    expect(first).toMatchObject({ costDeltaUsd: 592 })
    expect(second).toMatchObject({ effect: { values: { from: 'db-custom-8-30720' } } })
  })

  test('a reading step on the way is shown and passed', async () => {
    const { bot, run } = await started([checkConnections({ database }), look], {
      postgres: postgresSaying(400),
    })
    expect(standing(run)).toBe('asked')
    expect(await bot.events(run.id)).not.toContain('approval-requested')
    expect(run.past[0]?.record.evidence?.length).toBeGreaterThan(0)
  })

  test('is refused where it has no steps, and where it has more than anybody reads', async () => {
    const bot = await realProcess()
    for (const steps of [[], Array.from({ length: 101 }, () => look)])
      expect(await bot.requests.start({ items: inOrder(steps) }, channel, sofia)).toMatchObject({
        code: 'plan-length',
      })
  })
})

describe('between the steps', () => {
  const tier = 'databases.tuki-db-prod.tier'
  const ifTier = (to: string): PlanItem => ({
    kind: 'only-if',
    when: 'all-hold',
    conditions: [{ fact: tier, is: 'equal', to }],
    skips: 1,
  })
  const sessions = 'databases.tuki-db-prod.sessions'
  const calm = (to: number, calmMinutes = 0, atMostMinutes = 30): PlanItem => ({
    ...{ kind: 'wait', calmMinutes, atMostMinutes, why: null },
    until: { fact: sessions, is: 'below', to },
  })

  test('what a condition guards is left out where it does not hold, and done where it does', async () => {
    const guarded = (to: string) => startedWith([ifTier(to), ...inOrder([look])], {})
    const out = await guarded('db-custom-4-15360')
    expect(standing(out.run)).toBe('ended: unneeded')
    expect(out.run.past.map(({ outcome }) => outcome)).toEqual(['passed-over', 'passed-over'])
    const done = await guarded('db-custom-2-7680')
    expect([standing(done.run), done.run.index]).toEqual(['asked', 1])
  })

  test('a step that could not be done here refuses the plan only where its condition holds by the document', async () => {
    const baked = bumpCeleryConcurrency({ service: 'celery-worker', concurrency: 6 })
    const ask = async (to: string) => {
      const bot = await realProcess()
      return bot.requests.start({ items: [ifTier(to), ...inOrder([baked, look])] }, channel, sofia)
    }
    expect(await ask('db-custom-4-15360')).toMatchObject({ kind: 'changed' })
    expect(await ask('db-custom-2-7680')).toMatchObject({
      code: 'unable',
      why: { code: 'baked-into-image' },
    })
  })

  test('a condition that nobody can judge blocks the plan before it begins', async () => {
    const strange: PlanItem = {
      ...{ kind: 'only-if', when: 'all-hold', skips: 1 },
      conditions: [{ fact: 'databases.other.tier', is: 'set' }],
    }
    const { run } = await startedWith([strange, ...inOrder([look])], {})
    expect(standing(run)).toBe('ended: blocked')
    expect(run.proposal.forecast?.stop).toMatchObject({ code: 'no-such-fact' })
  })

  test('a wait is over when the fact was calm for so long', async () => {
    const { bot, id, run } = await startedWith([calm(200, 10), ...inOrder([look])], {
      postgres: postgresSaying(400),
    })
    expect(standing(run)).toBe('asked')
    expect(await bot.events(id)).toContain('calm-began')
    expect(run.lastAt - run.startedAt).toBeGreaterThanOrEqual(10 * 60_000)
  })

  test('a wait whose fact nobody sees, or that is never calm, parks the run in the end', async () => {
    for (const options of [{}, { postgres: postgresSaying(400) }]) {
      const { bot, run } = await startedWith([calm(1), ...inOrder([look])], options)
      expect(run.stage).toMatchObject({ kind: 'parked', why: { code: 'not-calm', minutes: 30 } })
      changed(await bot.requests.skip(run.id, 'it is quiet enough', sofia))
      expect(standing(await bot.bring(run.id))).toBe('asked')
    }
  })
})
