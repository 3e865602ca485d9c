/** Forms: what is asked for comes from the definitions, and comes back as the words of one command. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineRunbook } from '../../src/define/define-runbook.ts'
import { libraryOf } from '../../src/define/library.ts'
import { sealWith } from '../../src/slack/seal.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { type Bench, openBench } from './desk-bench.ts'

const channel = 'C0INCIDENT'
const ana = 'U0ANA'
const database = 'tuki-db-prod'

const runbook = defineRunbook({
  name: 'look-twice',
  title: 'Look at a database, and once more',
  why: 'A test asks for a parameter that has no default.',
  parameters: z.strictObject({ database: z.string().describe('the database to look at') }),
  steps: ({ database }) => [checkConnections({ database }), checkConnections({ database })],
  tests: [{ claim: 'it reads', parameters: { database }, expects: { verdict: 'clear' } }],
})

let bench: Bench
beforeEach(async () => {
  bench = await openBench(libraryOf([{ runbook, file: 'look-twice.ts', digest: 'd' }]))
})
afterEach(() => bench.stop())

const modal = () => bench.slack.modals.of(ana)
const runs = () => bench.ledger.newest('run/', 10)

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString().replace(/:\d\d\.\d+Z$/, 'Z')

describe('one step', () => {
  test('may be put off too, and its form keeps the time', async () => {
    const at = inAnHour()
    await bench.slack.command(ana, channel, `/runbook do check-connections at=${at}`)
    expect(await runs()).toEqual([])
    await bench.slack.submit(ana, modal()?.id ?? '', { database })
    const [run = ''] = await runs()
    const [started] = await bench.ledger.read(run)
    expect(started?.event).toMatchObject({
      notBefore: Date.parse(at),
      plan: [{ step: 'check-connections', input: { database } }],
    })
  })
})

describe('`/plimsoll <either>`', () => {
  test.each([
    ['/plimsoll plan many', /`users` must be a whole number/],
    ['/plimsoll capacity plan many', /`users` must be a whole number/],
    ['/plimsoll undo', /Which run\? `\/runbook undo/],
    ['/plimsoll runbook undo', /Which run\? `\/runbook undo/],
    ['/plimsoll help', /Say `\/plimsoll capacity help` or `\/plimsoll runbook help`/],
    ['/plimsoll frobnicate', /Say `\/plimsoll capacity help`/],
  ])('%s', async (line, says) => {
    await bench.slack.command(ana, channel, line)
    expect(bench.slack.messages(channel, ana).at(-1)?.text).toMatch(says)
  })
})

test.each([
  ['start plan users=0', /`users` must be a whole number from 1 to 10000000, and `0` is not/],
  ['start plan users=99999999', /`users` must be .*, and `99999999` is not/],
  ['start plan users=10000 budget=0', /`budget` must be .* above 0, and `0` is not/],
  ['start plan users=10000 budget=1', /so little money: `\/capacity plan 10000 1` says why/],
  ['break-glass confirm what=x', /No glass stands before `confirm`.*`\/runbook do confirm what=x`/],
])('`/runbook %s` is refused, and nothing is recorded', async (words, says) => {
  await bench.slack.command(ana, channel, `/runbook ${words}`)
  expect(bench.slack.messages(channel, ana).at(-1)?.text).toMatch(says)
  expect(await runs()).toEqual([])
})

describe('a runbook with a parameter that nobody gave', () => {
  test('is asked about, and starts with what was filled in and what was typed', async () => {
    await bench.slack.command(ana, channel, '/runbook start look-twice at=2099-01-01T00:00Z')
    const told = bench.slack.messages(channel, ana).at(-1)
    expect(told?.text).toMatch(/within seven days/)
    const at = inAnHour()
    await bench.slack.command(ana, channel, `/runbook start look-twice at=${at}`)
    const asked = modal()
    expect(asked?.view.blocks).toMatchObject([{ block_id: 'database', optional: false }])
    expect(await runs()).toEqual([])
    expect(await bench.slack.submit(ana, asked?.id ?? '', {})).toMatchObject({
      kind: 'failed',
      error: 'field_missing',
    })
    await bench.slack.submit(ana, asked?.id ?? '', { database })
    expect(modal()).toBeUndefined()
    const [run = ''] = await runs()
    const [started] = await bench.ledger.read(run)
    expect(started?.event).toMatchObject({
      type: 'run-started',
      by: ana,
      channel,
      notBefore: Date.parse(at),
      runbook: { name: 'look-twice', parameters: { database } },
    })
  })

  test('whose form is closed does not start', async () => {
    await bench.slack.command(ana, channel, '/runbook start look-twice')
    expect(bench.slack.dismiss(ana, modal()?.id ?? '')).toEqual({ kind: 'acked' })
    expect(modal()).toBeUndefined()
    expect(await runs()).toEqual([])
  })

  test('that cannot be recorded within 2 s says so in its form', async () => {
    await bench.slack.command(ana, channel, '/runbook start look-twice')
    bench.hold()
    const sent = bench.slack.submit(ana, modal()?.id ?? '', { database })
    await bench.appendWaits()
    bench.timeIsUp()
    await sent
    expect(JSON.stringify(modal()?.view)).toContain('take it as a no')
    expect(await runs()).toEqual([])
  })
})

describe('what a form carries', () => {
  const seal = sealWith('secret')
  test('comes back as it was given, and changed in any place not at all', () => {
    const text = '{"words":["do"],"user":"U0ANA"}'
    const closed = seal.close(text)
    expect(seal.open(closed)).toBe(text)
    for (let place = 0; place < closed.length; place += 1) {
      const other = closed[place] === 'A' ? 'B' : 'A'
      expect(seal.open(closed.slice(0, place) + other + closed.slice(place + 1))).toBeNull()
    }
    for (const forged of ['', '.', text, `.${text}`, sealWith('guess').close(text)])
      expect(seal.open(forged)).toBeNull()
  })
})
