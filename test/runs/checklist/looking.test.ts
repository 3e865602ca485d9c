/** How boxes are ticked and un-ticked by what is seen, and by nothing else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { viewOf } from '../../../src/gate/facts.ts'
import { type ChecklistBox, standingOf } from '../../../src/runs/checklist/checklist.ts'
import { lookEveryMs } from '../../../src/runs/checklist/looking.ts'
import { newSights } from '../../../src/runs/checklist/seeing.ts'
import { Fault } from '../../../src/world/fault.ts'
import type { Fact } from '../../../src/world/world.ts'
import { site } from '../process.ts'
import { checklistAfter, started, startedAt } from './boxes.ts'
import { boxOf, living } from './living.ts'

const wished = 'db-custom-8-30720'
const database = 'tuki-db-prod'
const later = lookEveryMs + 1

const standings = ({ boxes }: { readonly boxes: readonly ChecklistBox[] }) => boxes.map(standingOf)

describe('a look', () => {
  test('ticks no box because the document says so: nobody saw it', async () => {
    const { begun } = living()
    const { boxes } = await begun()
    // The document has gunicorn's nine workers; no reader of Cloud Run is configured here.
    expect(boxes[3]?.seen).toMatchObject({ is: 'unknown' })
    expect(boxes[boxOf.celery]?.seen?.sights).toMatchObject([
      { kind: 'unseen', why: { code: 'baked-into-image', where: 'celery_health_server.py:61' } },
    ])
    expect(boxes[boxOf.alerts]?.seen?.sights).toMatchObject([
      { kind: 'unseen', fact: 'alerts.db-connections.threshold', why: { code: 'no-source' } },
    ])
  })

  test('says what it saw, where and when, beside what should be', async () => {
    const { begun, clock } = living()
    const { boxes } = await begun()
    expect(boxes[boxOf.tier]?.seen).toMatchObject({
      is: 'open',
      sights: [
        {
          ...{ kind: 'not-so', source: 'Cloud SQL Admin API', observedAt: clock.now() },
          reading: { kind: 'value', value: 'db-custom-2-7680' },
        },
      ],
    })
  })

  test('that sees the same again records nothing, however often', async () => {
    const { begun, looking, events, clock } = living()
    const { id } = await begun()
    const before = await events(id)
    for (let looks = 0; looks < 10; looks += 1) {
      clock.forward(later)
      expect(await looking.advance(id)).toBe(lookEveryMs)
    }
    expect(await events(id)).toEqual(before)
  })

  test('is not more frequent than every 30 s, unless something was done', async () => {
    let reads = 0
    const { begun, looking, clock } = living({
      cloud: ({ reader, writer }) => ({
        writer,
        reader: {
          ...reader,
          instance: (name) => {
            reads += 1
            return reader.instance(name)
          },
        },
      }),
    })
    const { id } = await begun()
    const once = reads
    clock.forward(10_000)
    expect(await looking.advance(id)).toBe(lookEveryMs - 10_000)
    expect(reads).toBe(once)
    looking.hurry(id)
    await looking.advance(id)
    expect(reads).toBe(2 * once)
  })

  test('of a source that does not answer un-ticks no box silently: it says who did not', async () => {
    let isSilent = false
    const bot = living({
      cloud: ({ reader, writer }) => ({
        writer,
        reader: {
          ...reader,
          instance: async (name) => {
            if (isSilent) throw new Fault('unreachable', 'no', 'nobody answers')
            return { ...(await reader.instance(name)), tier: wished }
          },
        },
      }),
    })
    const { id } = await bot.begun()
    expect(standings(await bot.now(id))[boxOf.tier]).toBe('seen')
    isSilent = true
    bot.clock.forward(later)
    await bot.looking.advance(id)
    const box = (await bot.now(id)).boxes[boxOf.tier]
    expect(box?.seen).toMatchObject({
      is: 'unknown',
      sights: [{ kind: 'unseen', why: { code: 'silent', said: 'nobody answers' } }],
    })
  })

  test('follows the world through every drift, and records each turn once', async () => {
    const tier = fc.constantFrom(wished, 'db-custom-2-7680', 'db-custom-4-15360')
    await fc.assert(
      fc.asyncProperty(fc.array(tier, { minLength: 1, maxLength: 8 }), async (tiers) => {
        let current = 'db-custom-2-7680'
        const bot = living({
          cloud: ({ reader, writer }) => ({
            writer,
            reader: {
              ...reader,
              instance: async (name) => ({ ...(await reader.instance(name)), tier: current }),
            },
          }),
        })
        const { id } = await bot.begun()
        let wasDone = false
        let turns = 1
        for (const next of tiers) {
          turns += next === current ? 0 : 1
          current = next
          bot.clock.forward(later)
          await bot.looking.advance(id)
          wasDone ||= next === wished
          const expected = next === wished ? 'seen' : wasDone ? 'undone' : 'open'
          expect(standings(await bot.now(id))[boxOf.tier]).toBe(expected)
        }
        const seen = (await bot.events(id)).filter(
          (event) => event.type === 'box-seen' && event.box === boxOf.tier,
        )
        expect(seen).toHaveLength(turns)
      }),
      { numRuns: 25 },
    )
  })

  test('ends with the checklist', async () => {
    const { begun, looking, asked, clock } = living()
    const { id, by } = await begun()
    await asked.end(id, { user: by, standing: 'member', groups: [] })
    clock.forward(later)
    expect(await looking.advance(id)).toBeNull()
  })
})

test('what was seen too long ago is not seen', () => {
  const fact: Fact = {
    ...{ kind: 'observed', name: `databases.${database}.tier`, value: wished },
    ...{ source: 'Cloud SQL Admin API', observedAt: startedAt },
  }
  const sightsAt = (now: number) =>
    newSights(checklistAfter([started]), { view: viewOf(site, [fact], now), today: '2026-12-01' })
  expect(sightsAt(startedAt + 1_000)).toMatchObject([{ is: 'ticked' }])
  expect(sightsAt(startedAt + 3_600_000)).toMatchObject([
    { is: 'unknown', sights: [{ why: { code: 'too-old' } }] },
  ])
})
