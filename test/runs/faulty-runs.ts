/**
 * A plan of five writing steps through Google's own clients, in a local cloud in which anything may
 * go wrong; and what must hold of each such run, whatever went wrong.
 */
import fc from 'fast-check'
import { stringify } from 'yaml'
import type { StepItem } from '../../src/define/plan-item.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type RunEvent, runEventSchema } from '../../src/runs/events.ts'
import { evolve } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { connectGoogle } from '../../src/world/google.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import { boundText, documentOf } from '../world/tuki-run.ts'
import { type FaultyPlan, faultyPlan, service } from './faulty-steps.ts'
import {
  type Claimed,
  expectEachOnce,
  expectEnd,
  expectParkedTruly,
  expectTrue,
} from './faulty-truth.ts'
import { changed, channel, database, luis, processOn, sofia, standing, tokenOf } from './process.ts'
import { simulatePostgres } from './simulated-servers.ts'

const site = documentOf(boundText)
/**
 * The workers alone, so that a look takes nine requests and not seventeen. What five changes may
 * cost is not the question here.
 */
const text = stringify({
  ...site,
  services: { [service]: site.services[service] },
  policy: { ...site.policy, monthlyBudgetUsd: 50_000 },
})
const document = documentOf(text)
const metric = 'run.googleapis.com/container/instance_count'

async function openWorld({ troubles, readLagMs }: FaultyPlan, met: (how: string) => void) {
  const clock = handClock()
  const cloud = await startLocalCloud({
    ...{ project: 'tukiprod', document: text, clock, speed: 10, readLagMs },
    instances: [{ name: database, tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' }],
    onWrite: (mishap) => {
      if (mishap !== null) met(mishap.how)
    },
  })
  // Reads that lag see a cloud that is older than the lag.
  clock.forward(10_000)
  const google = connectGoogle({ document, apiRoot: cloud.root, clock })
  await google.load()
  const blind: { readonly from: number; readonly until: number }[] = []
  const begun = new Set<string>()
  /** What the plan has in store for this event of this step, once. */
  const befall = (index: number, type: RunEvent['type']) => {
    const trouble = troubles[index]
    if (trouble === undefined || begun.has(`${index} ${type}`)) return
    begun.add(`${index} ${type}`)
    if (type === 'step-claimed') {
      for (const how of trouble.writes) cloud.provoke({ on: 'write', how })
      if (trouble.stopsMetric) cloud.monitoring.stopMetric(metric)
    }
    if (trouble.blindness?.from !== type) return
    cloud.trouble.failReads(trouble.blindness.how)
    blind.push({ from: clock.now(), until: clock.now() + trouble.blindness.seconds * 1_000 })
  }
  const forward = (ms: number) => {
    const now = clock.forward(ms)
    if (blind.every(({ until }) => until <= now)) cloud.trouble.failReads(null)
    return now
  }
  const { read, write } = google
  const process = (ledger: Ledger) =>
    processOn({
      ...{ ledger, document, clock: { now: clock.now, forward } },
      postgres: simulatePostgres(clock, read.cloudSql).reader,
      cloud: { reader: read.cloudSql, writer: write.cloudSql },
      cloudRun: { reader: read.cloudRun, writer: write.cloudRun },
      beside: { read: { monitoring: read.monitoring }, write: { monitoring: write.monitoring } },
    })
  return { cloud, clock, blind, befall, process }
}

export type FaultyWorld = Awaited<ReturnType<typeof openWorld>>

/** Each event of the run is judged as it is written, on the cloud as it is at that moment. */
function witnessed(plan: FaultyPlan, world: FaultyWorld) {
  const ledger = memoryLedger(world.clock)
  const claimed: Claimed = { intents: plan.steps.map(() => []), events: [], retries: new Map() }
  let run: Run | null = null
  const append: Ledger['append'] = async (appends) => {
    const result = await ledger.append(appends)
    if (result.kind !== 'appended') return result
    const own = appends.find(({ stream }) => stream.startsWith('run/'))
    for (const event of (own?.events ?? []).map((one) => runEventSchema.parse(one))) {
      const index = run?.index ?? 0
      claimed.events.push(event)
      if (event.type === 'write-intended') claimed.intents[index]?.push(event.intent.id)
      if (run !== null) expectTrue(event, run, { plan, world, claimed })
      run = evolve(run, { at: result.at, event })
      world.befall(index, event.type)
    }
    return result
  }
  return { claimed, ledger: { ...ledger, append } satisfies Ledger }
}

/** Played to its end, or to where people leave it parked. Throws where anything that it says is untrue. */
async function play(plan: FaultyPlan, met: (how: string) => void): Promise<string> {
  const world = await openWorld(plan, met)
  try {
    const { claimed, ledger } = witnessed(plan, world)
    const bot = world.process(ledger)
    const items = plan.steps.map(({ step }): StepItem => ({ kind: 'step', step, why: null }))
    const { id } = changed(await bot.requests.start({ items }, channel, sofia))
    let { patience } = plan
    let run = await bot.bring(id)
    while (run.stage.kind !== 'ended') {
      if (run.stage.kind === 'parked') {
        expectParkedTruly(run, { plan, world, claimed })
        if (patience === 0) break
        patience -= 1
        changed(await bot.requests.resume(id, choiceFor(run, claimed), sofia))
      } else changed(await bot.requests.approve(tokenOf(run), luis))
      run = await bot.bring(id)
    }
    expectEnd(run)
    expectEachOnce(world.cloud, claimed)
    return standing(run)
  } finally {
    await world.cloud.stop()
  }
}

/** What has failed or is in the way is tried anew; everything else is looked at again. */
function choiceFor({ stage, index }: Run, { retries }: Claimed): 'resume' | 'retry' {
  if (stage.kind !== 'parked' || stage.from.kind !== 'reached') return 'resume'
  retries.set(index, (retries.get(index) ?? 0) + 1)
  return 'retry'
}

/** How the runs ended, and what they met; each has a seed of its own, which plays it again. */
export async function playMany(first: { readonly seed: number; readonly runs: number }) {
  const ends = new Map<string, number>()
  const met = new Map<string, number>()
  const count = (of: Map<string, number>, what: string) => of.set(what, (of.get(what) ?? 0) + 1)
  for (let seed = first.seed; seed < first.seed + first.runs; seed += 1) {
    const [plan] = fc.sample(faultyPlan, { seed, numRuns: 1 })
    if (plan === undefined) throw new Error('no plan was drawn')
    const end = await play(plan, (how) => count(met, how)).catch((cause: unknown) => {
      throw new Error(`FAULTS_SEED=${seed} FAULTS_RUNS=1 plays it again: ${String(cause)}`, {
        cause,
      })
    })
    count(ends, end)
  }
  return { ends, met }
}

/** Another seed, or more runs, by the environment. */
export function asked(runs: number): { readonly seed: number; readonly runs: number } {
  const { FAULTS_SEED = '20261129', FAULTS_RUNS = String(runs) } = process.env
  return { seed: Number(FAULTS_SEED), runs: Number(FAULTS_RUNS) }
}
