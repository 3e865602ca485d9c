/** A world of its own for one write, with the intent that it is sent for. */
import { withReplica } from '../../src/capacity/changes.ts'
import type { SystemDocument } from '../../src/capacity/system.ts'
import type { Intent, JsonObject, StepEntry, WriteAct } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { viewOf } from '../../src/gate/facts.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import type { World } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'
import { simulatePooler, simulatePostgres } from '../runs/simulated-servers.ts'
import { type SimulationOptions, simulateCloud } from '../runs/simulated-world.ts'
import { handClock } from '../world/hand-clock.ts'
import { bound } from './bound.ts'

const replica = { name: 'tuki-db-read-replica', tier: 'db-custom-4-15360' }
const grown = withReplica(site, { database: 'tuki-db-prod', ...replica })
if ('code' in grown) throw new Error(grown.code)
const siteWithReplica: SystemDocument = { ...site, databases: grown.databases }

export function stage(
  entry: StepEntry,
  example: JsonObject,
  options: Partial<SimulationOptions> = {},
) {
  const clock = handClock()
  const step = bound(entry, example)
  const isNamed = step.missing(site) === null
  const document = isNamed ? site : siteWithReplica
  const cloud = simulateCloud({ clock, replicas: isNamed ? [] : [replica.name], ...options })
  const postgres = simulatePostgres(clock, cloud.reader)
  const pooler = simulatePooler(clock)
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  const act: WriteAct = step.act
  clock.forward(options.readLagMs ?? 0)
  const intent: Intent = {
    id: 'i-1',
    target: step.target,
    version: '17',
    intendedAt: clock.now(),
    sendBefore: clock.now() + 5_000,
  }
  const { read: readNowhere, write: writeNowhere } = nowhere
  const [readServers, writeServers] = [
    { postgres: postgres.reader, pgBouncer: pooler.reader },
    { postgres: postgres.writer, pgBouncer: pooler.writer },
  ]
  const world: World = {
    read: { ...readNowhere, ...readServers, cloudSql: cloud.reader },
    write: { ...writeNowhere, ...writeServers, cloudSql: cloud.writer },
  }
  const clearance = () =>
    mintClearance({
      intent: intent.id,
      target: step.target,
      request: 'sha',
      sendBefore: clock.now() + 5_000,
    })
  const facts = () => observe(document, world.read, clock)
  const probe = (of: Intent = intent) => act.probe(of, world.read)
  const perform = (of: Intent = intent) => act.perform(clearance(), of, world, document)
  /** What is foreseen from the world as it is seen now. */
  const foreseen = async () => {
    const { system } = viewOf(document, await facts(), clock.now())
    const prediction = step.predict(system)
    if ('kind' in prediction) throw new Error(prediction.code)
    return { system, after: prediction.after, expects: act.expects(prediction.after) }
  }
  const outcomes = async (expects: Awaited<ReturnType<typeof foreseen>>['expects']) =>
    evidenceFor(expects, await facts(), clock.now(), world.read).map(({ outcome }) => outcome)
  const count = () => cloud.writes() + postgres.statements() + pooler.sets()
  return {
    ...{ clock, cloud, postgres, pooler, step, act, intent, world, document },
    ...{ facts, clearance, probe, perform, foreseen, outcomes, count },
  }
}
