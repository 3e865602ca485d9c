/** The System document, version 1: what the capacity model reasons about. capacity.md, 1. */
import { z } from 'zod'
import { policySchema } from './policy-document.ts'

/** Beyond these every sum would still be finite, and no system is there. */
export const mostAmount = 1e12
export const leastPositive = 1e-6

const count = z.int().min(0).max(mostAmount)
const positiveCount = z.int().min(1).max(mostAmount)
const amount = z.number().min(0).max(mostAmount)
const positive = z.number().positive().min(leastPositive).max(mostAmount)
const text = z.string().min(1).max(98)
/** A dot would cut a path of facts in two, a plus is a new revision's in a roll-out. */
const name = z
  .string()
  .max(98, 'a name of at most 98 characters')
  .regex(/^[^.+\s]+$/, 'a name without dot, plus or space')

const bindingSchema = z.union([
  z.strictObject({ args: z.literal(true) }),
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ image: z.string().min(1) }),
])

const bindingsSchema = z.strictObject({
  resource: z.string().min(1),
  gunicorn: bindingSchema.optional(),
  connMaxAge: bindingSchema.optional(),
  databaseHost: bindingSchema.optional(),
  celery: bindingSchema.optional(),
})

const workloadEventSchema = z.strictObject({
  name: text,
  from: z.string().min(1),
  to: z.string().min(1),
  timeZone: z.string().min(1),
  users: count,
})

const workloadSchema = z.strictObject({
  users: count,
  nowUsers: count,
  baseUsers: count.optional(),
  peakHoursPerDay: z.number().min(0).max(24).default(24),
  thinkSeconds: amount,
  requestSeconds: positive,
  requestCpuSeconds: amount,
  databaseSeconds: amount,
  databaseCpuSeconds: amount,
  tasksPerRequest: amount,
  taskSeconds: positive,
  taskCpuSeconds: amount,
  source: z.enum(['assumed', 'measured']),
  events: z.array(workloadEventSchema).optional(),
})

const serviceFields = {
  cpu: positive,
  memoryGib: positive,
  minInstances: count,
  maxInstances: positiveCount,
  revisionsServing: count.default(1),
  database: z.strictObject({ name, through: name }).optional(),
  redis: name.optional(),
  redisConnections: count,
  bindings: bindingsSchema.optional(),
}

const webSchema = z.strictObject({
  kind: z.literal('web'),
  ...serviceFields,
  billing: z.enum(['instance', 'request']),
  concurrency: positiveCount,
  timeoutSeconds: amount,
  share: positive.max(1).default(1),
  gunicorn: z.strictObject({
    workerClass: z.enum(['sync', 'gthread', 'gevent', 'uvicorn']),
    workers: positiveCount,
    threads: positiveCount,
    workerConnections: positiveCount.optional(),
    memoryMibPerWorker: positive,
  }),
  django: z.strictObject({
    connMaxAgeSeconds: count.nullable(),
    pool: z.strictObject({ minSize: count, maxSize: positiveCount }).optional(),
  }),
})

const celeryWorkerSchema = z.strictObject({
  kind: z.literal('celery-worker'),
  ...serviceFields,
  celery: z.strictObject({
    pool: z.enum(['prefork', 'threads', 'gevent', 'solo']),
    concurrency: positiveCount,
    prefetchMultiplier: count,
    memoryMibPerProcess: positive,
    scalesOnQueue: z.boolean().optional(),
  }),
})

const celeryBeatSchema = z.strictObject({
  kind: z.literal('celery-beat'),
  ...serviceFields,
  databaseScheduler: z.boolean(),
})

const serviceSchema = z.discriminatedUnion('kind', [
  webSchema,
  celeryWorkerSchema,
  celeryBeatSchema,
])

const replicaSchema = z.strictObject({
  tier: z.string().min(1),
  availability: z.enum(['regional', 'zonal']),
  diskGb: amount,
  flags: z.record(z.string(), z.string()),
  systemSessions: count,
  adminSessions: count,
})

const databaseSchema = z.strictObject({
  kind: z.literal('cloud-sql-postgres'),
  version: count,
  edition: z.enum(['enterprise', 'enterprise-plus']),
  ...replicaSchema.shape,
  host: text.optional(),
  replicas: z.record(name, replicaSchema),
})

const poolerSchema = z.strictObject({
  database: name,
  host: text.optional(),
  mode: z.enum(['transaction', 'session', 'statement']),
  processes: positiveCount,
  databaseUserPairs: positiveCount,
  defaultPoolSize: positiveCount,
  reservePoolSize: count,
  maxDbConnections: count,
  maxClientConn: count,
  serverLoginRetrySeconds: amount,
})

const redisSchema = z.strictObject({
  kind: z.literal('memorystore-redis'),
  memoryGib: positive,
  maxClients: positiveCount,
  evictionPolicy: z.string().min(1),
  broker: z.boolean(),
})

const alertSchema = z.strictObject({
  metric: z.literal('database-connections'),
  database: name,
  threshold: amount,
})

export const systemSchema = z.strictObject({
  version: z.literal(1),
  name: text,
  project: text,
  region: text,
  workload: workloadSchema,
  services: z.record(name, serviceSchema),
  databases: z.record(name, databaseSchema),
  poolers: z.record(name, poolerSchema),
  redis: z.record(name, redisSchema),
  alerts: z.record(name, alertSchema),
  policy: policySchema,
})

/** What the document holds, after defaults. */
export type SystemDocument = Readonly<z.infer<typeof systemSchema>>

/**
 * During a roll-out the new revision stands beside the old one, as `<name>+new`. capacity.md, 4.
 */
type RollOut = { readonly replaces?: string }

export type WebService = Readonly<z.infer<typeof webSchema>> & RollOut
export type CeleryWorker = Readonly<z.infer<typeof celeryWorkerSchema>> & RollOut
export type CeleryBeat = Readonly<z.infer<typeof celeryBeatSchema>> & RollOut
export type Service = WebService | CeleryWorker | CeleryBeat
export type Replica = Readonly<z.infer<typeof replicaSchema>>
export type Database = Readonly<z.infer<typeof databaseSchema>>
export type Pooler = Readonly<z.infer<typeof poolerSchema>>
export type Redis = Readonly<z.infer<typeof redisSchema>>
export type Alert = Readonly<z.infer<typeof alertSchema>>
export type Policy = Readonly<z.infer<typeof policySchema>>

/**
 * One production system: the document, overlaid with what was observed, or what a forecast makes of
 * it.
 */
export type System = Omit<SystemDocument, 'services' | 'workload'> & {
  readonly services: Readonly<Record<string, Service>>
  readonly workload: SystemDocument['workload'] & AtMoment
}

/** Where an event that is near raises nowUsers: what it is else. A sale of an hour is no month's cost. */
type AtMoment = { readonly usualNowUsers?: number }
