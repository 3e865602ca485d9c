/**
 * What travels between us and the Cloud SQL Admin API, judged by zod on its way in and on its way
 * out.
 */
import { z } from 'zod'
import { Fault } from './fault.ts'
import type { CloudSqlBackup, CloudSqlInstance, CloudSqlOperation } from './ports/cloud-sql.ts'

// What @google-cloud/sql gives after decoding: unset scalars are '', unset wrappers null.
// facts/cloudsql.md, 5.

const int64 = z.union([z.string().regex(/^-?\d{1,19}$/), z.int().transform(String)])
const wrapped = z.object({ value: int64 })
const timestamp = z.object({ seconds: int64, nanos: z.int() }).nullish()
const text = z.string().nullish()

const decodedInstance = z.object({
  name: z.string().min(1),
  region: z.string().min(1),
  project: text,
  state: z.string(),
  databaseVersion: z.string(),
  masterInstanceName: text,
  replicaNames: z.array(z.string()).nullish(),
  settings: z.object({
    settingsVersion: wrapped,
    tier: z.string().min(1),
    activationPolicy: z.string(),
    availabilityType: z.enum(['ZONAL', 'REGIONAL']),
    edition: text,
    dataDiskSizeGb: wrapped,
    databaseFlags: z.array(z.object({ name: z.string().min(1), value: z.string() })).nullish(),
    userLabels: z.record(z.string(), z.string()).nullish(),
  }),
})

const operationErrors = z
  .object({ errors: z.array(z.object({ code: text, message: text })).nullish() })
  .nullish()

const operationFields = {
  name: z.string().min(1),
  targetId: z.string().min(1),
  // A kind of operation that the client library does not know yet stays a number.
  operationType: z.union([z.string(), z.int().transform(String)]),
  status: z.enum(['PENDING', 'RUNNING', 'DONE']),
  error: operationErrors,
  user: text,
}

const decodedOperation = z.object({
  ...operationFields,
  insertTime: timestamp,
  startTime: timestamp,
  endTime: timestamp,
})
const decodedBackups = z.object({
  items: z
    .array(z.object({ description: text, status: z.string(), enqueuedTime: timestamp }))
    .nullish(),
})
const decodedOperations = z.object({ items: z.array(decodedOperation).nullish() })

// What @googleapis/sqladmin gives: the JSON as it came.
const isoTime = z.iso.datetime({ offset: true }).optional()
const plainOperation = z.object({
  ...operationFields,
  insertTime: isoTime,
  startTime: isoTime,
  endTime: isoTime,
})

const statuses = { PENDING: 'pending', RUNNING: 'running', DONE: 'done' } as const

export function readInstance(reply: unknown): CloudSqlInstance {
  const instance = judged(decodedInstance, reply, 'instance', 'no')
  const { settings } = instance
  return {
    name: instance.name,
    region: instance.region,
    state: instance.state,
    activationPolicy: settings.activationPolicy,
    settingsVersion: settings.settingsVersion.value,
    tier: settings.tier,
    edition: editionOf(settings.edition ?? '', settings.tier),
    availability: settings.availabilityType === 'REGIONAL' ? 'regional' : 'zonal',
    diskGb: Number(settings.dataDiskSizeGb.value),
    version: postgresVersion(instance.databaseVersion),
    flags: Object.fromEntries(
      (settings.databaseFlags ?? []).map((flag) => [flag.name, flag.value]),
    ),
    userLabels: { ...settings.userLabels },
    primary: primaryOf(instance.masterInstanceName ?? '', instance.project ?? ''),
    replicas: (instance.replicaNames ?? []).toSorted(),
  }
}

const addressed = z.object({
  ipAddresses: z.array(z.object({ type: z.string(), ipAddress: text })).nullish(),
})
const decodedInstances = z.object({ items: z.array(z.unknown()).nullish(), nextPageToken: text })

export type ListedInstance = CloudSqlInstance & { readonly addresses: readonly string[] }

/** Where it is reached inside its network comes first. */
export function readInstances(reply: unknown): readonly ListedInstance[] {
  const { items, nextPageToken } = judged(decodedInstances, reply, 'instances', 'no')
  if ((nextPageToken ?? '') !== '')
    throw new Fault('unreadable', 'no', "Cloud SQL's instances: more than fits one page")
  return (items ?? []).map((item) => {
    const { ipAddresses } = judged(addressed, item, 'instance', 'no')
    const own = (ipAddresses ?? []).toSorted((one) => (one.type === 'PRIVATE' ? -1 : 1))
    return {
      ...readInstance(item),
      addresses: own.flatMap(({ ipAddress }) => (ipAddress == null ? [] : [ipAddress])),
    }
  })
}

