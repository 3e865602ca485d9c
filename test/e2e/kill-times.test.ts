/** kill -9 at any moment of a run's life, seeded: each ends in the same world. */
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { database, openStage, type Stage, upgrade } from './bot.ts'
import { until } from './until.ts'

/** As long as a run lives here, from the approval to the verification. */
const lifeMs = 2_200
const seed = 2611
const killTimes = fc.sample(fc.noBias(fc.integer({ min: 0, max: lifeMs })), { seed, numRuns: 12 })

describe.concurrent(`killed at a moment of its life, seed ${seed}`, { timeout: 180_000 }, () => {
  test.each(killTimes.map((afterMs, index) => ({ afterMs, index })))(
    'kill $index: $afterMs ms after the approval, the tier is patched exactly once',
    ({ afterMs }) =>
      withStage(async (stage) => {
        await stage.start()
        await stage.type('ana', upgrade)
        await stage.said(/Needs 1 of/)
        // The click is acknowledged once the consent is in the ledger; what follows may be killed at any point.
        await stage.click('luis', 'Approve')
        await pause(afterMs)
        await stage.bot().kill()
        await stage.start()
        await sameEnd(stage)
      }),
  )

  test.each([
    ['at the intent, before anything is sent', 'write-intended'],
    ['while it polls', 'write-accepted'],
    ['when the claim is taken', 'step-claimed'],
    ['when it was asked', 'run-started'],
  ])('kill %s: the tier is patched exactly once', (_when, type) =>
    withStage(async (stage) => {
      await stage.start()
      // The bot may die before it answers; what is in the ledger by then counts.
      const asked = stage.type('ana', upgrade).catch(() => undefined)
      if (type === 'run-started') await killAt(stage, type)
      await asked
      if (type === 'run-started') await stage.start()
      await stage.said(/Needs 1 of/)
      const clicked = stage.click('luis', 'Approve').catch(() => undefined)
      if (type !== 'run-started') await killAt(stage, type)
      await clicked
      if (type !== 'run-started') await stage.start()
      await sameEnd(stage)
    }),
  )
})

async function withStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = await openStage({ cloud: { operationSeconds: 6, restartSeconds: 3 } })
  try {
    await work(stage)
  } finally {
    await stage.close()
  }
}

async function killAt(stage: Stage, type: string): Promise<void> {
  await until(`${type} is in the ledger`, () =>
    stage.events().some((event) => event.type === type) ? true : undefined,
  )
  await stage.bot().kill()
}

/** One PATCH, the new tier, one message, one run that ended and holds nothing any more. */
async function sameEnd(stage: Stage): Promise<void> {
  await stage.said(/^Done, not verified/)
  expect(stage.cloud.writes).toBe(1)
  expect(stage.cloud.instance(database).tier).toBe('db-custom-8-30720')
  const types = stage.events().map(({ type }) => type)
  for (const once of ['run-started', 'consent-given', 'write-intended', 'step-verified'])
    expect(types.filter((type) => type === once)).toHaveLength(1)
  expect(types.filter((type) => type === 'claimed')).toHaveLength(1)
  expect(types.filter((type) => type === 'released')).toHaveLength(1)
  const living = stage
    .all()
    .filter(({ threadTs, onlyFor }) => threadTs === null && onlyFor === null)
  expect(new Set(living.map(({ text }) => text.split('.')[0])).size).toBe(1)
}
