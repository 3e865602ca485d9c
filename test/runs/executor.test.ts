/** A run from the request to its end, with everything real but Slack. */

import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../../src/define/catalogue.ts'
import { alone } from '../../src/runs/requests.ts'
import { runMessage } from '../../src/slack/views/run.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import {
  changed,
  channel,
  database,
  luis,
  maria,
  processOn,
  siteWith,
  sofia,
  standing,
  tokenOf,
  upgrade,
} from './process.ts'
import { realProcess } from './real-process.ts'
import { postgresSaying } from './talking-postgres.ts'

const minute = 60_000
const outcomes = (run: Awaited<ReturnType<Awaited<ReturnType<typeof realProcess>>['bring']>>) =>
  (run.record.evidence ?? []).map(({ fact, outcome }) => [fact.split('.').at(-1), outcome])

describe('an upgrade', () => {
  test('is forecast, approved, sent once, polled and not verified: max_connections is unseen', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    expect(run.record.forecast).toMatchObject({
      verdict: 'review',
      supportedUsers: { now: 2_904, after: 4_435 },
      disruption: { secondsMax: 60 },
      version: '17',
    })
    expect(bot.patches()).toEqual([])
    const ended = await bot.approved(run)
    expect(standing(ended)).toBe('ended: not-verified')
    expect(outcomes(ended)).toEqual([
      ['tier', 'confirmed'],
      ['state', 'confirmed'],
      ['maxConnections', 'not-observed'],
    ])
    expect(ended.record.evidence?.[2]?.remedy).toContain('DATABASE_URL_TUKI_DB_PROD')
    expect(await bot.events(run.id)).toEqual([
      'run-started',
      'step-forecast',
      'approval-requested',
      'consent-given',
      'step-claimed',
      'write-intended',
      'write-accepted',
      'operation-ended',
      'step-verified',
    ])
    expect(bot.patches()).toHaveLength(1)
    expect(bot.cloud.instance(database).tier).toBe('db-custom-8-30720')
    expect((await bot.journal.headroom('tuki')).claims).toEqual([])
  })

  test('is verified where the database itself says the predicted max_connections', async () => {
    const bot = await realProcess({ postgres: postgresSaying(600) })
    const ended = await bot.approved(await bot.asked())
    expect(standing(ended)).toBe('ended: verified')
    expect(outcomes(ended).map(([, outcome]) => outcome)).toEqual(Array(3).fill('confirmed'))
  })

  test('is parked where the database contradicts it, and holds its claim until a person ends it', async () => {
    const bot = await realProcess({ postgres: postgresSaying(400) })
    const parked = await bot.approved(await bot.asked())
    expect(standing(parked)).toBe('parked: contradicted')
    expect(parked.record.evidence?.[2]).toMatchObject({ predicted: 600, observed: 400 })
    expect((await bot.journal.headroom('tuki')).claims).toHaveLength(1)
    expect(standing(changed(await bot.requests.abort(parked.id, sofia)))).toBe('ended: aborted')
    expect((await bot.journal.headroom('tuki')).claims).toEqual([])
  })

  test('in mode observe everything happens but the write', async () => {
    const bot = await realProcess({ document: siteWith({ mode: 'observe' }) })
    const ended = await bot.approved(await bot.asked())
    expect(standing(ended)).toBe('ended: withheld')
    expect(bot.patches()).toEqual([])
    expect((await bot.journal.headroom('tuki')).claims).toEqual([])
  })

  test('to the tier that is there already ends at once: nobody is asked, nothing is sent', async () => {
    const bot = await realProcess()
    const ended = await bot.asked(patchCloudSqlTier({ database, tier: 'db-custom-2-7680' }))
    expect(standing(ended)).toBe('ended: unneeded')
    expect(bot.patches()).toEqual([])
  })

  test('a reading step asks nobody and writes nothing', async () => {
    const bot = await realProcess({ postgres: postgresSaying(400) })
    const ended = await bot.asked(checkConnections({ database }))
    expect(standing(ended)).toBe('ended: verified')
    const holder = { user: 'shop', application: 'gunicorn', sessions: 120 }
    expect(ended.record.evidence?.map(({ observed }) => observed)).toEqual([
      ...[400, 120, [{ ...holder, active: 0, idle: 120, inTransaction: 0 }], [], [], [], []],
      ...['db-custom-2-7680', 'RUNNABLE'],
    ])
    expect(bot.patches()).toEqual([])
  })
})

