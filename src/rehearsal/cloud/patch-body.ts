/**
 * The body of `instances.patch`, judged as Google's JSON transcoding does: no unknown name, no
 * misspelt enum.
 */
import { z } from 'zod'
import { type GoogleError, malformed, notHere, type Violation } from './google-error.ts'

// Numbers of the enums: protos of @google-cloud/sql. Its client sends numbers, everybody else
// names.
const availabilities = { ZONAL: 1, REGIONAL: 2 } as const
const editions = { ENTERPRISE: 2, ENTERPRISE_PLUS: 3 } as const
const activations = { ALWAYS: 1, NEVER: 2 } as const

/**
 * Fields of Settings that the real API has and this one does not: saying "cannot find field" of
 * them would be a lie.
 */
const elsewhere = new Set(
  `authorizedGaeApplications pricingPlan replicationType storageAutoResizeLimit ipConfiguration
  storageAutoResize locationPreference dataDiskType maintenanceWindow databaseReplicationEnabled
  crashSafeReplicationEnabled activeDirectoryConfig collation denyMaintenancePeriods insightsConfig
  passwordValidationPolicy sqlServerAuditConfig connectorEnforcement deletionProtectionEnabled
  timeZone advancedMachineFeatures dataCacheConfig replicationLagMaxSeconds
  enableGoogleMlIntegration enableDataplexIntegration retainBackupsOnDelete
  dataDiskProvisionedIops dataDiskProvisionedThroughput connectionPoolConfig finalBackupConfig
  readPoolAutoScaleConfig acceleratedReplicaMode autoUpgradeEnabled entraidConfig dataApiAccess
  performanceCaptureConfig`.split(/\s+/),
)

const typeUrls: Readonly<Record<string, string>> = {
  availabilityType: 'type.googleapis.com/google.cloud.sql.v1.SqlAvailabilityType',
  edition: 'type.googleapis.com/google.cloud.sql.v1.Settings.Edition',
  activationPolicy: 'type.googleapis.com/google.cloud.sql.v1.Settings.SqlActivationPolicy',
  settingsVersion: 'type.googleapis.com/google.protobuf.Int64Value',
  dataDiskSizeGb: 'type.googleapis.com/google.protobuf.Int64Value',
}

const int64 = z.union([z.string().regex(/^\d+$/), z.int().min(0).transform(String)])

/** A name or its number; 0 means unset. */
function enumOf<const Names extends Readonly<Record<string, number>>>(names: Names) {
  const known = z.enum(Object.keys(names))
  return z.unknown().transform((value, context): Extract<keyof Names, string> | undefined => {
    if (value === 0) return undefined
    for (const name in names) if (value === name || value === names[name]) return name
    context.addIssue({ code: 'custom', message: `not one of ${known.options.join(', ')}` })
    return z.NEVER
  })
}

const flag = z.strictObject({ name: z.string(), value: z.string().default('') })

export const settings = z.strictObject({
  kind: z.literal('sql#settings').optional(),
  settingsVersion: int64.optional(),
  tier: z.string().optional(),
  edition: enumOf(editions).optional(),
  availabilityType: enumOf(availabilities).optional(),
  activationPolicy: enumOf(activations).optional(),
  dataDiskSizeGb: int64.optional(),
  databaseFlags: z.array(flag).optional(),
  userLabels: z.record(z.string(), z.string()).optional(),
  backupConfiguration: z
    .strictObject({
      kind: z.literal('sql#backupConfiguration').optional(),
      enabled: z.boolean().optional(),
      pointInTimeRecoveryEnabled: z.boolean().optional(),
      startTime: z.string().optional(),
    })
    .optional(),
})

const body = z.strictObject({
  kind: z.literal('sql#instance').optional(),
  name: z.string().optional(),
  project: z.string().optional(),
  // Immutable; @google-cloud/sql sends it empty with every patch. facts/cloudsql.md, 5.
  tags: z.strictObject({}).optional(),
  settings: settings.optional(),
})

export type SettingsChange = z.infer<typeof settings>
export type PatchBody = { readonly kind: 'patch'; readonly settings: SettingsChange }

export function readPatchBody(json: unknown): PatchBody | GoogleError {
  const read = readBody(body, json)
  return read.kind === 'error' ? read : { kind: 'patch', settings: read.body.settings ?? {} }
}

export function readBody<Body>(
  schema: z.ZodType<Body>,
  json: unknown,
): { readonly kind: 'body'; readonly body: Body } | GoogleError {
  const judgement = schema.safeParse(json)
  if (judgement.success) return { kind: 'body', body: judgement.data }
  const { issues } = judgement.error
  const lacking = issues
    .flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
    .filter((key) => elsewhere.has(key))
  if (lacking.length > 0) return notHere(lacking.join(', '))
  return malformed(issues.flatMap((issue) => violationsOf(issue, json)))
}

function violationsOf(issue: z.core.$ZodIssue, json: unknown): Violation[] {
  const field = ['body', ...issue.path.map(wireName)].join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field,
      description:
        'Invalid JSON payload received. ' +
        `Unknown name "${key}" at '${field}': Cannot find field.`,
    }))
  const value = issue.path.reduce(memberOf, json)
  const type = typeUrls[String(issue.path.at(-1))] ?? 'TYPE_STRING'
  return [{ field, description: `Invalid value at '${field}' (${type}), ${JSON.stringify(value)}` }]
}

const wireName = (key: PropertyKey): string =>
  String(key).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
