/**
 * Seeded deaths of the real process (kill -9) in runs of ten steps over every guard, alone on SQLite and as one of two
 * instances on PostgreSQL. KILLS_LIVES=8 plays all forty of each, and judges how soon who comes next goes on.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { database } from '../../e2e/bot.ts'
import { databasesOn } from '../ledger/databases.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'
import { type Around, alone, pair, users } from './around.ts'
import { type Death, live, type Tell, type Witness, witness } from './life.ts'
import { count, type Place, seededLives } from './places.ts'

const seed = 2612
const dealt = await seededLives(seed)
const { KILLS_LIVES = '1' } = process.env
const isWhole = Number(KILLS_LIVES) === dealt.length
const cases = dealt
  .map((places, life) => ({ life: life + 1, places, named: named(places) }))
  .slice(0, Number(KILLS_LIVES))

let server: PostgresServer
const databases = databasesOn(() => server)
beforeAll(async () => {
  server = await startPostgres({ max_connections: '200' })
  for (const user of users) await server.sql(`CREATE ROLE ${user} LOGIN SUPERUSER`)
})
afterAll(async () => {
  await databases.closeAll()
  await server?.remove()
})

type Fallen = Death & Life
const fallen: Fallen[] = []
afterAll(() => {
  const rows = fallen.map(row).toSorted()
  process.stdout.write(`${[headings, ...rows].join('\n')}\n${rows.length} deaths\n`)
})

test(`seed ${seed} deals ${count} different places`, () => {
  expect(new Set(dealt.flat().map(({ index, what }) => `${index} ${what}`)).size).toBe(count)
})

describe.concurrent('killed and started again, on SQLite', { timeout: 900_000 }, () => {
  test.each(cases)('life $life: $named', ({ life, places }) =>
    through({ where: 'sqlite', life, places }, alone),
  )
})

describe.concurrent('killed beside another instance, on PostgreSQL', { timeout: 900_000 }, () => {
  test.each(cases)('life $life: $named', async ({ life, places }) => {
    const url = await databases.fresh()
    // Its tables are made here: what is told of them must be there before the instances are.
    await databases.opened(url)
    const urlAs = (user: string) => url.replace('postgres@', `${user}@`)
    await through({ where: 'postgres', life, places }, (tell) => pair(urlAs, tell))
  })
})

type Life = { readonly where: string; readonly life: number; readonly places: readonly Place[] }

/** More processes than that at once, and two cores do not start them in time. */
const turn = turns(4)

function through(it: Life, open: (tell: Tell) => Promise<Around>): Promise<void> {
  return turn(async () => {
    let around: Around | null = null
    const seen = witness(it.places, () => around?.instances ?? [])
    around = await open(seen.told)
    try {
      const deaths = await live(around, seen)
      fallen.push(...deaths.map((death) => ({ ...death, ...it })))
      expect(deaths.map(({ index, what }) => ({ index, what }))).toEqual(it.places)
      expectSameWorld(around, seen)
    } finally {
      await around.close()
    }
  })
}

function turns(atOnce: number) {
  const lanes = Array.from({ length: atOnce }, () => Promise.resolve())
  let count = 0
  return (work: () => Promise<void>): Promise<void> => {
    const lane = count % atOnce
    count += 1
    const before = lanes[lane] ?? Promise.resolve()
    const mine = before.then(work)
    lanes[lane] = mine.catch(() => undefined)
    return mine
  }
}

/** Steps by their guard: writes.md. */
const guards = [
  ...['read', 'version', 'absolute', 'name', 'version'],
  ...['absolute', 'version', 'absolute', 'none', 'manual'],
]
const celery = guards.indexOf('none')

function expectSameWorld({ stage, servers, wrote }: Around, { happened }: Witness): void {
  const { tier, databaseFlags, settingsVersion } = stage.cloud.instance(database)
  expect({ tier, databaseFlags, settingsVersion }).toEqual({
    tier: 'db-custom-8-30720',
    databaseFlags: [{ name: 'work_mem', value: '16384' }],
    settingsVersion: '4',
  })
  expect(stage.cloud.instance('tuki-db-copy').tier).toBe('db-custom-4-15360')
  expect(stage.cloud.service('backend').scaling).toMatchObject({ minInstanceCount: 4 })
  // Tier, backup, replica, flag and scaling: each took effect once.
  expect(stage.cloud.writes).toBe(5)
  expect(servers.isPaused()).toBe(false)
  expect(servers.pooler.default_pool_size).toBe('40')
  expect(wrote.filter((what) => what.startsWith('SET'))).toHaveLength(1)
  expect(wrote.filter((what) => what === 'terminate')).toHaveLength(1)
  expectNeverToldTwice({ servers, wrote }, { happened })
}

/** Under guard `none` a person decides, where nobody else can: then a worker may be as it was, never told twice. */
function expectNeverToldTwice(
  { servers, wrote }: Pick<Around, 'servers' | 'wrote'>,
  { happened }: Pick<Witness, 'happened'>,
): void {
  const told = wrote.filter((what) => what.startsWith('celery-worker'))
  expect(new Set(told).size).toBe(told.length)
  expect(told.every((one) => one.endsWith(' 2'))).toBe(true)
  const parked = happened.flatMap(({ what, index }) => (what === 'run-parked' ? [index] : []))
  expect(parked.filter((index) => index !== celery)).toEqual([])
  if (servers.pools().some((pool) => pool !== 6)) expect(parked).toEqual([celery])
}

describe.runIf(isWhole)('who comes next goes on in time', () => {
  /** The bounds, of the median: a busy machine may be late once, and three times as late at most. */
  test.each<[string, number, (death: Fallen) => number | null]>([
    ['alone, within 2 s of being back', 2_000, (death) => (isQuick(death) ? death.readyMs : null)],
    [
      'by takeover, within 10 s of the death',
      10_000,
      (death) => (isQuick(death) && death.readyMs === null ? death.recoveryMs : null),
    ],
    ['the pooler is let go within 10 s of the death', 10_000, ({ resumedMs }) => resumedMs],
  ])('%s', (_what, withinMs, timeOf) => {
    const times = fallen.flatMap((death) => timeOf(death) ?? []).toSorted((a, b) => a - b)
    expect(times.length).toBeGreaterThan(3)
    expect(times[Math.floor(times.length / 2)]).toBeLessThan(withinMs)
    expect(times.at(-1)).toBeLessThan(3 * withinMs)
  })
})

/** Under these guards there is nothing to wait for. DESIGN.md, 3. */
function isQuick({ index }: Death): boolean {
  return guards[index] === 'version' || guards[index] === 'name'
}

function named(places: readonly Place[]): string {
  return places.map(({ index, what }) => `${index + 1} ${what}`).join(', ')
}

const widths = [9, 5, 5, 9, 20, 10, 11]
const headings = columns([
  ...['ledger', 'life', 'step', 'guard', 'killed after', 'recovery', 'when ready', 'let go'],
])

function row({ where, life, index, what, recoveryMs, readyMs, resumedMs }: Fallen): string {
  const seconds = (ms: number | null) => (ms === null ? '' : `${(ms / 1_000).toFixed(1)} s`)
  return columns([
    ...[where, String(life), String(index + 1), guards[index] ?? '', what],
    ...[recoveryMs, readyMs, resumedMs].map(seconds),
  ])
}

function columns(texts: readonly string[]): string {
  return texts
    .map((text, at) => text.padEnd(widths[at] ?? 0))
    .join(' ')
    .trimEnd()
}
