/** What a person in an incident reads of a database, and that no name of theirs becomes markup of ours. */
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/define/step.ts'
import type { Evidence } from '../../src/runs/events.ts'
import { evidenceBlocks, readingBlocks } from '../../src/slack/views/evidence.ts'
import { hasLine, listLines } from '../../src/words/en-connections.ts'

const face = { literal: (text: string) => `<${text}>` }
const seen = (field: string, observed: Json): Evidence => ({
  ...{ fact: `databases.tuki-db-prod.${field}`, predicted: observed, observed },
  ...{ outcome: 'confirmed', source: 'PostgreSQL', observedAt: 1, remedy: null },
})
const lines = (field: string, observed: Json) => listLines([seen(field, observed)], face)

describe('the lines of a database', () => {
  test('say who holds its sessions, and in what state', () => {
    const shop = { user: 'shop', application: 'gunicorn', active: 0, idle: 180, inTransaction: 7 }
    const nobody = { user: '', application: '', active: 2, idle: 0, inTransaction: 0 }
    expect(
      lines('sessionHolders', [
        { ...shop, sessions: 1_187 },
        { ...nobody, sessions: 2 },
      ]),
    ).toEqual([
      'Held by <shop in gunicorn> 1,187 (180 idle, 7 idle in a transaction) and <somebody without a name> 2 (2 active).',
    ])
    expect(lines('sessionHolders', [])).toEqual([])
  })

  test('name whoever does nothing in a transaction, and the line that ends it', () => {
    const idle = { user: 'shop', application: 'web', sessions: 3, idleSeconds: 900 }
    const [line] = lines('idleInTransaction', [idle])
    expect(line).toContain('<shop in web> 3, the longest for 15 min')
    expect(line).toContain(
      '</runbook do terminate-sessions database=tuki-db-prod idleInTransactionSeconds=300>',
    )
    expect(lines('idleInTransaction', [])).toEqual(['Nobody sits idle in a transaction.'])
  })

  test('name the longest transactions, the replicas and what waits for a restart', () => {
    const transaction = { pid: 7, user: 'reports', application: '', ageSeconds: 61 }
    expect(
      lines('openTransactions', [
        { ...transaction, idleSeconds: null },
        { ...transaction, idleSeconds: 3 },
      ])[0],
    ).toMatch(/^Longest transactions: <reports> for .*, pid 7, at work; .*, pid 7, idle\.$/)
    const copy = { name: 'copy', state: 'streaming', lagBytes: 16, lagSeconds: 2 }
    expect(lines('replicationLag', [copy])).toEqual(['Replicas: <copy> streaming, 2 s behind.'])
    expect(lines('pendingRestart', ['max_connections'])).toEqual([
      '1 setting changed and waiting for a restart: <max_connections>.',
    ])
  })

  test('are only said of what was seen', () => {
    const unseen = { ...seen('sessionHolders', null), outcome: 'not-observed' } as const
    expect(listLines([unseen], face)).toEqual([])
    expect([hasLine(unseen), hasLine(seen('sessions', 3))]).toEqual([false, false])
  })
})

test('a reading draws its lists as lines and the rest as one table', () => {
  const holder = { user: '<!channel>', application: '', sessions: 2, active: 2 }
  const blocks = readingBlocks([seen('sessions', 2), seen('sessionHolders', [holder])])
  expect(blocks.map(({ type }) => type)).toEqual(['section', 'table'])
  expect(JSON.stringify(blocks)).not.toContain('<!channel>')
})

test('what the world forgets is confirmed until a restart, and says what to do about it', () => {
  const held = { ...seen('defaultPoolSize', 40), holds: 'until-restart' } as const
  const drawn = JSON.stringify(evidenceBlocks([held], []))
  expect(drawn).toContain('until restart')
  expect(drawn).toContain('written into its configuration too')
  expect(JSON.stringify(evidenceBlocks([seen('tier', 'x')], []))).not.toContain('until restart')
})
