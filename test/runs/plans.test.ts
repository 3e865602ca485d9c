/** Runs of several steps: the plan is agreed to once, its steps follow one another, and each is judged again. */
import { describe, expect, test } from 'vitest'
import type { BoundStep } from '../../src/define/step.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { changed, channel, database, luis, sofia, standing, upgrade } from './process.ts'
import { realProcess } from './real-process.ts'
import { postgresSaying } from './talking-postgres.ts'

const look = confirm({ what: 'the site answers' })
const larger = patchCloudSqlTier({ database, tier: 'db-custom-16-61440' })

async function started(steps: readonly BoundStep[], options: Parameters<typeof realProcess>[0]) {
  const bot = await realProcess(options)
  const { id } = changed(await bot.requests.start({ steps }, channel, sofia))
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
      steps: [
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
    expect(run.proposal.forecast?.steps.map(({ verdict }) => verdict)).toEqual(['clear', 'block'])
    expect(bot.patches()).toEqual([])
  })

  test('each later step is forecast on what the ones before leave', async () => {
    const { run } = await started([upgrade, larger], {})
    const [first, second] = run.proposal.forecast?.steps ?? []
    expect(first?.costDeltaUsd).toBeGreaterThan(0)
    expect(second?.effect.values).toMatchObject({ from: 'db-custom-8-30720' })
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
    for (const steps of [[], Array.from({ length: 51 }, () => look)])
      expect(await bot.requests.start({ steps }, channel, sofia)).toMatchObject({
        code: 'plan-length',
      })
  })
})
