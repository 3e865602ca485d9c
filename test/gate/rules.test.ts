/** The rules of time and number: stop switch, freeze windows, changes an hour, cool-downs. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/capacity/system.ts'
import { type History, noHistory, rulesAgainst } from '../../src/gate/rules.ts'
import { site } from '../runs/process.ts'
import { codes, examined } from './sample.ts'

const minute = 60_000
const now = Date.parse('2026-12-01T15:00:00Z')
const target = 'databases.tuki-db-prod'

function against(
  policy: Partial<Policy>,
  history: Partial<History> = {},
  run: string | null = null,
) {
  const write = { target, run, now }
  return rulesAgainst({ ...site.policy, ...policy }, write, { ...noHistory, ...history })
}

const said = (...asked: Parameters<typeof against>) => against(...asked).map(({ code }) => code)
const change = (run: string, minutesAgo: number, of = target) => ({
  run,
  target: of,
  at: now - minutesAgo * minute,
})

describe('a freeze window', () => {
  const window = (from: string, to: string, timeZone = 'America/Santiago') => ({
    freezeWindows: [{ name: 'sale', from, to, timeZone }],
  })

  test('holds from its first minute to before its last, in its own time zone', () => {
    // 15:00 UTC is 12:00 in Santiago in December.
    expect(said(window('2026-12-01T12:00', '2026-12-01T14:00'))).toEqual(['frozen'])
    expect(said(window('2026-12-01T09:00', '2026-12-01T12:00'))).toEqual([])
    expect(said(window('2026-12-01T12:01', '2026-12-01T14:00'))).toEqual([])
  })

  test('that cannot be read lasts for ever', () => {
    expect(said(window('2026-12-01T09:00', '2026-12-01T10:00', 'Mars/Olympus'))).toEqual(['frozen'])
  })

  test('blocks a step whatever else is true of it, and says until when', () => {
    const policy = { ...site.policy, ...window('2026-01-01T00:00', '2099-01-01T00:00', 'UTC') }
    const examination = examined({ document: { ...site, policy } })
    expect(examination.verdict).toBe('block')
    expect(codes(examination)).toContain('frozen')
  })
})

describe('changes an hour', () => {
  const policy = { maxChangesPerHour: 2 }

  test('are counted once for each run and target, within the hour', () => {
    expect(said(policy, { claimed: [change('r1', 10), change('r1', 5)] })).toEqual([])
    expect(said(policy, { claimed: [change('r1', 10), change('r2', 5)] })).toEqual([
      'too-many-changes',
    ])
    expect(said(policy, { claimed: [change('r1', 61), change('r2', 5)] })).toEqual([])
  })

  test('leave out the change that asks', () => {
    const claimed = [change('r1', 10), change('r2', 5)]
    expect(said(policy, { claimed }, 'r2')).toEqual([])
    expect(said(policy, { claimed }, 'r3')).toEqual(['too-many-changes'])
  })

  test('name the time from which another one fits, and then it does', () => {
    const minutes = fc.integer({ min: 0, max: 59 })
    fc.assert(
      fc.property(fc.array(minutes, { minLength: 2, maxLength: 8 }), (ages) => {
        const claimed = ages.map((age, index) => change(`r${index}`, age))
        const [reason] = against(policy, { claimed })
        const [hours = 0, past = 0] = (reason?.values.until ?? '').split(/[: ]/).map(Number)
        const at = now + ((hours * 60 + past - 15 * 60) % 1_440) * minute
        const later = { target, run: null, now: at }
        const full = { ...site.policy, ...policy }
        expect(rulesAgainst(full, later, { ...noHistory, claimed })).toEqual([])
        const before = { ...later, now: at - minute }
        expect(rulesAgainst(full, before, { ...noHistory, claimed })).not.toEqual([])
      }),
    )
  })

  test('none allowed is none', () => {
    expect(said({ maxChangesPerHour: 0 })).toEqual(['too-many-changes'])
  })
})

describe('a cool-down', () => {
  const policy = { coolDownMinutes: 10 }

  test('is between two runs on one target, and of no other', () => {
    expect(said(policy, { ended: [change('r1', 9)] })).toEqual(['cooling-down'])
    expect(said(policy, { ended: [change('r1', 10)] })).toEqual([])
    expect(said(policy, { ended: [change('r1', 9, 'services.backend')] })).toEqual([])
    expect(said(policy, { ended: [change('r1', 9)] }, 'r1')).toEqual([])
  })
})

describe('the stop switch', () => {
  test('says who, since when and why', () => {
    const stop = { by: 'U0ANA', reason: 'the site is down', at: now - minute }
    expect(against({}, { stop })).toMatchObject([
      { code: 'stopped', values: { by: 'U0ANA', reason: 'the site is down', at: '14:59 UTC' } },
    ])
  })
})

test('without rules and history nothing is said', () => {
  expect(against({})).toEqual([])
})
