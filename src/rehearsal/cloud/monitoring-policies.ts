/**
 * Alert policies and notification channels of the local cloud: judged, named and dated as Cloud
 * Monitoring v3 does it. There is no etag: whoever writes last has written.
 */
import { z } from 'zod'
import { type GoogleError, malformed } from './google-error.ts'
import { refusal } from './monitoring-refusal.ts'
import { readFilter } from './monitoring-series.ts'

const duration = z.string().regex(/^\d+s$/)

const aggregation = z.strictObject({
  alignmentPeriod: duration,
  perSeriesAligner: z.union([z.int(), z.string()]),
  crossSeriesReducer: z.union([z.int(), z.string()]).optional(),
  groupByFields: z.array(z.string()).optional(),
})

const comparisons = { COMPARISON_GT: 1, COMPARISON_LT: 3 } as const
const combiners = { AND: 1, OR: 2, AND_WITH_MATCHING_RESOURCE: 3 } as const

/** A name or its number; kept as the number that the clients ask for. */
function numbered(names: Readonly<Record<string, number>>) {
  return z.union([z.int(), z.string()]).transform((value, context) => {
    const known = Object.entries(names).find(([name, number]) => value === name || value === number)
    if (known !== undefined) return known[1]
    context.addIssue({ code: 'custom', message: `${value} is not one of the enum's values` })
    return z.NEVER
  })
}

const condition = z.strictObject({
  name: z.string().optional(),
  displayName: z.string(),
  conditionThreshold: z.strictObject({
    filter: z.string().min(1),
    aggregations: z.array(aggregation).default([]),
    denominatorFilter: z.literal('').optional(),
    denominatorAggregations: z.array(z.never()).optional(),
    comparison: numbered(comparisons),
    thresholdValue: z.number().default(0),
    duration: duration.default('0s'),
    trigger: z.strictObject({ count: z.int() }).optional(),
    evaluationMissingData: z.union([z.int(), z.string()]).optional(),
  }),
})

const policyBody = z.strictObject({
  name: z.string().optional(),
  displayName: z.string().optional(),
  userLabels: z.record(z.string(), z.string()).optional(),
  conditions: z.array(condition).optional(),
  combiner: numbered(combiners).or(z.literal(0)).optional(),
  enabled: z.boolean().optional(),
  notificationChannels: z.array(z.string()).optional(),
  severity: z.union([z.int(), z.string()]).optional(),
})

type Condition = z.infer<typeof condition> & { readonly name: string }

export type LocalPolicy = {
  readonly name: string
  readonly displayName: string
  readonly userLabels: Readonly<Record<string, string>>
  readonly conditions: readonly Condition[]
  readonly combiner: number
  readonly enabled: boolean
  readonly notificationChannels: readonly string[]
  readonly createdAt: number
  readonly mutatedAt: number
  readonly mutatedBy: string
}

export type LocalChannel = {
  readonly name: string
  readonly displayName: string
  readonly type: string
  readonly enabled: boolean
}

export type Policies = {
  readonly project: string
  readonly channels: readonly LocalChannel[]
  readonly newId: () => string
}

type Author = { readonly now: number; readonly by: string }

export function createPolicy(state: Policies, json: unknown, author: Author) {
  const body = readBody(json)
  if ('kind' in body) return body
  if (body.conditions === undefined || body.conditions.length === 0)
    return refusal(400, 'Field alert_policy.conditions must have between 1 and 6 conditions.')
  if (body.conditions.some(({ name }) => name !== undefined && name !== ''))
    return refusal(400, 'Field alert_policy.conditions.name must be empty at creation.')
  const name = `projects/${state.project}/alertPolicies/${state.newId()}`
  const policy: LocalPolicy = {
    ...{ name, displayName: body.displayName ?? '', userLabels: body.userLabels ?? {} },
    conditions: named(state, name, body.conditions),
    combiner: body.combiner ?? 0,
    enabled: body.enabled ?? true,
    notificationChannels: body.notificationChannels ?? [],
    ...{ createdAt: author.now, mutatedAt: author.now, mutatedBy: author.by },
  }
  return judgedPolicy(state, policy)
}

const masked = ['display_name', 'user_labels', 'conditions', 'combiner', 'enabled'] as const
const maskable: readonly string[] = [...masked, 'notification_channels']

