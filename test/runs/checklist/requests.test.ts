/** What people ask of a checklist: two at once do not collide, and nobody's word stands against the world. */
import { describe, expect, test } from 'vitest'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { changed, channel, luis, maria, sofia } from '../process.ts'
import { boxOf, checklistIn, living } from './living.ts'

const stranger = { user: 'U0EVE', standing: 'stranger', groups: [] } as const
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type)

describe('two people at once', () => {
  test('who tick one box tick it once, and the second hears who was quicker', async () => {
    const { begun, asked, events } = living()
    const { id } = await begun()
    const place = { checklist: id, box: boxOf.documented }
    const answers = await Promise.all([asked.tick(place, '', luis), asked.tick(place, '', maria)])
    expect(answers.map(({ kind }) => kind)).toEqual(['checklist-changed', 'checklist-no'])
    expect(answers[1]).toMatchObject({ code: 'done-already', box: { tick: { by: 'U0LUIS' } } })
    expect(types(await events(id)).filter((type) => type === 'box-ticked')).toHaveLength(1)
  })

  test('who tick different boxes are both heard', async () => {
    const { begun, asked, now } = living()
    const { id } = await begun()
    await Promise.all([
      asked.tick({ checklist: id, box: boxOf.documented }, '', luis),
      asked.tick({ checklist: id, box: boxOf.dashboards }, 'looked at them', maria),
    ])
    const { boxes } = await now(id)
    expect(boxes[boxOf.documented]?.tick).toMatchObject({ by: 'U0LUIS', reason: null })
    expect(boxes[boxOf.dashboards]?.tick).toMatchObject({ by: 'U0MARIA', reason: 'looked at them' })
  })

  test('who ask for what one box offers start one run, and the second hears of it', async () => {
    const { begun, asked, now, ledger } = living()
    const { id } = await begun()
    const place = { checklist: id, box: boxOf.tier }
    const answers = await Promise.all([asked.apply(place, luis), asked.apply(place, maria)])
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['changed', 'checklist-no'])
    expect(answers.find(({ kind }) => kind === 'checklist-no')).toMatchObject({
      code: 'asked-already',
    })
    const runs = await ledger.newest('run/', 10)
    const { boxes } = await now(id)
    expect(runs).toEqual([`run/${boxes[boxOf.tier]?.run?.id}`])
  })

  test('who begin the same checklist one after the other are led to the one that is open', async () => {
    const { start } = living()
    const { id } = checklistIn(await start())
    expect(await start()).toMatchObject({ code: 'open-already', checklist: { id } })
    expect(checklistIn(await start({ celeryConcurrency: 8 })).id).not.toBe(id)
  })
})

