/** Rules that stop a run on its way: the stop switch, limits, break-glass. */

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SystemDocument } from '../../src/capacity/system.ts'
import { headroomOf } from '../../src/runs/headroom.ts'
import { alone } from '../../src/runs/requests.ts'
import { runMessage } from '../../src/slack/views/run.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { started } from '../world/hand-clock.ts'
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
import { postgresSaying } from './talking-postgres.ts'

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

describe('a start that was put off is judged for its time', () => {
  const hour = 3_600_000
  const minutes = (at: number) => new Date(at).toISOString().slice(0, 16)
  /** From so many hours after the start of the test until so many. */
  const window = (fromHours: number, toHours: number) => {
    const at = (hours: number) => minutes(started + hours * hour)
    return { name: 'sale', from: at(fromHours), to: at(toHours), timeZone: 'UTC' }
  }
  const putOff = async (document: SystemDocument, hours = 3) => {
    const bot = await realProcess({ document })
    const notBefore = bot.clock.now() + hours * hour
    const wish = { ...alone(upgrade), notBefore }
    const { id } = changed(await bot.requests.start(wish, channel, sofia))
    return { bot, notBefore, run: await bot.bring(id) }
  }
  const withSale = (fromHours: number, toHours: number): SystemDocument => {
    const events = [{ ...window(fromHours, toHours), users: 10_000 }]
    const document = siteWith({})
    return { ...document, workload: { ...document.workload, baseUsers: 500, events } }
  }

  test('a freeze of now that is over then stops nobody', async () => {
    const { bot, run } = await putOff(siteWith({ freezeWindows: [window(-1, 2)] }))
    expect(standing(run)).toBe('waiting')
    expect(standing(await bot.approved(run))).toBe('ended: not-verified')
  })

  test('a freeze of then stops it now, before anybody is asked', async () => {
    const { bot, run } = await putOff(siteWith({ freezeWindows: [window(2, 4)] }))
    expect(standing(run)).toBe('ended: blocked')
    expect(run.prevented).toMatchObject([{ codes: ['frozen'] }])
    expect(bot.patches()).toEqual([])
  })

  test('a sale of then stops it now; one of now that is over then does not', async () => {
    expect(standing((await putOff(withSale(3.1, 5))).run)).toBe('ended: blocked')
    expect(standing((await putOff(withSale(0.1, 1))).run)).toBe('waiting')
  })

  test('what is more than a day away now, and less then, was agreed to', async () => {
    const { bot, run } = await putOff(withSale(26, 28))
    const ended = await bot.approved(run)
    expect(await bot.events(run.id)).not.toContain('approval-voided')
    expect(standing(ended)).toBe('ended: not-verified')
  })

  test('a plan asks whether the world is calm when it begins, not when it is asked for', async () => {
    const bot = await realProcess({ postgres: postgresSaying(400) })
    const notBefore = bot.clock.now() + 3 * hour
    const calm = { fact: `databases.${database}.sessions`, is: 'below', to: 100_000 } as const
    const items = [
      { kind: 'wait', until: calm, calmMinutes: 1, atMostMinutes: 30, why: null },
      { kind: 'step', step: confirm({ what: 'the site answers' }), why: null },
    ] as const
    const { id } = changed(await bot.requests.start({ items, notBefore }, channel, sofia))
    await bot.bring(id)
    const records = await bot.ledger.read(`run/${id}`)
    const begun = records.find(({ event }) => eventShape.parse(event).type === 'watch-begun')
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

  test('a run that claims again and again drives no other run out of the hour', () => {
    const claim = (run: string) => ({
      ...{ type: 'claimed', v: 1, run, target: `databases.${run}`, step: 'x', input: {} },
    })
    const claims = [claim('first'), ...Array(500).fill(claim('second'))]
    const { claimed } = headroomOf(
      claims.map((one, index) => ({ version: index + 1, at: index, event: one })),
    )
    expect(claimed.map(({ run }) => run)).toEqual(['first', 'second'])
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
  const roles = {
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
  const glass = async (
    reason = 'the sale is on',
    who = sofia,
    step = upgrade,
    isCalm = false,
    holders = roles.breakGlass,
  ) => {
    const site = siteWith({ roles: { ...roles, breakGlass: holders } })
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

  test('is parked where the one who asks is alone in its role, and says which role that is', async () => {
    const alone = { users: ['U0SOFIA'], group: null }
    const { bot, answer } = await glass('fire', sofia, upgrade, false, alone)
    const parked = await bot.bring(changed(answer).id)
    expect(standing(parked)).toBe('parked: nobody-may-approve')
    const { text } = runMessage({ run: parked, now: parked.lastAt, sealed: null, note: null })
    expect(text).toContain('policy.roles.breakGlass names too few others')
    expect(bot.patches()).toEqual([])
  })

  test('passes no block on a law that holds today', async () => {
    const { bot, answer } = await glass('fire', sofia, smaller, true)
    expect(standing(await bot.bring(changed(answer).id))).toBe('ended: blocked')
    expect(bot.patches()).toEqual([])
  })
})
