/**
 * The site that the local cloud carries, as far as it can be measured: its parts and its users, read
 * from a System document.
 */
import { parseDocument } from 'yaml'
import { z } from 'zod'

const serviceSchema = z.looseObject({
  kind: z.enum(['web', 'celery-worker', 'celery-beat']),
  cpu: z.number(),
  minInstances: z.number(),
  maxInstances: z.number(),
  gunicorn: z.looseObject({ workers: z.number(), threads: z.number() }).optional(),
  celery: z.looseObject({ concurrency: z.number() }).optional(),
  database: z.looseObject({ name: z.string() }).optional(),
  redisConnections: z.number(),
})

const siteSchema = z.looseObject({
  project: z.string(),
  region: z.string(),
  workload: z.looseObject({
    nowUsers: z.number(),
    thinkSeconds: z.number(),
    requestSeconds: z.number(),
    requestCpuSeconds: z.number(),
    databaseCpuSeconds: z.number(),
  }),
  services: z.record(z.string(), serviceSchema),
  databases: z.record(z.string(), z.looseObject({})),
  redis: z.record(z.string(), z.looseObject({})),
  alerts: z.record(z.string(), z.looseObject({ database: z.string(), threshold: z.number() })),
})

export type Site = z.infer<typeof siteSchema>

/**
 * The text of a System document; without one nothing is there, nor of what is none: the bot says what
 * is wrong with it.
 */
export function readSite(text: string | undefined, project: string): Site {
  const yaml = parseDocument(text ?? '')
  const site = siteSchema.safeParse(yaml.errors.length > 0 ? null : yaml.toJS())
  return site.success ? site.data : siteSchema.parse({ ...nothing, project })
}

const nothing = {
  region: 'us-central1',
  workload: {
    ...{ nowUsers: 0, thinkSeconds: 1, requestSeconds: 1 },
    ...{ requestCpuSeconds: 0, databaseCpuSeconds: 0 },
  },
  ...{ services: {}, databases: {}, redis: {}, alerts: {} },
}

/** Of a tier by its name: `db-custom-2-7680` has two. */
export function vcpusOf(tier: string): number {
  return Number(/^db-(?:custom|perf-optimized-N|c4a-highmem)-(?:N4-)?(\d+)/.exec(tier)?.[1] ?? 1)
}
