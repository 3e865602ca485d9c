/**
 * A runbook of ten steps over every guard, with a hold, a wait, a condition and a manual step: its life, undisturbed
 * or with a death at any append and any write.
 */
import type { SystemDocument } from '../../src/capacity/system.ts'
import type { PlanItem } from '../../src/define/plan-item.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { keepClaimMs } from '../../src/runs/decide.ts'
import { claimsOfOthers } from '../../src/runs/headroom.ts'
import type { Answer } from '../../src/runs/requests.ts'
import { runOfStream, runStream } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { bumpCeleryConcurrency } from '../../src/steps/bump-celery-concurrency.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { createBackup } from '../../src/steps/create-backup.ts'
import { createReadReplica } from '../../src/steps/create-read-replica.ts'
import { catalogue } from '../../src/steps/index.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { scaleService } from '../../src/steps/scale-service.ts'
import { setDatabaseFlag } from '../../src/steps/set-database-flag.ts'
import { setPooler } from '../../src/steps/set-pooler.ts'
import { terminateSessions } from '../../src/steps/terminate-sessions.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { type Death, mortal, ProcessDied } from './mortal.ts'
import {
  changed,
  channel,
  database,
  type HandClock,
  luis,
  processOn,
  siteWith,
  sofia,
  standing,
  tokenOf,
} from './process.ts'
import { simulateCelery } from './simulated-celery.ts'
import { simulateCloudRun } from './simulated-cloud-run.ts'
import { simulatePooler, simulatePostgres } from './simulated-servers.ts'
import { simulateCloud } from './simulated-world.ts'

const pooler = 'pgbouncer'

const document: SystemDocument = calm(
  siteWith({
    monthlyBudgetUsd: 9_000,
    approvals: { safe: 0, disruptive: 1, irreversible: 1, expiresMinutes: 30 },
  }),
)

/** Few enough instances that the database has room for all of them. */
function calm(given: SystemDocument): SystemDocument {
  const { backend } = given.services
  if (backend?.kind !== 'web') throw new Error('backend serves no requests')
  const services = { ...given.services, backend: { ...backend, maxInstances: 20 } }
  return { ...given, services, workload: { ...given.workload, users: 300 } }
}

const inOrder = (...all: readonly BoundStep[]): readonly PlanItem[] =>
  all.map((step) => ({ kind: 'step', step, why: null }))

export const tenSteps: readonly PlanItem[] = [
  ...inOrder(checkConnections({ database })),
  {
    ...{ kind: 'only-if', when: 'all-hold', skips: 1 },
    conditions: [{ fact: `databases.${database}.tier`, is: 'equal', to: 'db-custom-2-7680' }],
  },
  ...inOrder(
    patchCloudSqlTier({ database, tier: 'db-custom-8-30720', pausePooler: true }),
    createBackup({ database }),
    createReadReplica({ database, name: 'tuki-db-copy', tier: 'db-custom-4-15360' }),
    setDatabaseFlag({ database, name: 'work_mem', value: '16384' }),
    setPooler({ pooler, defaultPoolSize: 40 }),
  ),
  {
    ...{ kind: 'wait', calmMinutes: 1, atMostMinutes: 30, why: null },
    until: { fact: `databases.${database}.sessions`, is: 'below', to: 200 },
  },
  ...inOrder(
    scaleService({ service: 'backend', minInstances: 4 }),
    terminateSessions({ database, idleInTransactionSeconds: 300 }),
    bumpCeleryConcurrency({ service: 'celery-worker', concurrency: 6, live: true }),
    confirm({ what: 'the site answers' }),
  ),
]

/** The guard of the item that is reached; what else it is where it writes nothing. */
export function guardAt({ plan, index }: Run): string {
  const item = plan[index]
  if (item?.kind !== 'step') return item?.kind ?? ''
  const step = catalogue.bind(item.step, item.input)
  if ('kind' in step) throw new Error(`${item.step} is refused`)
  return step.act.kind === 'write' ? step.act.guard : step.act.kind
}

type Process = ReturnType<typeof processOn>