describe('the approval', () => {
  test('is void when the world moved: it says what moved, and asks anew', async () => {
    const bot = await realProcess()
    const asked = await bot.asked()
    await bot.others({ availability: 'zonal' })
    bot.clock.forward(minute)
    const again = await bot.approved(asked)
    expect(standing(again)).toBe('waiting')
    expect(again.record.moved).toEqual(
      expect.arrayContaining([
        { what: `databases.${database}.availability`, before: 'regional', after: 'zonal' },
        { what: 'version', before: '17', after: '18' },
      ]),
    )
    expect(bot.patches()).toHaveLength(1)
    expect(await bot.requests.approve(tokenOf(asked), luis)).toMatchObject({ code: 'stale-button' })
    expect(standing(await bot.approved(again))).toBe('ended: not-verified')
    expect(bot.cloud.writes).toBe(2)
  })

  test('expires: afterwards no yes counts, and nothing is sent', async () => {
    const bot = await realProcess()
    const asked = await bot.asked()
    bot.clock.forward(30 * minute)
    expect(await bot.requests.approve(tokenOf(asked), luis)).toMatchObject({ code: 'expired' })
    expect(standing(await bot.bring(asked.id))).toBe('ended: expired')
    expect(await bot.requests.approve(tokenOf(asked), luis)).toMatchObject({
      code: 'decided-already',
    })
    expect(bot.patches()).toEqual([])
  })

  test('that was complete when the bot died means no when it comes back too late', async () => {
    const bot = await realProcess()
    const asked = await bot.asked()
    changed(await bot.requests.approve(tokenOf(asked), luis))
    bot.clock.forward(31 * minute)
    const run = await bot.bring(asked.id)
    expect(standing(run)).toBe('ended: expired')
    const { text } = runMessage({ run, now: run.lastAt, sealed: null, note: null })
    expect(text).toContain('There was a yes, and I was not there in time to act on it')
    expect(bot.patches()).toEqual([])
  })

  test('is not given by the requester, by a stranger to the role or by a guest', async () => {
    const bot = await realProcess()
    const token = tokenOf(await bot.asked())
    const stranger = { user: 'U0EVE', standing: 'member', groups: [] } as const
    expect(await bot.requests.approve(token, { ...sofia, groups: ['S0LEADS'] })).toMatchObject({
      code: 'own-request',
    })
    expect(await bot.requests.approve(token, stranger)).toMatchObject({ code: 'not-in-role' })
    expect(await bot.requests.approve(token, { ...luis, standing: 'guest' })).toMatchObject({
      code: 'not-a-member',
    })
    expect(await bot.requests.approve('nonsense', luis)).toMatchObject({ code: 'unknown-run' })
    expect(await bot.requests.reject(token, stranger)).toMatchObject({ code: 'not-in-role' })
  })

  test('given twice at once by one person counts once', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    const clicks = [luis, luis].map((actor) => bot.requests.approve(tokenOf(run), actor))
    const answers = (await Promise.all(clicks)).map((answer) =>
      answer.kind === 'changed' ? 'counted' : answer.code,
    )
    expect(answers.sort()).toEqual(['already-counted', 'counted'])
    await bot.bring(run.id)
    expect(bot.patches()).toHaveLength(1)
  })

  test('given by two people at once leads to one claim and one write', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    await Promise.all([luis, maria].map((actor) => bot.requests.approve(tokenOf(run), actor)))
    const ended = await bot.bring(run.id)
    expect(standing(ended)).toBe('ended: not-verified')
    const events = await bot.events(run.id)
    expect(events.filter((type) => type === 'step-claimed')).toHaveLength(1)
    expect(bot.patches()).toHaveLength(1)
  })

  test('of an irreversible count of two waits for the second person', async () => {
    const approvals = { safe: 0, disruptive: 2, irreversible: 2, expiresMinutes: 30 }
    const bot = await realProcess({ document: siteWith({ approvals }) })
    const half = await bot.approved(await bot.asked(), luis)
    expect(standing(half)).toBe('waiting')
    expect(standing(await bot.approved(half, maria))).toBe('ended: not-verified')
  })

  test('nobody can give it: the run is parked at once, with how many it needs', async () => {
    const approvals = { safe: 0, disruptive: 3, irreversible: 3, expiresMinutes: 30 }
    const bot = await realProcess({ document: siteWith({ approvals }) })
    expect((await bot.asked()).stage).toMatchObject({
      kind: 'parked',
      why: { code: 'nobody-may-approve', needed: 3 },
    })
  })
})

