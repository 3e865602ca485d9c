/** A pooler's clients are held while the database restarts, and let go whatever happens. writes.md; DESIGN.md, 3. */
import { describe, expect, test } from 'vitest'
import { advance } from '../../src/runs/executor.ts'
import { runStream } from '../../src/runs/run.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { Fault } from '../../src/world/fault.ts'
import type { PgBouncerWriter } from '../../src/world/ports/pgbouncer.ts'
import {
  changed,
  database,
  luis,
  processOn,
  siteWith,
  sofia,
  standing,
  tokenOf,
} from './process.ts'
import { realProcess } from './real-process.ts'
import { postgresSaying } from './talking-postgres.ts'

const held = patchCloudSqlTier({ database, tier: 'db-custom-8-30720', pausePooler: true })

/** Says what it was told, in order. */
function pooler(fails: { readonly pause?: Fault; readonly resumes?: number } = {}) {
  const told: string[] = []
  let refusals = fails.resumes ?? 0
  const writer: PgBouncerWriter = {
    set: async () => undefined,
    pause: async (clearance, hold) => {
      clearance.spend(0, `databases.${hold.database}`)
      told.push('PAUSE')
      if (fails.pause !== undefined) throw fails.pause
    },
    resume: async (clearance, hold) => {
      clearance.spend(0, `databases.${hold.database}`)
      refusals -= 1
      if (refusals >= 0) throw new Fault('unreachable', 'no', 'its console does not answer')
      told.push('RESUME')
    },
  }
  return { told, writer }
}

describe('a resize that holds the pooler', () => {
  test('pauses before the change is sent, and resumes when the operation has ended', async () => {
    const { told, writer } = pooler()
    const bot = await realProcess({ postgres: postgresSaying(600), pgBouncer: writer })
    const ended = await bot.approved(await bot.asked(held))
    expect(standing(ended)).toBe('ended: verified')
    expect(told).toEqual(['PAUSE', 'RESUME'])
    const events = await bot.events(ended.id)
    const order = ['hold-intended', 'hold-taken', 'write-intended', 'hold-released'] as const
    const places = order.map((type) => events.indexOf(type))
    expect(places).toEqual([...places].sort((one, other) => one - other))
    expect(places).not.toContain(-1)
    expect(bot.patches()).toHaveLength(1)
  })

  test('whose PAUSE fails sends nothing, and lets go what may be held', async () => {
    const { told, writer } = pooler({ pause: new Fault('time-out', 'yes', 'one transaction') })
    const bot = await realProcess({ pgBouncer: writer })
    const parked = await bot.approved(await bot.asked(held))
    expect(standing(parked)).toBe('parked: not-sent')
    expect(told).toEqual(['PAUSE', 'RESUME'])
    expect(bot.patches()).toEqual([])
    expect(parked.held).toBeNull()
  })

  test('resumes at its deadline while the operation goes on', async () => {
    const { told, writer } = pooler()
    const bot = await realProcess({ pgBouncer: writer, cloud: { operationSeconds: 400 } })
    const asked = await bot.asked(held)
    await bot.approved(asked)
    const records = await bot.ledger.read(runStream(asked.id))
    const at = (type: string) =>
      records.find(({ event }) => JSON.stringify(event).includes(`"${type}"`))?.at ?? 0
    expect(told).toEqual(['PAUSE', 'RESUME'])
    expect(at('hold-released') - at('hold-intended')).toBeLessThanOrEqual(70_000)
    expect((records.at(-1)?.at ?? 0) - at('hold-intended')).toBeGreaterThan(400_000)
  })

  test('is asked again until the pooler has let go, whatever the pooler says', async () => {
    const { told, writer } = pooler({ resumes: 5 })
    const bot = await realProcess({ postgres: postgresSaying(600), pgBouncer: writer })
    expect(standing(await bot.approved(await bot.asked(held)))).toBe('ended: verified')
    expect(told).toEqual(['PAUSE', 'RESUME'])
  })

  test('killed while it holds: the next process lets go before anything else', async () => {
    const { told, writer } = pooler()
    const bot = await realProcess({ postgres: postgresSaying(600), pgBouncer: writer })
    const run = await bot.asked(held)
    changed(await bot.requests.approve(tokenOf(run), luis))
    const dying: PgBouncerWriter = {
      ...writer,
      pause: async (clearance, hold) => {
        await writer.pause(clearance, hold)
        throw new Error('the process died here')
      },
    }
    const options = { ledger: bot.ledger, clock: bot.clock, cloud: bot }
    const first = processOn({ ...options, pgBouncer: dying })
    await expect(first.bring(run.id)).rejects.toThrow('died here')
    const diedAt = bot.clock.now()
    const next = processOn({ ...options, pgBouncer: writer, postgres: postgresSaying(600) })
    expect(standing(await next.bring(run.id))).toBe('ended: verified')
    expect(told).toEqual(['PAUSE', 'RESUME', 'PAUSE', 'RESUME'])
    const records = await bot.ledger.read(runStream(run.id))
    const released = records.find(({ event }) => JSON.stringify(event).includes('hold-released'))
    expect((released?.at ?? Number.POSITIVE_INFINITY) - diedAt).toBeLessThan(10_000)
    expect(bot.patches()).toHaveLength(1)
  })

  test('who stood still while it was let go lets go what came late', async () => {
    const { told, writer } = pooler()
    const bot = await realProcess({
      pgBouncer: {
        ...writer,
        pause: async (clearance, hold) => {
          // The intention stands in the ledger: somebody aborts, and another process lets go.
          changed(await bot.requests.abort(run.id, sofia))
          const options = { ledger: bot.ledger, clock: bot.clock, cloud: bot, pgBouncer: writer }
          expect((await processOn(options).bring(run.id)).held).toBeNull()
          await writer.pause(clearance, hold)
        },
      },
    })
    const run = await bot.asked(held)
    expect(standing(await bot.approved(run))).toBe('ended: aborted')
    expect(told).toEqual(['RESUME', 'PAUSE', 'RESUME'])
    expect(bot.patches()).toEqual([])
  })

  test('what an older version holds, and this one cannot let go of, is told to a person', async () => {
    const { writer } = pooler()
    const bot = await realProcess({ pgBouncer: writer })
    const run = await bot.asked(held)
    changed(await bot.requests.approve(tokenOf(run), luis))
    const pause = () => Promise.reject(new Error('the process died here'))
    const options = { ledger: bot.ledger, clock: bot.clock, cloud: bot }
    const first = processOn({ ...options, pgBouncer: { ...writer, pause } })
    await expect(first.bring(run.id)).rejects.toThrow('died here')
    const document = { ...siteWith({}), poolers: {} }
    const next = processOn({ ...options, pgBouncer: writer, document })
    await advance(next.means, run.id)
    const parked = await next.journal.read(run.id)
    expect(parked?.stage).toMatchObject({ kind: 'parked', why: { code: 'not-released' } })
    expect(JSON.stringify(parked?.stage)).toContain('let go of poolers.pgbouncer; do it by hand')
    expect(bot.patches()).toEqual([])
  })

  test('without a pooler in front of the database it is refused, and leaves no run', async () => {
    const bot = await realProcess({ document: { ...siteWith({}), poolers: {} } })
    const wish = { items: [{ kind: 'step', step: held, why: null }] } as const
    expect(await bot.requests.start(wish, 'C0INCIDENT', sofia)).toMatchObject({
      code: 'unable',
      why: { code: 'no-pooler' },
    })
  })
})
