/**
 * Cloud SQL in memory, as the ports have it: versions, 412, operations that take time on a hand clock, reads that lag,
 * replies that are lost. Its instances are the local cloud's own; world-contract.test.ts holds it to the real adapter.
 */
import type { Settings } from '../../src/rehearsal/cloud/settings-rules.ts'
import {
  accept,
  isBusy,
  type Operation,
  revisionAt,
  type SqlInstance,
  statusAt,
} from '../../src/rehearsal/cloud/sql-instance.ts'
import { Fault, type FaultCode } from '../../src/world/fault.ts'
import type {
  CloudSqlInstance,
  CloudSqlOperation,
  CloudSqlPatch,
  CloudSqlReader,
  CloudSqlWriter,
} from '../../src/world/ports/cloud-sql.ts'
import type { Clock } from '../../src/world/world.ts'

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
}

type Letter = { readonly arrivesAt: number; readonly change: CloudSqlPatch }

type Simulation = {
  readonly clock: Clock
  readonly durations: { readonly operationMs: number; readonly restartMs: number }
  readonly readLagMs: number
  readonly instance: SqlInstance
  readonly mishaps: Mishap[]
  /** Sent, and not there yet. */
  readonly letters: Letter[]
  readonly counts: { arrivals: number }
}

export function simulateCloud(options: SimulationOptions): TestCloud {
  const { clock, operationSeconds = 12, restartSeconds = 6, readLagMs = 0 } = options
  const simulation: Simulation = {
    clock,
    durations: { operationMs: operationSeconds * 1_000, restartMs: restartSeconds * 1_000 },
    readLagMs,
    instance: tukiAt(clock.now(), options.tier ?? 'db-custom-2-7680'),
    mishaps: [],
    letters: [],
    counts: { arrivals: 0 },
  }
  return {
    reader: readerOf(simulation),
    writer: writerOf(simulation),
    writes: () => {
      deliver(simulation)
      return simulation.instance.operations.length
    },
    arrivals: () => simulation.counts.arrivals,
    provoke: (mishap) => simulation.mishaps.push(mishap),
  }
}

function tukiAt(at: number, tier: string): SqlInstance {
  const settings: Settings = {
    tier,
    edition: 'ENTERPRISE',
    availabilityType: 'REGIONAL',
    activationPolicy: 'ALWAYS',
    dataDiskSizeGb: '50',
    databaseFlags: [{ name: 'work_mem', value: '8192' }],
    userLabels: { team: 'tickets' },
    backupConfiguration: {},
  }
  return {
    name: 'tuki-db-prod',
    region: 'us-central1',
    databaseVersion: 'POSTGRES_14',
    masterInstanceName: null,
    revisions: [{ at, settingsVersion: 17, settings }],
    operations: [],
    outages: [],
  }
}

function readerOf(simulation: Simulation): CloudSqlReader {
  const { clock, instance, readLagMs } = simulation
  const moment = (name: string): number => {
    deliver(simulation)
    if (name !== instance.name) throw new Fault('not-found', 'no', `no instance ${name}`)
    return clock.now() - readLagMs
  }
  return {
    instance: async (name) => instanceAt(instance, moment(name)),
    operation: async (name) => {
      const at = moment(instance.name)
      const found = instance.operations.find((one) => one.name === name && one.insertedAt <= at)
      if (found === undefined) throw new Fault('not-found', 'no', `no operation ${name}`)
      return operationAt(found, at)
    },
    operations: async (name) => {
      const at = moment(name)
      return instance.operations
        .filter(({ insertedAt }) => insertedAt <= at)
        .map((operation) => operationAt(operation, at))
        .reverse()
        .slice(0, 20)
    },
  }
}

const refusals = {
  stale: ['version-moved', 'no'],
  busy: ['busy', 'no'],
  'rate-limited': ['rate-limited', 'no'],
  unavailable: ['server-error', 'unknown'],
  'request-lost': ['unreachable', 'unknown'],
} as const satisfies Record<string, readonly [FaultCode, 'no' | 'unknown']>