describe('a person', () => {
  test('rejects, and nothing is sent', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    changed(await bot.requests.reject(tokenOf(run), luis))
    expect((await bot.bring(run.id)).stage).toEqual({
      kind: 'ended',
      outcome: 'rejected',
      by: 'U0LUIS',
    })
    expect(bot.patches()).toEqual([])
  })

  test('who asked may stop it while it waits; a stranger may not; once sent nobody can', async () => {
    const bot = await realProcess({
      through: (writer) => ({
        ...writer,
        patch: async (clearance, change) => {
          const accepted = await writer.patch(clearance, change)
          abortedWhileSending = await bot.requests.abort(run.id, sofia)
          return accepted
        },
      }),
    })
    let abortedWhileSending: unknown
    let run = await bot.asked()
    const stranger = { user: 'U0EVE', standing: 'member', groups: [] } as const
    expect(await bot.requests.abort(run.id, stranger)).toMatchObject({ code: 'not-in-role' })
    expect(standing(changed(await bot.requests.abort(run.id, sofia)))).toBe('ended: aborted')
    run = await bot.asked()
    expect(standing(await bot.approved(run))).toBe('ended: not-verified')
    expect(abortedWhileSending).toEqual({ kind: 'not-taken', code: 'under-way' })
  })
})

describe('two runs on one target', () => {
  test('both were forecast: the second one to be approved finds it claimed', async () => {
    const bot = await realProcess({ postgres: postgresSaying(400) })
    const [first, second] = [await bot.asked(), await bot.asked()]
    expect(standing(await bot.approved(first))).toBe('parked: contradicted')
    const blocked = await bot.approved(second, maria)
    expect(standing(blocked)).toBe('ended: blocked')
    expect(blocked.record.forecast?.reasons[0]).toMatchObject({
      code: 'target-claimed',
      values: { run: first.id },
    })
    expect(bot.patches()).toHaveLength(1)
  })

  test('one is asked for while the other holds it: it is refused with the holder', async () => {
    const bot = await realProcess({ postgres: postgresSaying(400) })
    const holder = await bot.approved(await bot.asked())
    expect(await bot.requests.start(alone(upgrade), channel, maria)).toEqual({
      kind: 'not-taken',
      code: 'target-claimed',
      target: `databases.${database}`,
      run: holder.id,
    })
  })
})

describe('newer code', () => {
  test('that refuses a stored input parks the run and sends nothing', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    changed(await bot.requests.approve(tokenOf(run), luis))
    const catalogue = catalogueOf([checkConnections])
    const deployed = processOn({ ...bot, catalogue, cloud: bot })
    expect(standing(await deployed.bring(run.id))).toBe('parked: stored-input-refused')
    expect(bot.patches()).toEqual([])
  })
})
