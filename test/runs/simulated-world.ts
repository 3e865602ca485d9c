/**
 * Cloud SQL in memory, as the ports have it: versions, 412, operations that take time on a hand clock, reads that lag,
 * replies that are lost. Its instances and their changes are the local cloud's own; world-contract.test.ts holds it to
 * the real adapter.
 */
import { busy, type GoogleError, staleVersion } from '../../src/rehearsal/cloud/google-error.ts'
import type { Settings } from '../../src/rehearsal/cloud/settings-rules.ts'
import {
  backUp,
  change,
  createReplica,
  deleteInstance,
  type Failure,
  instanceAt,
  type SqlProject,
} from '../../src/rehearsal/cloud/sql-changes.ts'
import {
  type Operation,
  revisionAt,
  type SqlInstance,
} from '../../src/rehearsal/cloud/sql-instance.ts'
import { backupJson } from '../../src/rehearsal/cloud/wire.ts'
import type { Clearance } from '../../src/world/clearance.ts'
import { refusedWrite } from '../../src/world/cloud-sql-faults.ts'
import { Fault, type FaultCode } from '../../src/world/fault.ts'
import type {
  CloudSqlOperation,
  CloudSqlPatch,
  CloudSqlReader,
  CloudSqlWriter,
  NewReplica,
} from '../../src/world/ports/cloud-sql.ts'
import type { Clock } from '../../src/world/world.ts'
import { seenInstance, seenOperation, tukiAt } from './simulated-instance.ts'

export type Mishap =
  | 'stale'
  | 'busy'
  | 'rate-limited'
  | 'unavailable'
  | 'request-lost'
  | 'reply-lost'
  | 'operation-fails'
  /** It arrives so long after it was sent, when nobody waits for the answer any more. */
  | { readonly lateMs: number }

export type TestCloud = {
  readonly reader: CloudSqlReader
  readonly writer: CloudSqlWriter
  /** How many changes took effect. */
  readonly writes: () => number
  /** How many writes reached it, refused ones too. */
  readonly arrivals: () => number
  /** The next write meets this. */
  readonly provoke: (mishap: Mishap) => void
}

export type SimulationOptions = {
  readonly clock: Clock
  readonly operationSeconds?: number
  readonly restartSeconds?: number
  readonly readLagMs?: number
  readonly tier?: string
  readonly replicas?: readonly string[]
}

/** What the world makes of a request, whenever it arrives. */
type Effect = (at: number, failure: Failure) => Operation | GoogleError
type Letter = { readonly arrivesAt: number; readonly effect: Effect }

type Simulation = {
  readonly clock: Clock
  readonly project: SqlProject
  readonly readLagMs: number
  readonly mishaps: Mishap[]
  /** Sent, and not there yet. */
  readonly letters: Letter[]
  readonly counts: { arrivals: number; operations: number }
}

const primary = 'tuki-db-prod'
const weekMs = 7 * 24 * 3_600_000

export function simulateCloud(options: SimulationOptions): TestCloud {
  const { clock, operationSeconds = 12, restartSeconds = 6, readLagMs = 0 } = options
  const counts = { arrivals: 0, operations: 0 }
  const made = [
    tukiAt(clock.now(), { name: primary, tier: options.tier ?? 'db-custom-2-7680' }),
    ...(options.replicas ?? []).map((name) =>
      tukiAt(clock.now(), { name, tier: 'db-custom-4-15360', primary }),
    ),
  ]
  const simulation: Simulation = {
    clock,
    project: {
      instances: new Map(made.map((one) => [one.name, one])),
      durations: {
        operationMs: operationSeconds * 1_000,
        restartMs: restartSeconds * 1_000,
        burntMs: weekMs,
      },
      newName: () => `op-${++counts.operations}`,
    },
    readLagMs,
    mishaps: [],
    letters: [],
    counts,
  }
  return {
    reader: readerOf(simulation),
    writer: writerOf(simulation),
    writes: () => {
      deliver(simulation)
      return operationsOf(simulation).length
    },
    arrivals: () => counts.arrivals,
    provoke: (mishap) => simulation.mishaps.push(mishap),
  }
}

const operationsOf = ({ project }: Simulation) =>
  [...project.instances.values()].flatMap(({ operations }) => operations)

function readerOf(simulation: Simulation): CloudSqlReader {
  const { clock, project, readLagMs } = simulation
  const moment = (): number => {
    deliver(simulation)
    return clock.now() - readLagMs
  }
  const found = (name: string, at: number): SqlInstance => {
    const instance = instanceAt(project, name, at)
    if (instance === null) throw new Fault('not-found', 'no', `no instance ${name}`)
    return instance
  }
  return {
    instance: async (name) => {
      const at = moment()
      return seenInstance(project, found(name, at), at)
    },
    operation: async (name) => {
      const at = moment()
      const operation = operationsOf(simulation).find(
        (one) => one.name === name && one.insertedAt <= at,
      )
      if (operation === undefined) throw new Fault('not-found', 'no', `no operation ${name}`)
      return seenOperation(operation, at)
    },
    operations: async (name) => {
      const at = moment()
      return found(name, at)
        .operations.filter(({ insertedAt }) => insertedAt <= at)
        .map((operation) => seenOperation(operation, at))
        .reverse()
        .slice(0, 20)
    },
    backups: async (name) => {
      const at = moment()
      return found(name, at)
        .backups.filter(({ operation }) => operation.insertedAt <= at)
        .toReversed()
        .map((run) => ({
          description: run.description,
          status: backupJson(name, run, at).status,
          enqueuedAt: run.operation.insertedAt,
        }))
    },
  }
}

