/**
 * What each step of the catalogue is predicted to do, from its name and input: the table that the
 * golden verdicts need.
 */
import { z } from 'zod'
import {
  withAlert,
  withAvailability,
  withFlag,
  withoutReplica,
  withPoolerSettings,
  withReplica,
  withTier,
} from '../../src/capacity/changes.ts'
import { loadTest, restartsBetween, rollOutsBetween } from '../../src/capacity/phases.ts'
import type { Phase, Prediction } from '../../src/capacity/prediction.ts'
import type { Refusal } from '../../src/capacity/refusal.ts'
import {
  routedThrough,
  withCelery,
  withDjangoConnections,
  withGunicorn,
  withScale,
} from '../../src/capacity/service-changes.ts'
import type { System } from '../../src/capacity/system.ts'

const whole = z.int()
const database = z.string()
const service = z.string()

const tierInput = z.strictObject({
  database,
  tier: z.string(),
  availability: z.enum(['regional', 'zonal']).optional(),
  pausePooler: z.boolean().optional(),
})
const flagInput = z.strictObject({ database, name: z.string(), value: z.string().nullable() })
const replicaInput = z.strictObject({ database, name: z.string(), tier: z.string() })
const gunicornInput = z.strictObject({
  service,
  workerClass: z.enum(['sync', 'gthread', 'gevent', 'uvicorn']).optional(),
  workers: whole.optional(),
  threads: whole.optional(),
})
const djangoInput = z.strictObject({
  service,
  connMaxAgeSeconds: whole.nullable().optional(),
  pool: z.strictObject({ minSize: whole, maxSize: whole }).nullable().optional(),
})
const scaleInput = z.strictObject({
  service,
  minInstances: whole.optional(),
  maxInstances: whole.optional(),
  concurrency: whole.optional(),
  cpu: z.number().optional(),
  memoryGib: z.number().optional(),
})
const celeryInput = z.strictObject({
  service,
  concurrency: whole,
  prefetchMultiplier: whole.optional(),
  live: z.boolean().optional(),
})
const poolerInput = z.strictObject({
  pooler: z.string(),
  mode: z.enum(['transaction', 'session', 'statement']).optional(),
  defaultPoolSize: whole.optional(),
  reservePoolSize: whole.optional(),
  maxClientConn: whole.optional(),
  maxDbConnections: whole.optional(),
  serverLoginRetrySeconds: z.number().optional(),
})

/** Without the keys that are undefined, as a parsed input has none. */
type Given<Input> = { [Key in keyof Input]: Exclude<Input[Key], undefined> }

export function predict(step: string, now: System, input: unknown): Prediction | Refusal {
  switch (step) {
    case 'check-connections':
    case 'create-backup':
    case 'confirm':
      return { phases: [], after: now }
    case 'patch-cloud-sql-tier':
      return patchTier(now, tierInput.parse(input))
    case 'set-database-flag': {
      const flag = flagInput.parse(input)
      return restarting(now, withFlag(now, flag), flag)
    }
    case 'create-read-replica':
      return settled(withReplica(now, replicaInput.parse(input)))
    case 'delete-read-replica':
      return settled(withoutReplica(now, replicaInput.omit({ tier: true }).parse(input)))
    case 'set-pooler':
      return settled(withPoolerSettings(now, given(poolerInput.parse(input))))
    case 'retarget-alert':
      return settled(
        withAlert(
          now,
          z.strictObject({ alert: z.string(), threshold: whole.optional() }).parse(input),
        ),
      )
    case 'start-load-test': {
      const { users } = z.object({ users: whole }).parse(input)
      return { phases: [loadTest(now, { users })], after: now }
    }
    default:
      return predictService(step, now, input)
  }
}

function predictService(step: string, now: System, input: unknown): Prediction | Refusal {
  switch (step) {
    case 'set-gunicorn': {
      const gunicorn = given(gunicornInput.parse(input))
      return rolling(now, withGunicorn(now, gunicorn), gunicorn)
    }
    case 'set-django-connections': {
      const django = djangoInput.parse(input)
      return rolling(now, withDjangoConnections(now, django), django)
    }
    case 'scale-service': {
      const scale = scaleInput.parse(input)
      return rolling(now, withScale(now, scale), scale)
    }
    case 'bump-celery-concurrency': {
      const celery = celeryInput.parse(input)
      const after = withCelery(now, celery)
      return celery.live === true ? settled(after) : rolling(now, after, celery)
    }
    case 'route-through-pooler': {
      const route = z.strictObject({ service, pooler: z.string() }).parse(input)
      return rolling(now, routedThrough(now, route), route)
    }
    default:
      throw new Error(`no prediction for ${step}`)
  }
}

function patchTier(now: System, input: z.infer<typeof tierInput>): Prediction | Refusal {
  const resized = withTier(now, input)
  if ('code' in resized || input.availability === undefined) return restarting(now, resized, input)
  const { availability } = input
  return restarting(
    now,
    withAvailability(resized, { database: input.database, availability }),
    input,
  )
}

function settled(after: System | Refusal, phases: readonly Phase[] = []): Prediction | Refusal {
  return 'code' in after ? after : { phases, after }
}

function restarting(
  now: System,
  after: System | Refusal,
  input: { database: string; pausePooler?: boolean | undefined },
): Prediction | Refusal {
  return 'code' in after ? after : settled(after, restartsBetween(now, after, input))
}

function rolling(
  now: System,
  after: System | Refusal,
  input: { service: string },
): Prediction | Refusal {
  return 'code' in after ? after : settled(after, rollOutsBetween(now, after, input))
}

function given<Input extends object>(input: Input): Given<Input> {
  return JSON.parse(JSON.stringify(input))
}
