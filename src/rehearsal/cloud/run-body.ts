/** The body and mask of a Cloud Run PATCH: strict, so that what is accepted here Google accepts too. */
import { z } from 'zod'
import type { GoogleError } from './google-error.ts'
import { invalidArgument, unimplemented } from './run-error.ts'
import type { RunResource, Spec, Target } from './run-resource.ts'

const none = z.union([
  z.literal(''),
  z.literal(false),
  z.literal(0),
  z.tuple([]),
  z.strictObject({}),
])

/** What the real API has and this one does not keep: taken as long as it is empty. */
export const unkept = none.optional()
const count = z.int().min(0)

export const container = z.strictObject({
  name: z.string().exactOptional(),
  image: z.string().min(1),
  args: z.array(z.string()).exactOptional(),
  env: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        value: z.string().exactOptional(),
        valueSource: z.looseObject({}).exactOptional(),
      }),
    )
    .exactOptional(),
  ports: z
    .array(z.strictObject({ name: z.string().optional(), containerPort: count }))
    .exactOptional(),
  resources: z.strictObject({
    limits: z.strictObject({ cpu: z.string(), memory: z.string() }),
    cpuIdle: z.boolean().exactOptional(),
    startupCpuBoost: z.boolean().exactOptional(),
  }),
  ...{ command: unkept, volumeMounts: unkept, dependsOn: unkept, workingDir: unkept },
  ...{ baseImageUri: unkept, livenessProbe: unkept, startupProbe: unkept },
})

const targetTypes: Readonly<Record<string, Target['kind']>> = {
  1: 'latest',
  2: 'revision',
  TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST: 'latest',
  TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION: 'revision',
  INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST: 'latest',
  INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION: 'revision',
}

const target = z
  .strictObject({
    type: z.union([z.string(), z.int()]),
    revision: z.string().default(''),
    percent: z.int().min(0).max(100).default(0),
    tag: z.string().default(''),
  })
  .transform(({ type, revision, percent, tag }, context): Target => {
    const kind = targetTypes[type]
    if (kind === undefined) {
      context.addIssue({ code: 'custom', message: `no allocation type ${type}` })
      return z.NEVER
    }
    return {
      ...{ kind, percent },
      ...(revision === '' ? {} : { revision }),
      ...(tag === '' ? {} : { tag }),
    }
  })

const body = z.strictObject({
  name: z.string().optional(),
  etag: z.string().exactOptional(),
  annotations: z.record(z.string(), z.string()).default({}),
  labels: unkept,
  scaling: z
    .strictObject({
      minInstanceCount: count.exactOptional(),
      maxInstanceCount: count.exactOptional(),
      manualInstanceCount: count.exactOptional(),
    })
    .exactOptional(),
  template: z
    .strictObject({
      revision: z.string().exactOptional(),
      containers: z.array(container).exactOptional(),
      maxInstanceRequestConcurrency: count.exactOptional(),
      ...{ labels: unkept, annotations: unkept, volumes: unkept },
    })
    .exactOptional(),
  traffic: z.array(target).exactOptional(),
  instanceSplits: z.array(target).exactOptional(),
  ...{ customAudiences: unkept, urls: unkept, conditions: unkept, trafficStatuses: unkept },
  instanceSplitStatuses: unkept,
})
type Body = z.infer<typeof body>

export type Change = { readonly kind: 'change'; readonly etag: string | null; readonly spec: Spec }

type Taking = (spec: Spec, from: Body) => Spec

const scaled =
  (field: keyof Spec['scaling']): Taking =>
  (spec, { scaling }) => ({
    ...spec,
    scaling: { ...spec.scaling, [field]: scaling?.[field] ?? 0 },
  })

/** Each path of a mask that this Cloud Run knows, and what it takes from the body. */
const paths: Readonly<Record<string, { readonly of: RunResource['kind'] | 'both'; take: Taking }>> =
  {
    annotations: { of: 'both', take: (spec, { annotations }) => ({ ...spec, annotations }) },
    'scaling.min_instance_count': { of: 'services', take: scaled('minInstanceCount') },
    'scaling.max_instance_count': { of: 'services', take: scaled('maxInstanceCount') },
    'scaling.manual_instance_count': { of: 'workerPools', take: scaled('manualInstanceCount') },
    'template.revision': {
      of: 'both',
      take: (spec, { template }) => {
        const { revision: _before, ...rest } = spec.template
        const revision = template?.revision ?? ''
        return { ...spec, template: revision === '' ? rest : { ...rest, revision } }
      },
    },
    'template.containers': {
      of: 'both',
      take: (spec, { template }) => ({
        ...spec,
        template: { ...spec.template, containers: (template?.containers ?? []).map(tidied) },
      }),
    },
    'template.max_instance_request_concurrency': {
      of: 'services',
      take: (spec, { template }) => ({
        ...spec,
        template: {
          ...spec.template,
          maxInstanceRequestConcurrency: template?.maxInstanceRequestConcurrency ?? 0,
        },
      }),
    },
    traffic: { of: 'services', take: (spec, { traffic = [] }) => ({ ...spec, traffic }) },
    instance_splits: {
      of: 'workerPools',
      take: (spec, { instanceSplits = [] }) => ({ ...spec, traffic: instanceSplits }),
    },
  }

export function readChange(
  json: unknown,
  mask: string | null,
  { kind, current }: { readonly kind: RunResource['kind']; readonly current: Spec },
): Change | GoogleError {
  const judgement = body.safeParse(json)
  if (!judgement.success) return firstIssue(judgement.error)
  // What Google then takes is not confirmed: whoever means something names it. facts/workload.md, 2.
  if (mask === null || mask === '') return unimplemented('a PATCH without updateMask')
  let spec = current
  for (const name of mask.split(',')) {
    const path = paths[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
    if (path === undefined || (path.of !== 'both' && path.of !== kind))
      return invalidArgument(`Invalid field mask: '${name}'.`)
    spec = path.take(spec, judgement.data)
  }
  return { kind: 'change', etag: judgement.data.etag ?? null, spec }
}

export function firstIssue({ issues: [issue] }: z.ZodError): GoogleError {
  return invalidArgument(`Invalid value at '${issue?.path.join('.')}': ${issue?.message}`)
}

/** As it is kept: what is empty is absent. */
function tidied(given: z.infer<typeof container>) {
  const { name = '', image, args = [], env = [], ports = [], resources } = given
  return {
    ...(name === '' ? {} : { name }),
    image,
    ...(args.length === 0 ? {} : { args }),
    ...(env.length === 0 ? {} : { env }),
    ...(ports.length === 0 ? {} : { ports }),
    resources,
  }
}