/** Only what the mask names; without a mask everything, as if it were made anew. */
export function updatePolicy(
  state: Policies,
  current: LocalPolicy,
  sent: { readonly json: unknown; readonly mask: string | null } & Author,
) {
  const body = readBody(sent.json)
  if ('kind' in body) return body
  const fields = sent.mask === null || sent.mask === '' ? maskable : sent.mask.split(',')
  const unknown = fields.find((field) => !maskable.includes(field))
  if (unknown !== undefined)
    return refusal(400, `Field update_mask had an invalid value of "${unknown}".`)
  const has = (field: string) => fields.includes(field)
  const policy: LocalPolicy = {
    ...current,
    displayName: has('display_name') ? (body.displayName ?? '') : current.displayName,
    userLabels: has('user_labels') ? (body.userLabels ?? {}) : current.userLabels,
    conditions: has('conditions')
      ? named(state, current.name, body.conditions ?? [])
      : current.conditions,
    combiner: has('combiner') ? (body.combiner ?? 0) : current.combiner,
    enabled: has('enabled') ? (body.enabled ?? true) : current.enabled,
    notificationChannels: has('notification_channels')
      ? (body.notificationChannels ?? [])
      : current.notificationChannels,
    ...{ mutatedAt: sent.now, mutatedBy: sent.by },
  }
  const strange = policy.conditions.find(({ name }) => !name.startsWith(`${current.name}/`))
  if (strange !== undefined)
    return refusal(400, `Condition ${strange.name} does not belong to ${current.name}.`)
  return judgedPolicy(state, policy)
}

/** A condition that comes without its name is a new one. */
function named(
  state: Policies,
  policy: string,
  conditions: readonly z.infer<typeof condition>[],
): readonly Condition[] {
  return conditions.map((one) => {
    const given = one.name === undefined || one.name === '' ? null : one.name
    return { ...one, name: given ?? `${policy}/conditions/${state.newId()}` }
  })
}

function judgedPolicy(state: Policies, policy: LocalPolicy): LocalPolicy | GoogleError {
  const { conditions, combiner, notificationChannels, userLabels } = policy
  if (conditions.length === 0 || conditions.length > 6)
    return refusal(400, 'Field alert_policy.conditions must have between 1 and 6 conditions.')
  if (combiner === 0) return refusal(400, 'Field alert_policy.combiner must be specified.')
  for (const { conditionThreshold } of conditions) {
    const filter = readFilter(conditionThreshold.filter)
    if (filter.kind === 'error') return filter
    if (conditionThreshold.aggregations.length === 0)
      return refusal(400, 'Field alert_policy.conditions.aggregations must be specified.')
    if (Number.parseInt(conditionThreshold.duration, 10) % 60 !== 0)
      return refusal(400, 'Field alert_policy.conditions.duration must be a multiple of 60s.')
  }
  const lost = notificationChannels.find(
    (channel) => !state.channels.some(({ name }) => name === channel),
  )
  if (lost !== undefined) return refusal(404, `Cannot find notification channel ${lost}.`)
  return refusedLabels(userLabels) ?? policy
}

export function refusedLabels(labels: Readonly<Record<string, string>>): GoogleError | null {
  const wrong = Object.entries(labels).find(
    ([key, value]) => !/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value),
  )
  return wrong === undefined ? null : refusal(400, `Label "${wrong[0]}" is not valid.`)
}

function readBody(json: unknown): z.infer<typeof policyBody> | GoogleError {
  const judgement = policyBody.safeParse(withoutRecords(json))
  if (judgement.success) return judgement.data
  return malformed(
    judgement.error.issues.map((issue) => ({
      field: ['alert_policy', ...issue.path].join('.'),
      description: `Invalid JSON payload received. ${issue.path.join('.')}: ${issue.message}`,
    })),
  )
}

/** Output only: what is sent of them is not looked at. */
function withoutRecords(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  const output = ['creationRecord', 'mutationRecord', 'validity']
  return Object.fromEntries(Object.entries(json).filter(([key]) => !output.includes(key)))
}

export function policyJson({ createdAt, mutatedAt, mutatedBy, ...policy }: LocalPolicy): object {
  const record = (at: number) => ({ mutateTime: new Date(at).toISOString(), mutatedBy })
  return { ...policy, creationRecord: record(createdAt), mutationRecord: record(mutatedAt) }
}