const lost = {
  unavailable: ['server-error', 'unknown'],
  'request-lost': ['unreachable', 'unknown'],
} as const satisfies Record<string, readonly [FaultCode, 'unknown']>

function writerOf(simulation: Simulation): CloudSqlWriter {
  const { clock, mishaps, letters, project } = simulation
  const send = async (
    clearance: Clearance,
    database: string,
    effect: Effect,
  ): Promise<CloudSqlOperation> => {
    clearance.spend(clock.now(), `databases.${database}`)
    deliver(simulation)
    const mishap = mishaps.shift()
    if (typeof mishap === 'object') {
      letters.push({ arrivesAt: clock.now() + mishap.lateMs, effect })
      // One may overtake another: each meets the world of its own moment.
      letters.sort((one, other) => one.arrivesAt - other.arrivesAt)
      throw new Fault('time-out', 'unknown', 'no answer in time')
    }
    simulation.counts.arrivals += 1
    if (mishap === 'stale') throw refused(staleVersion(), clock)
    if (mishap === 'busy') throw refused(busy(), clock)
    if (mishap === 'rate-limited')
      throw new Fault('rate-limited', 'no', mishap, { retryAfterMs: 60_000 })
    if (mishap === 'unavailable' || mishap === 'request-lost') {
      const [code, sent] = lost[mishap]
      throw new Fault(code, sent, mishap)
    }
    const failure = { code: 'INTERNAL_ERROR', message: 'it could not be done' }
    const operation = effect(clock.now(), mishap === 'operation-fails' ? failure : null)
    if ('kind' in operation) throw refused(operation, clock)
    if (mishap === 'reply-lost') throw new Fault('unreachable', 'unknown', 'the reply is lost')
    return seenOperation(operation, clock.now())
  }
  return {
    patch: (clearance, wish) =>
      send(clearance, wish.instance, (at, failure) => {
        const instance = present(project, wish.instance, at)
        const { settings, settingsVersion } = revisionAt(instance, at)
        return wish.settingsVersion === String(settingsVersion)
          ? change(project, instance, changed(settings, wish), at, failure)
          : staleVersion()
      }),
    createReplica: (clearance, replica) =>
      send(clearance, replica.primary, (at, failure) =>
        createReplica(project, bodyOf(replica), at, failure),
      ),
    deleteReplica: (clearance, { name, primary: database }) =>
      send(clearance, database, (at, failure) =>
        deleteInstance(project, present(project, name, at), at, failure),
      ),
    backUp: (clearance, { instance, description }) =>
      send(clearance, instance, (at, failure) =>
        backUp(project, present(project, instance, at), description, at, failure),
      ),
  }
}

function present(project: SqlProject, name: string, at: number): SqlInstance {
  const instance = instanceAt(project, name, at)
  if (instance === null) throw new Fault('not-found', 'no', `no instance ${name}`)
  return instance
}

function refused({ status, body }: GoogleError, clock: Clock): Fault {
  return refusedWrite(status, body, null, { now: clock.now(), permission: 'nothing' })
}

/** What was on its way and has arrived by now; a refusal is told to nobody. */
function deliver(simulation: Simulation): void {
  const { letters, clock, counts } = simulation
  while (letters[0] !== undefined && letters[0].arrivesAt <= clock.now()) {
    const letter = letters.shift()
    if (letter === undefined) return
    counts.arrivals += 1
    try {
      letter.effect(letter.arrivesAt, null)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
}

function changed(settings: Settings, wish: CloudSqlPatch): Settings {
  const availability = wish.availability === 'zonal' ? 'ZONAL' : 'REGIONAL'
  const flags = Object.entries(wish.flags ?? {}).map(([name, value]) => ({ name, value }))
  return {
    ...settings,
    tier: wish.tier ?? settings.tier,
    availabilityType: wish.availability === undefined ? settings.availabilityType : availability,
    databaseFlags: wish.flags === undefined ? settings.databaseFlags : flags,
    userLabels: { ...settings.userLabels, ...wish.userLabels },
  }
}

function bodyOf(replica: NewReplica) {
  return {
    name: replica.name,
    masterInstanceName: replica.primary,
    region: replica.region,
    databaseVersion: `POSTGRES_${replica.version}`,
    settings: {
      tier: replica.tier,
      edition: replica.edition === 'enterprise' ? 'ENTERPRISE' : 'ENTERPRISE_PLUS',
      dataDiskSizeGb: String(replica.diskGb),
      userLabels: { ...replica.userLabels },
    },
  } as const
}
