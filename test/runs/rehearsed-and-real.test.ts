/**
 * What the rehearsed run predicts and what a run does in the local cloud agree, state by state. The
 * clouds are asked over HTTP; PostgreSQL and the pooler, which no local cloud has, are in memory.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { System, SystemDocument } from '../../src/capacity/system.ts'
import { rehearse } from '../../src/define/forecast.ts'
import { bindItems, type PlanItem } from '../../src/define/plan-item.ts'
import type { RehearsedRun, RehearsedStep } from '../../src/define/rehearsed-run.ts'
import type { JsonObject } from '../../src/define/step.ts'
import { viewOf } from '../../src/gate/facts.ts'
import { dayOf } from '../../src/gate/gate.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import type { Run } from '../../src/runs/stage.ts'
import { catalogue } from '../../src/steps/index.ts'
import { connectCloudRun } from '../../src/world/cloud-run.ts'
import { connectCloudSql } from '../../src/world/cloud-sql.ts'
import { observe } from '../../src/world/observe.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { boundText, documentOf } from '../world/tuki-run.ts'
import { changed, channel, database, luis, processOn, sofia, standing, tokenOf } from './process.ts'
import { simulatePooler, simulatePostgres } from './simulated-servers.ts'

const tiers = ['db-custom-2-7680', 'db-custom-8-30720'] as const
const count = (min: number, max: number) => fc.integer({ min, max })
const routes = fc.constantFrom('direct', 'pgbouncer')

/** The ticketing site in any size that its cloud can be in: what a document names is there, and can be written. */
const randomSite: fc.Arbitrary<SystemDocument> = fc
  .record({
    workload: fc.record({ users: count(50, 12_000), nowUsers: count(0, 2_000) }),
    backend: fc.record({
      ...{ concurrency: count(1, 250), minInstances: count(0, 5), maxInstances: count(5, 200) },
      gunicorn: fc.record({
        workerClass: fc.constantFrom('sync', 'gthread'),
        ...{ workers: count(1, 12), threads: count(1, 8) },
      }),
    }),
    worker: fc.record({
      ...{ minInstances: count(0, 4), maxInstances: count(4, 20) },
      celery: fc.record({ concurrency: count(1, 16), prefetchMultiplier: count(1, 8) }),
    }),
    ways: fc.record({ backend: routes, worker: routes }),
    tier: fc.constantFrom(...tiers),
    availability: fc.constantFrom('regional', 'zonal'),
    monthlyBudgetUsd: fc.constantFrom(2_220, 50_000),
  })
  .map(({ workload, ways, ...parts }) => {
    const { backend, worker, tier, availability, monthlyBudgetUsd } = parts
    const site = documentOf(boundText)
    const { backend: web, 'celery-worker': celery } = site.services
    if (web?.kind !== 'web' || celery?.kind !== 'celery-worker') throw new Error('another site')
    const main = site.databases[database]
    if (main === undefined) throw new Error('no database')
    const through = (way: string) => ({ database: { name: database, through: way } })
    const varied = {
      ...site,
      workload: { ...site.workload, ...workload },
      services: {
        ...site.services,
        backend: {
          ...{ ...web, ...backend, ...through(ways.backend) },
          gunicorn: { ...web.gunicorn, ...backend.gunicorn },
        },
        'celery-worker': {
          ...{ ...celery, ...worker, ...through(ways.worker) },
          celery: { ...celery.celery, ...worker.celery },
        },
      },
      databases: { [database]: { ...main, tier, availability } },
      policy: { ...site.policy, monthlyBudgetUsd },
    }
    return documentOf(stringify(varied))
  })

const line = (step: string, input: fc.Arbitrary<JsonObject>) =>
  input.map((given) => ({ kind: 'step', step, input: given, why: null }) as const)
const [service, worker] = [fc.constant('backend'), fc.constant('celery-worker')]
const on = { database: fc.constant(database) }
const tier = fc.constantFrom(...tiers)

const randomLine = fc.oneof(
  line('check-connections', fc.record(on)),
  line('confirm', fc.constant({ what: 'the site answers' })),
  line('patch-cloud-sql-tier', fc.record({ ...on, tier })),
  line('patch-cloud-sql-tier', fc.record({ ...on, tier, availability: fc.constant('zonal') })),
  line('create-backup', fc.record(on)),
  line(
    'create-read-replica',
    fc.record({ ...on, name: fc.constantFrom('copy-1', 'copy-2'), tier }),
  ),
  line(
    'set-database-flag',
    fc.record({ ...on, name: fc.constant('work_mem'), value: count(64, 16_384).map(String) }),
  ),
  line(
    'set-pooler',
    fc.record({
      ...{ pooler: fc.constant('pgbouncer'), defaultPoolSize: count(5, 80) },
      serverLoginRetrySeconds: count(0, 15),
    }),
  ),
  line('scale-service', fc.record({ service, maxInstances: count(5, 200) })),
  line('scale-service', fc.record({ service, concurrency: count(1, 250) })),
  line('scale-service', fc.record({ service: worker, minInstances: count(0, 4) })),
  line('set-gunicorn', fc.record({ service, workers: count(1, 12), threads: count(1, 8) })),
  line(
    'set-django-connections',
    fc.record({ service, connMaxAgeSeconds: fc.constantFrom(0, 60, 600) }),
  ),
  line('route-through-pooler', fc.record({ service: fc.oneof(service, worker), pooler: routes })),
  line(
    'bump-celery-concurrency',
    fc.record({ service: worker, concurrency: count(1, 16), prefetchMultiplier: count(1, 8) }),
  ),
)

