/** Rules that stop a run on its way: the stop switch, limits, break-glass. */

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Policy, SystemDocument } from '../../src/capacity/system.ts'
import { alone } from '../../src/runs/requests.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import {
  changed,
  channel,
  database,
  luis,
  maria,
  siteWith,
  sofia,
  standing,
  tokenOf,
  upgrade,
} from './process.ts'
import { realProcess } from './real-process.ts'

const eventShape = z.looseObject({ type: z.string() })
const smaller = patchCloudSqlTier({ database, tier: 'db-custom-1-3840' })

describe('the stop switch', () => {
  test('pulled between the yes and the write, nothing is sent', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    changed(await bot.requests.approve(tokenOf(run), luis))
    expect(await bot.requests.stopAll('the site is down', channel, sofia)).toMatchObject({
      kind: 'switched',
    })
    expect(standing(await bot.bring(run.id))).toBe('ended: blocked')
    expect(bot.patches()).toEqual([])
  })

  test('is lifted by two who may approve, and by nobody twice', async () => {
    const bot = await realProcess()
    expect(await bot.requests.liftStop(luis)).toMatchObject({ code: 'not-stopped' })
    await bot.requests.stopAll('the site is down', channel, sofia)
    expect(await bot.requests.liftStop(sofia)).toMatchObject({ code: 'not-in-role' })
    expect(await bot.requests.liftStop(luis)).toMatchObject({ headroom: { lifting: ['U0LUIS'] } })
    expect(await bot.requests.liftStop(luis)).toMatchObject({ code: 'already-counted' })
    expect(standing(await bot.asked())).toBe('ended: blocked')
    expect(await bot.requests.liftStop(maria)).toMatchObject({ headroom: { stop: null } })
    expect(standing(await bot.asked())).toBe('waiting')
  })

  test('needs a reason', async () => {
    const bot = await realProcess()
    expect(await bot.requests.stopAll(' ', channel, sofia)).toMatchObject({ code: 'no-reason' })
  })
})

describe('a start that was put off', () => {
  test.for([
    ['a look', checkConnections({ database })],
    ['a person', confirm({ what: 'the site answers' })],
    ['a write', upgrade],
  ] as const)('%s begins then', async ([, step]) => {
    const bot = await realProcess()
    const notBefore = bot.clock.now() + 3_600_000
    const { id } = changed(await bot.requests.start({ ...alone(step), notBefore }, channel, sofia))
    const run = await bot.bring(id)
    if (run.stage.kind === 'waiting') await bot.approved(run)
    const records = await bot.ledger.read(`run/${id}`)
    const begun = records.find(({ event }) => {
      const { type } = eventShape.parse(event)
      return ['step-verified', 'person-asked', 'step-claimed'].includes(type)
    })
    expect(begun?.at).toBeGreaterThanOrEqual(notBefore)
  })
})

describe('what the gate prevented', () => {
  test('is counted by its reason, and judged by who may ask, the last word counting', async () => {
    const bot = await realProcess()
    await bot.requests.stopAll('the site is down', channel, sofia)
    const run = await bot.asked()
    expect(run.prevented).toEqual([{ kind: 'blocked', at: run.lastAt, codes: ['stopped'] }])
    const { judge } = bot.requests
    const wrong = { isRight: false, why: 'it was harmless' }
    const stranger = { ...luis, standing: 'stranger' } as const
    expect(await judge(run.id, wrong, stranger)).toMatchObject({ code: 'not-a-member' })
    expect(await judge(run.id, { ...wrong, why: ' ' }, luis)).toMatchObject({ code: 'no-reason' })
    const judged = changed(await judge(run.id, wrong, luis))
    expect(judged).toMatchObject({ lastAt: run.lastAt, judgement: { isRight: false } })
    const again = changed(await judge(run.id, { isRight: true, why: 'it was not' }, maria))
    expect(again.judgement).toMatchObject({ by: 'U0MARIA', isRight: true, text: 'it was not' })
  })

  test('a run that was let through has nothing to judge', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    const opinion = { isRight: true, why: 'I like it' }
    expect(await bot.requests.judge(run.id, opinion, luis)).toMatchObject({
      code: 'nothing-prevented',
    })
  })
})

describe('changes an hour, and cool-downs', () => {
  test('a second change within the hour is blocked where one is allowed', async () => {
    const bot = await realProcess({ document: siteWith({ maxChangesPerHour: 1 }) })
    expect(standing(await bot.approved(await bot.asked()))).toBe('ended: not-verified')
    expect(standing(await bot.asked(smaller))).toBe('ended: blocked')
    bot.clock.forward(3_600_000)
    const again = await bot.asked(smaller)
    expect(again.record.forecast?.reasons.map(({ code }) => code)).not.toContain('too-many-changes')
  })

  test('the next run on one target waits for the cool-down', async () => {
    const bot = await realProcess({ document: siteWith({ coolDownMinutes: 10 }) })
    await bot.approved(await bot.asked())
    const soon = await bot.asked(smaller)
    expect(soon.record.forecast?.reasons.map(({ code }) => code)).toContain('cooling-down')
    bot.clock.forward(600_000)
    const later = await bot.asked(smaller)
    expect(later.record.forecast?.reasons.map(({ code }) => code)).not.toContain('cooling-down')
  })
})

describe('break-glass', () => {
  const roles: Policy['roles'] = {
    approve: { users: ['U0LUIS'], group: null },
    breakGlass: { users: ['U0SOFIA', 'U0MARIA'], group: null },
  }
  /** Few enough instances that the database has room for all of them. */
  const calm = (document: SystemDocument): SystemDocument => {
    const { backend } = document.services
    if (backend?.kind !== 'web') throw new Error('backend serves no requests')
    return {
      ...document,
      services: { ...document.services, backend: { ...backend, maxInstances: 20 } },
    }
  }
  const glass = async (reason = 'the sale is on', who = sofia, step = upgrade, isCalm = false) => {
    const site = siteWith({ roles })
    const bot = await realProcess({ document: isCalm ? calm(site) : site })
    const wish = { ...alone(step), breakGlass: { reason } }
    return { bot, answer: await bot.requests.start(wish, channel, who) }
  }

  test('takes two people of its role and a reason', async () => {
    expect((await glass(' ')).answer).toMatchObject({ code: 'no-reason' })
    expect((await glass('fire', luis)).answer).toMatchObject({
      code: 'not-in-role',
      role: 'breakGlass',
    })
    const { bot, answer } = await glass()
    const run = await bot.bring(changed(answer).id)
    expect(run.stage).toMatchObject({
      kind: 'waiting',
      approval: { role: 'breakGlass', needed: 1 },
    })
    for (const [who, code] of [
      [sofia, 'own-request'],
      [luis, 'not-in-role'],
    ] as const)
      expect(await bot.requests.approve(tokenOf(run), who)).toMatchObject({ code })
    expect(standing(await bot.approved(run, maria))).toBe('ended: not-verified')
    expect(bot.patches()).toHaveLength(1)
  })

  test('passes no block on a law that holds today', async () => {
    const { bot, answer } = await glass('fire', sofia, smaller, true)
    expect(standing(await bot.bring(changed(answer).id))).toBe('ended: blocked')
    expect(bot.patches()).toEqual([])
  })
})
