/** What is sent to the Cloud SQL Admin API: each body is judged by a schema of its own before it leaves. */
import { z } from 'zod'
import { sentence } from './cloud-sql-wire.ts'
import { Fault } from './fault.ts'
import type { CloudSqlPatch, NewReplica } from './ports/cloud-sql.ts'

// Labels: the rule of Google Cloud for every resource (lower case, digits, _ and -, 63 at most).
const labelKey = z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/)
const labelValue = z.string().regex(/^[a-z0-9_-]{0,63}$/)
export const instanceName = z.string().regex(/^[a-z][a-z0-9-]{0,97}$/)

const labels = z.record(labelKey, labelValue)
const tierName = z.string().regex(/^db-[a-zA-Z0-9-]+$/)

const patchBody = z.strictObject({
  settings: z.strictObject({
    settingsVersion: z.string().regex(/^\d+$/),
    tier: tierName.exactOptional(),
    availabilityType: z.enum(['ZONAL', 'REGIONAL']).exactOptional(),
    databaseFlags: z
      .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_.]*$/), value: z.string() }))
      .exactOptional(),
    userLabels: labels,
  }),
})
type PatchBody = z.infer<typeof patchBody>

/**
 * The exact body of the PATCH. `databaseFlags` stays when it is empty: that is how all flags are
 * unset.
 */
export function patchBodyOf(change: CloudSqlPatch): PatchBody {
  const { tier, availability, flags } = change
  const body = {
    settings: {
      settingsVersion: change.settingsVersion,
      ...(tier === undefined ? {} : { tier }),
      ...(availability === undefined ? {} : { availabilityType: availability.toUpperCase() }),
      ...(flags === undefined
        ? {}
        : { databaseFlags: Object.entries(flags).map(([name, value]) => ({ name, value })) }),
      userLabels: change.userLabels,
    },
  }
  return sendable('this patch may not be sent', patchBody, body)
}

const replicaBody = z.strictObject({
  name: instanceName,
  masterInstanceName: instanceName,
  region: z.string().regex(/^[a-z]+-[a-z]+\d+$/),
  databaseVersion: z.string().regex(/^POSTGRES_\d+(_\d+)?$/),
  settings: z.strictObject({
    tier: tierName,
    edition: z.enum(['ENTERPRISE', 'ENTERPRISE_PLUS']),
    availabilityType: z.literal('ZONAL'),
    dataDiskSizeGb: z.string().regex(/^\d+$/),
    userLabels: labels,
  }),
})

/** The edition is said: from PostgreSQL 16 on it would be Enterprise Plus. facts/cloudsql.md, 11, 25. */
export function replicaBodyOf(replica: NewReplica): z.infer<typeof replicaBody> {
  const { name, primary, region, version, tier, edition, diskGb, userLabels } = replica
  return sendable('this replica may not be created', replicaBody, {
    name,
    masterInstanceName: primary,
    region,
    databaseVersion: `POSTGRES_${String(version).replace('.', '_')}`,
    settings: {
      tier,
      edition: edition === 'enterprise' ? 'ENTERPRISE' : 'ENTERPRISE_PLUS',
      availabilityType: 'ZONAL',
      dataDiskSizeGb: String(diskGb),
      userLabels,
    },
  })
}

const backupBody = z.strictObject({
  instance: instanceName,
  description: z.string().min(1).max(500),
})

export function backupBodyOf(instance: string, description: string): z.infer<typeof backupBody> {
  return sendable('this backup may not be made', backupBody, { instance, description })
}

function sendable<T>(refusal: string, schema: z.ZodType<T>, body: unknown): T {
  const judgement = schema.safeParse(body)
  if (judgement.success) return judgement.data
  throw new Fault('invalid', 'no', `${refusal}: ${sentence(judgement.error)}`)
}