/** What people do, each time they are asked, and again where nobody answered them. */
async function story(bot: Process, items: readonly PlanItem[]): Promise<Run> {
  const [stream] = await bot.ledger.newest('run/', 1)
  const id =
    stream === undefined
      ? changed(await bot.requests.start({ items }, channel, sofia)).id
      : runOfStream(stream)
  for (;;) {
    const run = await bot.bring(id)
    const answer = await answered(bot, run)
    if (answer === null) return run
    changed(answer)
  }
}

/** Null: nobody is asked anything. What nobody could decide is looked at, and left as it is. */
function answered({ requests }: Process, run: Run): Promise<Answer> | null {
  switch (run.stage.kind) {
    case 'consulting':
    case 'waiting':
      return requests.approve(tokenOf(run), luis)
    case 'asked':
      return requests.done(run.id, luis)
    case 'parked':
      return run.stage.why.code === 'undecided'
        ? requests.skip(run.id, 'I have looked', luis)
        : null
    default:
      return null
  }
}

/** One point that a process came to; `isLater`: in the life after the death. */
type Point = { readonly what: string; readonly at: number; readonly isLater: boolean }

const restartMs = 1_000

/** One death at most; then a process that lives to the end. */
export async function live(items: readonly PlanItem[], death: Death | null = null) {
  const clock = handClock()
  const stage = stageOn(clock)
  const points: Point[] = []
  clock.forward(10_000)
  for (const one of death === null ? [null] : [death, null]) {
    const isLater = death !== null && one === null
    const bot = stage.process(one, (what) => points.push({ what, at: clock.now(), isLater }))
    const run = await story(bot, items).catch((error: unknown) => {
      if (error instanceof ProcessDied) return null
      throw error
    })
    if (run !== null) {
      const records = await stage.ledger.read(runStream(run.id))
      return { ...(await stage.left(bot)), points, records, run, end: standing(run) }
    }
    clock.forward(restartMs)
  }
  throw new Error('the last process died too')
}

/** The world and the ledger, which outlive the processes. */
function stageOn(clock: HandClock) {
  const ledger = memoryLedger(clock)
  const cloud = simulateCloud({ clock })
  const cloudRun = simulateCloudRun({ clock, document })
  const servers = simulatePostgres(clock, cloud.reader)
  const poolers = simulatePooler(clock)
  const celery = simulateCelery(clock, 'celery-worker')
  return {
    ledger,
    process: (death: Death | null, reached: (what: string) => void): Process => {
      const life = mortal(ledger, death, reached)
      const postgres = life.part(servers)
      const pgBouncer = life.part(poolers)
      const workers = life.part(celery)
      return processOn({
        ...{ ledger: life.ledger, clock, document },
        ...{ cloud: life.part(cloud), cloudRun: life.part(cloudRun) },
        beside: {
          read: { postgres: postgres.reader, pgBouncer: pgBouncer.reader, celery: workers.reader },
          write: { postgres: postgres.writer, pgBouncer: pgBouncer.writer, celery: workers.writer },
        },
      })
    },
    left: async ({ journal }: Process) => {
      const endedAt = clock.now()
      // What was still on its way arrives, and what was given up undecided holds its target no more.
      clock.forward(keepClaimMs + 1)
      const { tier, flags, replicas, settingsVersion } = await cloud.reader.instance(database)
      const [process] = await poolers.reader.processes(pooler)
      const { settings, etag } = await cloudRun.reader.service('backend')
      const headroom = await journal.headroom(document.name)
      const claims = claimsOfOthers(headroom, null, clock.now())
      return {
        world: {
          ...{ tier, flags, replicas, settingsVersion, etag, claims },
          backups: (await cloud.reader.backups(database)).map(({ status }) => status),
          instances: settings.get('minInstances'),
          poolSize: process?.settings.defaultPoolSize,
          isPaused: process?.databases.some(({ isPaused }) => isPaused),
          sessions: servers.pids(),
        },
        pools: celery.sizes(),
        writes: {
          'cloud-sql': cloud.arrivals(),
          'cloud-run': cloudRun.arrivals(),
          pgbouncer: poolers.sets(),
          postgres: servers.statements(),
          celery: celery.tells(),
        },
        pauses: poolers.pauses,
        endedAt,
      }
    },
  }
}