describe('what a box offers', () => {
  test('is a run like any other, which waits for its approval and knows its box', async () => {
    const { begun, asked, bring, journal } = living()
    const { id } = await begun()
    const place = { checklist: id, box: boxOf.tier }
    const answer = await asked.apply(place, luis)
    if (answer.kind !== 'changed') throw new Error('not taken')
    const run = await bring(changed(answer).id)
    expect(run).toMatchObject({ box: place, by: 'U0LUIS', stage: { kind: 'waiting' } })
    expect((await journal.read(run.id))?.plan).toMatchObject([{ step: 'patch-cloud-sql-tier' }])
  })

  test('that cannot be done here is refused with the reason, and leaves neither run nor link', async () => {
    const { begun, asked, now, ledger } = living()
    const { id } = await begun()
    const answer = await asked.apply({ checklist: id, box: boxOf.celery }, luis)
    expect(answer).toMatchObject({ kind: 'not-taken', code: 'unable' })
    expect(await ledger.newest('run/', 1)).toEqual([])
    expect((await now(id)).boxes[boxOf.celery]?.run).toBeNull()
  })

  test('that only a person can do is no run', async () => {
    const { begun, asked } = living()
    const { id } = await begun()
    expect(await asked.apply({ checklist: id, box: boxOf.documented }, luis)).toMatchObject({
      code: 'nothing-offered',
    })
  })

  test('may be asked for again once its run has ended', async () => {
    const { begun, asked, bring, requests } = living()
    const { id } = await begun()
    const place = { checklist: id, box: boxOf.tier }
    const first = await asked.apply(place, luis)
    if (first.kind !== 'changed') throw new Error('not taken')
    await bring(first.run.id)
    changed(await requests.abort(first.run.id, luis))
    expect(await asked.apply(place, maria)).toMatchObject({ kind: 'changed' })
  })

  test('starts no run where its box cannot say so: one append, all or none', async () => {
    let isFull = false
    const full = (ledger: Ledger): Ledger => ({
      ...ledger,
      append: (appends) =>
        isFull && appends.some(({ stream }) => stream.startsWith('checklist/'))
          ? Promise.reject(new Error('the disk is full'))
          : ledger.append(appends),
    })
    const { begun, asked, ledger } = living({ ledger: full })
    const { id } = await begun()
    isFull = true
    await expect(asked.apply({ checklist: id, box: boxOf.tier }, luis)).rejects.toThrow('full')
    expect(await ledger.newest('run/', 1)).toEqual([])
  })
})

describe('a word', () => {
  test('does not stand against what the world shows', async () => {
    const { begun, asked } = living()
    const { id } = await begun()
    const place = { checklist: id, box: boxOf.tier }
    expect(await asked.tick(place, 'trust me', luis)).toMatchObject({ code: 'world-says-no' })
  })

  test('waits for the first look', async () => {
    const { start, asked } = living()
    const { id } = checklistIn(await start())
    expect(await asked.tick({ checklist: id, box: boxOf.tier }, '', luis)).toMatchObject({
      code: 'not-looked',
    })
  })

  test('is taken back by anybody, a skip says why, and the end belongs to whoever began or approves', async () => {
    const { begun, asked, now } = living()
    const { id } = await begun()
    const place = { checklist: id, box: boxOf.documented }
    expect(await asked.takeBack(place, luis)).toMatchObject({ code: 'nothing-to-take-back' })
    checklistIn(await asked.tick(place, '', luis))
    checklistIn(await asked.takeBack(place, sofia))
    expect(await asked.skip(place, '  ', luis)).toMatchObject({ code: 'no-reason' })
    checklistIn(await asked.skip(place, ' later ', luis))
    expect((await now(id)).boxes[boxOf.documented]?.skip).toMatchObject({ reason: 'later' })
    const passerBy = { user: 'U0TOM', standing: 'member', groups: [] } as const
    expect(await asked.end(id, passerBy)).toMatchObject({ code: 'not-in-role' })
    checklistIn(await asked.end(id, luis))
    expect(await asked.tick(place, '', luis)).toMatchObject({ code: 'ended' })
  })

  test('of a stranger is heard nowhere, and one about a box that is not there neither', async () => {
    const { begun, asked, events } = living()
    const { id } = await begun()
    const before = await events(id)
    const place = { checklist: id, box: boxOf.documented }
    expect(await asked.tick(place, '', stranger)).toMatchObject({ code: 'not-a-member' })
    expect(await asked.apply({ checklist: id, box: boxOf.tier }, stranger)).toMatchObject({
      code: 'not-a-member',
    })
    for (const box of [9, -1, 0.5, Number.NaN])
      expect(await asked.tick({ checklist: id, box }, '', luis)).toMatchObject({
        code: 'no-such-box',
        boxes: 9,
      })
    expect(await asked.tick({ checklist: 'none', box: 0 }, '', luis)).toMatchObject({
      code: 'unknown-checklist',
    })
    expect(await events(id)).toEqual(before)
    expect(before[0]).toMatchObject({ type: 'checklist-started', channel, by: 'U0SOFIA' })
  })
})
