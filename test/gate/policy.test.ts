/** Who may, and how many: every combination. DESIGN.md, 6. */

import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/capacity/system.ts'
import { approvalsNeeded } from '../../src/define/approvals-needed.ts'
import type { Risk } from '../../src/define/step.ts'
import {
  type Actor,
  type Consentable,
  judgeConsent,
  judgeRequest,
  judgeSteering,
  type Standing,
} from '../../src/gate/policy.ts'
import { site } from '../runs/process.ts'

const standings = ['member', 'guest', 'stranger', 'bot', 'deactivated', 'unknown'] as const
const expiresAt = 1_000
const role = { users: ['U0LUIS'], group: 'S0LEADS' }
const policy: Policy = { ...site.policy, roles: { approve: role } }

/** How somebody comes by the role: by name, by the group, by both or not at all. */
const ways = {
  named: { user: 'U0LUIS', groups: [] },
  grouped: { user: 'U0MARIA', groups: ['S0LEADS', 'S0OTHERS'] },
  both: { user: 'U0LUIS', groups: ['S0LEADS'] },
  neither: { user: 'U0EVE', groups: ['S0OTHERS'] },
} as const

type Case = {
  readonly way: keyof typeof ways
  readonly standing: Standing
  readonly wasIn: boolean
  readonly isRequester: boolean
  readonly isRepeated: boolean
  readonly isExpired: boolean
  readonly isStale: boolean
}

const both = [false, true]
const cases: readonly Case[] = (['named', 'grouped', 'both', 'neither'] as const).flatMap((way) =>
  standings.flatMap((standing) =>
    both.flatMap((wasIn) =>
      both.flatMap((isRequester) =>
        both.flatMap((isRepeated) =>
          both.flatMap((isExpired) =>
            both.map((isStale) => ({
              ...{ way, standing, wasIn, isRequester, isRepeated, isExpired, isStale },
            })),
          ),
        ),
      ),
    ),
  ),
)

const verdictOn = (one: Case): string => {
  const { user, groups } = ways[one.way]
  const approval: Consentable = {
    id: 'a1',
    token: 'r1.t',
    role: 'approve',
    approvers: one.wasIn ? ['U0OTHER', user] : ['U0OTHER'],
    expiresAt,
    consents: one.isRepeated ? [{ by: user }] : [],
  }
  const judged = judgeConsent(
    approval,
    one.isStale ? 'r1.old' : 'r1.t',
    policy,
    one.isRequester ? user : 'U0SOFIA',
    { user, groups, standing: one.standing },
    one.isExpired ? expiresAt : expiresAt - 1,
  )
  return judged.kind === 'counted' ? 'counted' : judged.code
}

const faults = (one: Case): readonly string[] => [
  ...(one.isStale ? ['stale-button'] : []),
  ...(one.isExpired ? ['expired'] : []),
  ...(one.standing === 'member' ? [] : ['not-a-member']),
  ...(one.isRequester ? ['own-request'] : []),
  ...(one.way === 'neither' || !one.wasIn ? ['not-in-role'] : []),
  ...(one.isRepeated ? ['already-counted'] : []),
]

describe('a yes', () => {
  test('of 768 combinations is counted in the three that nothing speaks against', () => {
    expect(cases).toHaveLength(768)
    const counted = cases.filter((one) => verdictOn(one) === 'counted')
    expect(counted.map(({ way }) => way)).toEqual(['named', 'grouped', 'both'])
    expect(counted.flatMap(faults)).toEqual([])
  })

  test('that is not counted says why, and the reason is true', () => {
    for (const one of cases) {
      const all = faults(one)
      if (all.length > 0) expect(all, JSON.stringify(one)).toContain(verdictOn(one))
    }
  })

  test.for([
    'stale-button',
    'expired',
    'not-a-member',
    'own-request',
    'not-in-role',
    'already-counted',
  ])('%s alone is enough for a no', (fault) => {
    const alone = cases.filter((one) => faults(one).join() === fault)
    expect(alone.length).toBeGreaterThan(0)
    for (const one of alone) expect(verdictOn(one)).toBe(fault)
  })

  test('without any role nobody is in it', () => {
    const open = { id: 'a1', token: 't', approvers: ['U0LUIS'], expiresAt, consents: [] }
    const approval: Consentable = { ...open, role: 'approve' }
    const actor: Actor = { user: 'U0LUIS', standing: 'member', groups: ['S0LEADS'] }
    for (const roles of [undefined, {}, { approve: { users: [], group: null } }]) {
      const without: Policy = { ...site.policy, roles }
      expect(judgeConsent(approval, 't', without, 'U0SOFIA', actor, 0)).toMatchObject({
        code: 'not-in-role',
      })
    }
  })
})

describe('how many must say yes', () => {
  const strict: Policy = {
    ...site.policy,
    approvals: { safe: 0, disruptive: 1, irreversible: 2, expiresMinutes: 30 },
  }
  const rows: readonly (readonly [Risk, number, number])[] = [
    ['read', 0, 0],
    ['safe', 0, 1],
    ['disruptive', 1, 1],
    ['irreversible', 2, 2],
  ]
  test.for(rows)('%s: %i when it is clear, %i in review', ([risk, clear, review]) => {
    expect(approvalsNeeded(strict, risk, 'clear')).toBe(clear)
    expect(approvalsNeeded(strict, risk, 'review')).toBe(review)
  })
})

describe('a request', () => {
  const anybody: Actor = { user: 'U0EVE', standing: 'member', groups: [] }
  const asks = (rules: Partial<Policy>, actor: Partial<Actor> = {}) => {
    const judged = judgeRequest(
      { ...site.policy, roles: undefined, channels: undefined, ...rules },
      'C0INCIDENT',
      { ...anybody, ...actor },
    )
    return judged.kind === 'allowed' ? 'allowed' : judged.code
  }

  test('is every member’s where nothing is said, and nobody else’s', () => {
    expect(standings.map((standing) => asks({}, { standing }))).toEqual([
      'allowed',
      ...Array(5).fill('not-a-member'),
    ])
  })

  test('is taken in the named channels alone, and from the role where there is one', () => {
    expect(asks({ channels: ['C0INCIDENT'] })).toBe('allowed')
    expect(asks({ channels: ['C0OTHER'] })).toBe('channel')
    const roles = { request: { users: [], group: 'S0SRE' } }
    expect(asks({ roles })).toBe('not-in-role')
    expect(asks({ roles }, { groups: ['S0SRE'] })).toBe('allowed')
  })
})

describe('steering a run', () => {
  test('is for its requester and for approvers, as long as they are members', () => {
    const may = (actor: Actor) => judgeSteering(policy, 'U0SOFIA', actor).kind === 'allowed'
    for (const standing of standings) {
      const isMember = standing === 'member'
      expect(may({ user: 'U0SOFIA', standing, groups: [] })).toBe(isMember)
      expect(may({ ...ways.named, standing })).toBe(isMember)
      expect(may({ ...ways.grouped, standing })).toBe(isMember)
      expect(may({ ...ways.neither, standing })).toBe(false)
    }
  })
})