function writerOf(simulation: Simulation): CloudSqlWriter {
  const { clock, mishaps, letters } = simulation
  return {
    patch: async (clearance, change) => {
      clearance.spend(clock.now(), `databases.${change.instance}`)
      deliver(simulation)
      const mishap = mishaps.shift()
      if (typeof mishap === 'object') {
        letters.push({ arrivesAt: clock.now() + mishap.lateMs, change })
        throw new Fault('time-out', 'unknown', 'no answer in time')
      }
      if (mishap !== undefined && mishap !== 'reply-lost' && mishap !== 'operation-fails') {
        simulation.counts.arrivals += 1
        const [code, sent] = refusals[mishap]
        const asked = mishap === 'rate-limited' ? { retryAfterMs: 60_000 } : {}
        throw new Fault(code, sent, mishap, asked)
      }
      const operation = arrive(simulation, change, clock.now(), mishap === 'operation-fails')
      if (mishap === 'reply-lost') throw new Fault('unreachable', 'unknown', 'the reply is lost')
      return operationAt(operation, clock.now())
    },
  }
}

/** What was on its way and has arrived by now; a refusal is told to nobody. */
function deliver(simulation: Simulation): void {
  const { letters, clock } = simulation
  while (letters[0] !== undefined && letters[0].arrivesAt <= clock.now()) {
    const letter = letters.shift()
    if (letter === undefined) return
    try {
      arrive(simulation, letter.change, letter.arrivesAt, false)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
}

function arrive(
  simulation: Simulation,
  change: CloudSqlPatch,
  at: number,
  fails: boolean,
): Operation {
  const { instance, durations, counts } = simulation
  counts.arrivals += 1
  const { settings, settingsVersion } = revisionAt(instance, at)
  if (change.settingsVersion !== String(settingsVersion))
    throw new Fault('version-moved', 'no', 'the settings version moved')
  if (isBusy(instance, at)) throw new Fault('busy', 'no', 'another operation is under way')
  const error = fails ? { code: 'INTERNAL_ERROR', message: 'it could not be updated' } : null
  const name = `op-${instance.operations.length + 1}`
  return accept(instance, { name, settings: changed(settings, change), at, durations, error })
}

function changed(settings: Settings, change: CloudSqlPatch): Settings {
  const availability = change.availability === 'zonal' ? 'ZONAL' : 'REGIONAL'
  return {
    ...settings,
    tier: change.tier ?? settings.tier,
    availabilityType: change.availability === undefined ? settings.availabilityType : availability,
    userLabels: { ...settings.userLabels, ...change.userLabels },
  }
}

function instanceAt(instance: SqlInstance, at: number): CloudSqlInstance {
  const { settings, settingsVersion } = revisionAt(instance, at)
  return {
    name: instance.name,
    state: 'RUNNABLE',
    activationPolicy: settings.activationPolicy,
    settingsVersion: String(settingsVersion),
    tier: settings.tier,
    edition: 'enterprise',
    availability: settings.availabilityType === 'REGIONAL' ? 'regional' : 'zonal',
    diskGb: Number(settings.dataDiskSizeGb),
    version: 14,
    flags: Object.fromEntries(settings.databaseFlags.map(({ name, value }) => [name, value])),
    userLabels: settings.userLabels,
    primary: null,
  }
}

const statuses = { PENDING: 'pending', RUNNING: 'running', DONE: 'done' } as const

function operationAt(operation: Operation, at: number): CloudSqlOperation {
  const status = statuses[statusAt(operation, at)]
  const { error } = operation
  return {
    name: operation.name,
    instance: operation.instance,
    type: 'UPDATE',
    status,
    error: status === 'done' && error !== null ? `${error.code}: ${error.message}` : null,
    insertedAt: operation.insertedAt,
    startedAt: status === 'pending' ? null : operation.startedAt,
    endedAt: status === 'done' ? operation.endedAt : null,
    user: null,
  }
}
