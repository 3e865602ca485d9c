/** What a System document says of its services, as Cloud Run would have them: the local cloud begins with it. */
import { parseDocument } from 'yaml'
import { z } from 'zod'
import type { Container, RunResource, Spec } from './run-resource.ts'

const binding = z.union([
  z.object({ args: z.literal(true) }),
  z.object({ env: z.string() }),
  z.object({ image: z.string() }),
])
type Binding = z.infer<typeof binding>

const service = z.looseObject({
  kind: z.string(),
  cpu: z.number(),
  memoryGib: z.number(),
  concurrency: z.number().default(1),
  minInstances: z.int(),
  maxInstances: z.int(),
  gunicorn: z.object({ workerClass: z.string(), workers: z.int(), threads: z.int() }).optional(),
  django: z.object({ connMaxAgeSeconds: z.int().nullable() }).optional(),
  celery: z.object({ concurrency: z.int(), prefetchMultiplier: z.int() }).optional(),
  database: z.object({ name: z.string(), through: z.string() }).optional(),
  bindings: z
    .object({
      resource: z.string(),
      gunicorn: binding.optional(),
      connMaxAge: binding.optional(),
      databaseHost: binding.optional(),
      celery: binding.optional(),
    })
    .optional(),
})
type Service = z.infer<typeof service>

const place = z.looseObject({ host: z.string().optional() })
const document = z.object({
  services: z.record(z.string(), service),
  databases: z.record(z.string(), place),
  poolers: z.record(z.string(), place),
})

/**
 * Services without a resource of their own are not in any cloud; what is no document is the bot's to
 * refuse.
 */
export function runResourcesOf(text: string, at: number): readonly RunResource[] {
  const yaml = parseDocument(text)
  const judged = document.safeParse(yaml.errors.length > 0 ? null : yaml.toJS())
  if (!judged.success) return []
  const { services, databases, poolers } = judged.data
  return Object.values(services).flatMap((one) => {
    const name = one.bindings?.resource
    if (name === undefined) return []
    const { database } = one
    const host =
      database?.through === 'direct'
        ? databases[database.name]?.host
        : poolers[database?.through ?? '']?.host
    return [resourceAt(at, name, one, host)]
  })
}

function resourceAt(
  at: number,
  name: string,
  given: Service,
  host: string | undefined,
): RunResource {
  const kind = name.includes('/workerPools/') ? 'workerPools' : 'services'
  const revision = `${name.slice(name.lastIndexOf('/') + 1)}-00001-loc`
  const { minInstances: minInstanceCount, maxInstances: maxInstanceCount } = given
  const spec: Spec = {
    annotations: { team: 'tickets' },
    scaling:
      kind === 'services'
        ? { minInstanceCount, maxInstanceCount }
        : { manualInstanceCount: minInstanceCount },
    template: {
      containers: [containerOf(given, host)],
      ...(kind === 'services' ? { maxInstanceRequestConcurrency: given.concurrency } : {}),
    },
    traffic: [{ kind: 'latest', percent: 100 }],
  }
  const { template } = spec
  const born = { createdAt: at, readyAt: at, failure: null }
  const first = { at, number: 1, etag: '"MQ=="', settledAt: at, failure: null }
  return {
    ...{ kind, name },
    generations: [{ ...first, spec, revision }],
    revisions: [{ ...born, name: revision, template }],
    operations: [],
  }
}

function containerOf(given: Service, host: string | undefined): Container {
  const { gunicorn, django, celery, bindings, cpu, memoryGib } = given
  const gunicornLine =
    gunicorn === undefined
      ? []
      : [
          `--workers=${gunicorn.workers}`,
          `--threads=${gunicorn.threads}`,
          `--worker-class=${gunicorn.workerClass}`,
        ]
  const celeryLine =
    celery === undefined
      ? []
      : [
          `--concurrency=${celery.concurrency}`,
          `--prefetch-multiplier=${celery.prefetchMultiplier}`,
        ]
  const args = [
    ...(isArgs(bindings?.gunicorn) ? ['config.wsgi', ...gunicornLine, '--timeout=300'] : []),
    ...(isArgs(bindings?.celery) ? ['--app=config', 'worker', ...celeryLine] : []),
  ]
  const env = [
    ...variable(bindings?.gunicorn, gunicornLine.join(' ')),
    ...variable(bindings?.celery, celeryLine.join(' ')),
    ...(django === undefined
      ? []
      : variable(bindings?.connMaxAge, String(django.connMaxAgeSeconds ?? 'None'))),
    ...(host === undefined ? [] : variable(bindings?.databaseHost, host)),
  ]
  const memory = memoryGib < 1 ? `${memoryGib * 1024}Mi` : `${memoryGib}Gi`
  return {
    image: 'us-docker.pkg.dev/tukiprod/site/app:1',
    ...(args.length === 0 ? {} : { args }),
    ...(env.length === 0 ? {} : { env }),
    ...(given.kind === 'web' ? { ports: [{ name: 'http1', containerPort: 8080 }] } : {}),
    resources: { limits: { cpu: String(cpu), memory } },
  }
}

function isArgs(bound: Binding | undefined): boolean {
  return bound !== undefined && 'args' in bound
}

function variable(bound: Binding | undefined, value: string) {
  return bound !== undefined && 'env' in bound ? [{ name: bound.env, value }] : []
}