export function readOperation(reply: unknown): CloudSqlOperation {
  return fromDecoded(judged(decodedOperation, reply, 'operation', 'no'))
}

export function readOperations(reply: unknown): readonly CloudSqlOperation[] {
  return (judged(decodedOperations, reply, 'operations', 'no').items ?? []).map(fromDecoded)
}

/** Newest first, as Google gives them: by the time at which they were enqueued. */
export function readBackups(reply: unknown): readonly CloudSqlBackup[] {
  return (judged(decodedBackups, reply, 'backups', 'no').items ?? []).map((run) => ({
    description: run.description ?? '',
    status: run.status,
    enqueuedAt: epoch(run.enqueuedTime),
  }))
}

/** The reply to a write. One that cannot be read says nothing about what the write did. */
export function readAccepted(reply: unknown, instance: string): CloudSqlOperation {
  const operation = judged(plainOperation, reply, 'reply to the write', 'unknown')
  if (operation.targetId !== instance)
    throw new Fault(
      'unreadable',
      'unknown',
      `the write to ${instance} was answered with an operation on ${operation.targetId}`,
    )
  return {
    ...common(operation),
    insertedAt: millis(operation.insertTime),
    startedAt: millis(operation.startTime),
    endedAt: millis(operation.endTime),
  }
}

function judged<T>(schema: z.ZodType<T>, reply: unknown, what: string, sent: 'no' | 'unknown'): T {
  const judgement = schema.safeParse(reply)
  if (judgement.success) return judgement.data
  throw new Fault('unreadable', sent, `Cloud SQL's ${what}: ${sentence(judgement.error)}`)
}

export function sentence(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ')
}

function common(operation: z.infer<z.ZodObject<typeof operationFields>>) {
  const first = operation.error?.errors?.[0]
  return {
    name: operation.name,
    instance: operation.targetId,
    type: operation.operationType,
    status: statuses[operation.status],
    error: first === undefined ? null : [first.code, first.message].filter(Boolean).join(': '),
    user: presence(operation.user),
  }
}

function fromDecoded(operation: z.infer<typeof decodedOperation>): CloudSqlOperation {
  return {
    ...common(operation),
    insertedAt: epoch(operation.insertTime),
    startedAt: epoch(operation.startTime),
    endedAt: epoch(operation.endTime),
  }
}

const epoch = (time: z.infer<typeof timestamp>): number | null =>
  time === null || time === undefined
    ? null
    : Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000)

const millis = (time: string | undefined): number | null =>
  time === undefined ? null : Date.parse(time)

const presence = (value: string | null | undefined): string | null =>
  value === undefined || value === '' ? null : value

/**
 * An instance older than editions names none: its tier does, because each edition has tiers of its
 * own. facts, 11, 9.
 */
function editionOf(edition: string, tier: string): CloudSqlInstance['edition'] {
  switch (edition) {
    case 'ENTERPRISE':
      return 'enterprise'
    case 'ENTERPRISE_PLUS':
      return 'enterprise-plus'
    case '':
    case 'EDITION_UNSPECIFIED':
      return /^db-(perf-optimized|c4a)-/.test(tier) ? 'enterprise-plus' : 'enterprise'
    default:
      throw new Fault(
        'unreadable',
        'no',
        `Cloud SQL's instance: no edition ${edition} is known here`,
      )
  }
}

function postgresVersion(databaseVersion: string): number | null {
  const version = /^POSTGRES_(\d+)(?:_(\d+))?$/.exec(databaseVersion)
  // What the client library is too old to know, it calls unspecified.
  if (databaseVersion === 'SQL_DATABASE_VERSION_UNSPECIFIED')
    throw new Fault('unreadable', 'no', "Cloud SQL's instance: its version is not known here")
  if (version === null) return null
  return Number(version[2] === undefined ? version[1] : `${version[1]}.${version[2]}`)
}

/**
 * `project:name` or `name`; of another project the whole is kept, so that it never equals one of
 * ours.
 */
function primaryOf(master: string, project: string): string | null {
  if (master === '') return null
  return master.startsWith(`${project}:`) ? master.slice(project.length + 1) : master
}
