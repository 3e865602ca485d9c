/** What Cloud Run accepts, and what of it then starts, by rule. facts/workload.md, 2. */
import { isDeepStrictEqual } from 'node:util'
import type { GoogleError } from './google-error.ts'
import { invalidArgument, revisionTaken } from './run-error.ts'
import type { Container, RunResource, Spec } from './run-resource.ts'

/** Null when it may follow what is there. */
export function refusedSpec(resource: RunResource, before: Spec, after: Spec): GoogleError | null {
  return (
    refusedAnnotations(after) ??
    refusedScaling(resource, after) ??
    refusedTemplate(resource, after) ??
    refusedRevision(resource, before, after) ??
    refusedTraffic(resource, after)
  )
}

export function refusedAnnotations({ annotations }: Pick<Spec, 'annotations'>): GoogleError | null {
  const reserved = Object.keys(annotations).find((key) =>
    /^(run\.googleapis\.com|cloud\.googleapis\.com|(serving|autoscaling)\.knative\.dev)\//.test(
      key,
    ),
  )
  return reserved === undefined ? null : invalidArgument(`The annotation ${reserved} is reserved.`)
}

function refusedScaling({ kind }: RunResource, { scaling }: Spec): GoogleError | null {
  if (kind === 'workerPools') return null
  const { minInstanceCount: least = 0, maxInstanceCount: most = 0 } = scaling
  return most !== 0 && least > most
    ? invalidArgument(`scaling.min_instance_count: ${least} is above the maximum ${most}.`)
    : null
}

/** Whole vCPUs above one, and the memory that goes with them. */
const memoryGibAtMost: Readonly<Record<string, number>> = { 1: 4, 2: 8, 4: 16, 6: 24, 8: 32 }
const memoryGibAtLeast: Readonly<Record<string, number>> = { 4: 2, 6: 4, 8: 4 }

function refusedTemplate({ kind }: RunResource, { template }: Spec): GoogleError | null {
  const { containers, maxInstanceRequestConcurrency: concurrency = 0 } = template
  if (containers.length === 0)
    return invalidArgument('template.containers: at least one is required.')
  if (kind === 'services' && (concurrency < 1 || concurrency > 1_000))
    return invalidArgument(
      `max_instance_request_concurrency: ${concurrency} is not from 1 to 1000.`,
    )
  return refusedContainers(containers, concurrency)
}

/** A job takes no requests: its concurrency is as one. */
export function refusedContainers(
  containers: readonly Pick<Container, 'env' | 'resources'>[],
  concurrency: number,
): GoogleError | null {
  for (const { env = [], resources } of containers) {
    const names = env.map(({ name }) => name)
    const double = names.find((name, index) => names.indexOf(name) !== index)
    if (double !== undefined) return invalidArgument(`env: ${double} is given twice.`)
    const refused = refusedLimits(resources.limits, concurrency)
    if (refused !== null) return refused
  }
  return null
}

function refusedLimits(
  { cpu, memory }: Container['resources']['limits'],
  concurrency: number,
): GoogleError | null {
  const gib = memoryGib(memory)
  const most = Number(cpu) < 1 ? memoryGibAtMost[1] : memoryGibAtMost[cpu]
  if (gib === null || most === undefined)
    return invalidArgument(`resources.limits: cpu ${cpu}, memory ${memory} is no known shape.`)
  if (gib > most || gib < (memoryGibAtLeast[cpu] ?? 0.125))
    return invalidArgument(`resources.limits.memory: ${memory} does not go with ${cpu} CPU.`)
  return Number(cpu) < 1 && concurrency > 1
    ? invalidArgument('Total CPU < 1 is not supported with concurrency > 1.')
    : null
}

function memoryGib(text: string): number | null {
  const parts = /^(\d+)(Mi|Gi)$/.exec(text)
  return parts === null ? null : Number(parts[1]) / (parts[2] === 'Gi' ? 1 : 1_024)
}

/** A name that is sent back with another template is refused, also where only that was forgotten. */
function refusedRevision(resource: RunResource, before: Spec, after: Spec): GoogleError | null {
  const { revision } = after.template
  if (revision === undefined || isDeepStrictEqual(before.template, after.template)) return null
  const service = resource.name.slice(resource.name.lastIndexOf('/') + 1)
  if (!revision.startsWith(`${service}-`) || !/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(revision))
    return invalidArgument(
      `template.revision: ${revision} must begin with ${service}- and be short.`,
    )
  const isTaken = resource.revisions.some(({ name }) => name === revision)
  return isTaken ? revisionTaken(revision) : null
}

function refusedTraffic({ revisions }: RunResource, { traffic }: Spec): GoogleError | null {
  const total = traffic.reduce((sum, { percent }) => sum + percent, 0)
  if (traffic.length > 0 && total !== 100)
    return invalidArgument(`traffic: the percentages sum to ${total}, not 100.`)
  const strange = traffic.find(
    ({ kind, revision }) => kind === 'revision' && !revisions.some(({ name }) => name === revision),
  )
  return strange === undefined
    ? null
    : invalidArgument(`traffic: revision ${strange.revision ?? '(none)'} was not found.`)
}

const flag = /^(--workers|--threads|--concurrency)=(.*)$/

/** Why a container of this template never listens; special inputs, for whoever wants to see that. */
export function startFailure({ containers }: Spec['template']): string | null {
  const missing = missingImage(containers)
  if (missing !== null) return missing
  for (const { args = [] } of containers) {
    const wrong = args.find((arg) => {
      const value = flag.exec(arg)?.[2]
      return value !== undefined && !/^[1-9]\d*$/.test(value)
    })
    if (wrong !== undefined)
      return 'The user-provided container failed to start and listen on the port: it exited(2).'
  }
  return null
}

export function missingImage(containers: readonly Pick<Container, 'image'>[]): string | null {
  const missing = containers.find(({ image }) => image.endsWith(':missing'))
  return missing === undefined ? null : `Image '${missing.image}' not found.`
}