/** What is done only on one tier: some of the plans change it before. */
const guarded = fc.tuple(tier, randomLine).map(([to, guardedLine]) => [
  {
    ...({ kind: 'only-if', when: 'all-hold', skips: 1 } as const),
    conditions: [{ fact: `databases.${database}.tier`, is: 'equal', to } as const],
  },
  guardedLine,
])

type Plan = readonly PlanItem[]
const randomPlan: fc.Arbitrary<Plan> = fc
  .array(
    fc.oneof(
      { arbitrary: randomLine.map((one) => [one]), weight: 3 },
      { arbitrary: guarded, weight: 1 },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((lines) => {
    const plan = bindItems(lines.flat(), catalogue)
    if ('kind' in plan) throw new Error(JSON.stringify(plan))
    return plan
  })

/** A bot of its own in a cloud of its own, and what anybody could see there after each step. */
async function botOn(document: SystemDocument) {
  const clock = handClock()
  const main = document.databases[database]
  const cloud = await startLocalCloud({
    ...{ project: 'tukiprod', document: stringify(document), clock, speed: 10 },
    instances: [
      {
        ...{ name: database, tier: main?.tier ?? '' },
        availabilityType: main?.availability === 'zonal' ? 'ZONAL' : 'REGIONAL',
      },
    ],
  })
  const reach = { apiRoot: cloud.root, clock, readTimeOutMs: 10_000, writeTimeOutMs: 4_000 }
  const cloudSql = connectCloudSql({ project: 'tukiprod', ...reach })
  const cloudRun = connectCloudRun({ document, ...reach })
  // Loading Google's code is no part of any time that is counted here.
  await Promise.all([cloudSql.load(), cloudRun.load()])
  const [postgres, pooler] = [simulatePostgres(clock, cloudSql.reader), simulatePooler(clock)]
  const seen: System[] = []
  const see = async (): Promise<System> => {
    const facts = await observe(document, bot.means.world.read, clock)
    expect(facts.filter(({ kind }) => kind === 'unavailable')).toEqual([])
    return viewOf(document, facts, clock.now()).system
  }
  const ledger = memoryLedger(clock)
  const bot = processOn({
    ...{ clock, document, cloud: cloudSql, cloudRun },
    postgres: postgres.reader,
    beside: { read: { pgBouncer: pooler.reader }, write: { pgBouncer: pooler.writer } },
    ledger: watched(ledger, async () => void seen.push(await see())),
  })
  return { ...bot, cloud, see, seen }
}

const stepEnds = ['step-verified', 'step-unneeded']

/** `passed` is told of each step that ended, before the run goes on. */
function watched(ledger: Ledger, passed: () => Promise<void>): Ledger {
  return {
    ...ledger,
    append: async (appends) => {
      const result = await ledger.append(appends)
      const types = appends.flatMap(({ events }) => events.map(typeOf))
      if (result.kind === 'appended' && types.some((type) => stepEnds.includes(type)))
        await passed()
      return result
    },
  }
}

function typeOf(event: unknown): string {
  return typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : ''
}

const stepsOf = ({ items }: RehearsedRun): readonly RehearsedStep[] =>
  items.filter((item) => item.kind === 'step')

const verdictsOf = ({ past }: Run) =>
  past.flatMap(({ record }) => (record.forecast === null ? [] : [record.forecast.verdict]))

/** What is before the item that is stopped at; a condition that guarded it alone would guard nothing. */
function upTo(plan: Plan, position: number): Plan {
  const items = plan.slice(0, position - 1)
  return items.at(-1)?.kind === 'only-if' ? items.slice(0, -1) : items
}

/** People say yes to all that they are asked. */
async function toItsEnd(bot: Awaited<ReturnType<typeof botOn>>, items: Plan): Promise<Run> {
  const { id } = changed(await bot.requests.start({ items }, channel, sofia))
  for (;;) {
    const run = await bot.bring(id)
    const { kind } = run.stage
    if (kind === 'waiting' || kind === 'consulting')
      changed(await bot.requests.approve(tokenOf(run), luis))
    else if (kind === 'asked') changed(await bot.requests.done(id, luis))
    else return run
  }
}

test('each state that was foretold is the state that is seen', { timeout: 240_000 }, async () => {
  const tally = { runs: 0, states: 0, blocked: 0 }
  await fc.assert(
    fc.asyncProperty(randomSite, randomPlan, async (site, plan) => {
      const bot = await botOn(site)
      try {
        const start = await bot.see()
        const now = bot.clock.now()
        const foretold = rehearse(start, plan, { today: dayOf(now), now })
        const { stop } = foretold
        const refused = stop === null ? null : await toItsEnd(bot, plan)
        if (refused !== null) {
          tally.blocked += 1
          expect(standing(refused)).toBe('ended: blocked')
          expect(bot.cloud.writes).toBe(0)
        }
        const items = stop === null ? plan : upTo(plan, stop.position)
        if (items.length === 0) return
        const run = await toItsEnd(bot, items)
        expect(standing(run)).toMatch(/^ended: (verified|not-verified|unneeded)$/)
        const steps = stepsOf(foretold)
        expect(bot.seen).toEqual(steps.map(({ after }) => after))
        expect(verdictsOf(run)).toEqual(steps.map(({ verdict }) => verdict))
        tally.runs += 1
        tally.states += steps.length
      } finally {
        await bot.cloud.stop()
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 60_000 },
  )
  // A property over plans that are all blocked, or all one step long, would show nothing.
  expect(tally.blocked).toBeGreaterThan(0)
  expect(tally.states).toBeGreaterThan(tally.runs)
})
