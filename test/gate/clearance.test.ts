/** The one minter: what must hold before a write may leave, each condition alone. DESIGN.md, 2 and 6. */
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/capacity/system.ts'
import { type Cleared, clear, type NotCleared, type Request } from '../../src/gate/clearance.ts'
import { bumpCeleryConcurrency } from '../../src/steps/bump-celery-concurrency.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { Fault } from '../../src/world/fault.ts'
import { database, site, upgrade } from '../runs/process.ts'
import { examined, factsWith, factsWithout, now, target } from './sample.ts'

const shown = examined()
const intent = {
  id: 'i-1',
  target,
  version: '17',
  intendedAt: now,
  sendBefore: now + 5_000,
}

const request: Request = {
  step: upgrade,
  intent,
  policy: site.policy,
  shown,
  consents: [{ by: 'U0LUIS' }],
  requester: 'U0SOFIA',
  isGlassBroken: false,
  expiresAt: now + 60_000,
  fresh: shown,
  now,
  spendBefore: intent.sendBefore,
}

const asked = (changes: Partial<Request> = {}) => clear({ ...request, ...changes })
const withPolicy = (policy: Partial<Policy>) => ({ policy: { ...site.policy, ...policy } })

function minted(answer: Cleared | NotCleared) {
  if (answer.kind === 'cleared') return answer.clearance
  throw new Error(JSON.stringify(answer))
}

function faultOf(work: () => void): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof Fault ? `${error.code}, sent: ${error.sent}` : String(error)
  }
}

describe('a clearance', () => {
  test('is for one intent on one target, and is spent once', () => {
    const clearance = minted(asked())
    expect([clearance.intent, clearance.target]).toEqual(['i-1', target])
    expect(faultOf(() => clearance.spend(now, target))).toBe('none')
    expect(faultOf(() => clearance.spend(now, target))).toBe('expired, sent: no')
  })

  test('is not minted for a yes that nobody acted on in time: it must be asked for again', () => {
    const late = { now: now + 60_000 + 600_001, fresh: { ...shown } }
    expect(asked(late)).toMatchObject({ kind: 'moved', moved: [{ what: 'approval' }] })
  })

  test('is good until its sendBefore, and not a millisecond longer', () => {
    const { sendBefore } = intent
    expect(faultOf(() => minted(asked()).spend(sendBefore, target))).toBe('none')
    expect(faultOf(() => minted(asked()).spend(sendBefore + 1, target))).toBe('expired, sent: no')
  })

  test('of another target is refused, and is not spent by it', () => {
    const clearance = minted(asked())
    expect(faultOf(() => clearance.spend(now, 'databases.other'))).toBe('invalid, sent: no')
    expect(faultOf(() => clearance.spend(now, target))).toBe('none')
  })

  test('cannot be made without the gate: its class has no public constructor', () => {
    const clearance = minted(asked())
    const copy: unknown = Object.create(Object.getPrototypeOf(clearance))
    const spend: unknown = Reflect.get(clearance, 'spend')
    expect(() => typeof spend === 'function' && spend.call(copy, now, target)).toThrow(TypeError)
    expect(Object.keys(clearance)).toEqual([])
  })
})

describe('no clearance', () => {
  const refused: readonly (readonly [string, Partial<Request>, RegExp])[] = [
    ['for a step that only reads', { step: checkConnections({ database }) }, /writes nothing/],
    [
      'for what is baked into an image',
      { step: bumpCeleryConcurrency({ service: 'celery-worker', concurrency: 6 }) },
      /baked-into-image/,
    ],
    ['for what a person does', { step: confirm({ what: 'it is so' }) }, /writes nothing/],
    ['with too few consents', { consents: [] }, /1 must approve, 0 did/],
    ['with the requester’s own consent', { consents: [{ by: 'U0SOFIA' }] }, /1 must approve, 0/],
    [
      'with one person’s consent twice where two are needed',
      {
        ...withPolicy({
          approvals: { safe: 0, disruptive: 2, irreversible: 2, expiresMinutes: 30 },
        }),
        consents: [{ by: 'U0LUIS' }, { by: 'U0LUIS' }],
      },
      /2 must approve, 1 did/,
    ],
    ['after the time of its intent', { now: intent.sendBefore + 1 }, /its time is over/],
    ['on facts of eleven seconds ago', { now: now + 11_000 }, /was not observed/],
    ['on facts of a later time', { now: now - 1 }, /was not observed/],
    [
      'to a broken glass that only its asker agreed to',
      { isGlassBroken: true, consents: [{ by: 'U0SOFIA' }] },
      /1 must approve, 0 did/,
    ],
  ]
  test.for(refused)('%s', ([, changes, why]) => {
    expect(asked(changes)).toEqual({ kind: 'not-cleared', why: expect.stringMatching(why) })
  })

  test.for([...upgrade.needs])('without %s: each needed fact must be observed', (name) => {
    const fresh = examined({ facts: factsWithout(name.slice(target.length + 1)) })
    expect(asked({ shown: fresh, fresh })).toEqual({
      kind: 'not-cleared',
      why: `${name} was not observed`,
    })
  })

  test('on facts that were seen, and are stale by the policy', () => {
    const policy = { ...site.policy, maxFactAgeSeconds: { configured: 1, measured: 1 } }
    const fresh = examined({ document: { ...site, policy }, facts: factsWith({}, now - 1_001) })
    expect(asked({ shown: fresh, fresh })).toMatchObject({ kind: 'not-cleared' })
  })

  test('when the verdict is block, whoever said yes to it', () => {
    const fresh = examined({ facts: factsWith({ state: 'MAINTENANCE' }) })
    expect(asked({ shown: fresh, fresh })).toEqual({
      kind: 'not-cleared',
      why: 'the verdict is block',
    })
  })

  test('when the world moved: it says what', () => {
    const fresh = examined({ facts: factsWith({ settingsVersion: '18' }) })
    expect(asked({ fresh })).toEqual({
      kind: 'moved',
      moved: [{ what: 'version', before: '17', after: '18' }],
    })
  })

  test('in mode observe: everything else was asked before', () => {
    const observing = withPolicy({ mode: 'observe' })
    expect(asked(observing)).toEqual({ kind: 'withheld' })
    expect(asked({ ...observing, consents: [] })).toMatchObject({ kind: 'not-cleared' })
  })
})
