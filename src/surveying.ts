/** Looks at a project and drafts its System document: what `main` would hold if it were not so long. */
import { draftOf } from './capacity/draft.ts'
import type { Survey } from './capacity/survey.ts'
import type { Surveyed, Surveying } from './cli/verbs.ts'
import { readProject, readWorld } from './config.ts'
import { sentenceOf } from './config-urls.ts'
import { noProjectSentence, regionSentence, unlistedSentence } from './words/en-draft.ts'
import { systemClock } from './world/clock.ts'
import { Fault } from './world/fault.ts'
import { neededPermission } from './world/google-faults.ts'
import { alertsIn, connectProject, databasesIn, type ProjectReader } from './world/project.ts'

export async function survey({ project: wished, region }: Surveying): Promise<Surveyed> {
  const configured = readProject()
  const project = wished ?? configured
  if (project === null) return wrong(noProjectSentence)
  const reach = readWorld(configured ?? project)
  if ('kind' in reach) return wrong(sentenceOf(reach))
  const apiRoot = reach.google?.apiRoot ?? null
  const root = apiRoot === null ? {} : { apiRoot }
  const reader = connectProject({ project, clock: systemClock, ...root })
  const [instances, policies] = await Promise.all([
    listed(reader.instances()),
    listed(reader.policies()),
  ])
  const unlisted = [instances, policies].flatMap((one) => (one.kind === 'unlisted' ? one.why : []))
  if (instances.kind === 'unlisted' || policies.kind === 'unlisted') return failed(unlisted)
  const found = databasesIn(instances.items)
  const regions = [...new Set(instances.items.map((one) => one.region))].sort()
  const place = region ?? (regions.length === 1 ? regions[0] : undefined)
  if (place === undefined) return wrong(regionSentence(regions))
  const services = await servicesIn(reader, place, instances.items)
  if (services.kind === 'unlisted') return failed([services.why])
  const alerts = alertsIn(policies.items, project, found.databases)
  const seen: Survey = { project, region: place, ...found, services: services.items, alerts }
  return { kind: 'surveyed', draft: draftOf(seen) }
}

type Listed<T> =
  | { readonly kind: 'listed'; readonly items: readonly T[] }
  | { readonly kind: 'unlisted'; readonly why: string }

/** All that is missing is said at once. */
async function listed<T>(asked: Promise<readonly T[]>): Promise<Listed<T>> {
  try {
    return { kind: 'listed', items: await asked }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return {
      kind: 'unlisted',
      why: unlistedSentence(error.message, neededPermission(error.message)),
    }
  }
}

type Instances = Awaited<ReturnType<ProjectReader['instances']>>

function servicesIn(reader: ProjectReader, region: string, instances: Instances) {
  const hosts = instances
    .filter(({ primary }) => primary === null)
    .flatMap(({ name, addresses }) => addresses.map((address) => [address, name] as const))
  return listed(reader.services(region, new Map(hosts)))
}

const wrong = (sentence: string): Surveyed => ({ kind: 'wrong', sentence })
const failed = (sentences: readonly string[]): Surveyed => ({
  kind: 'failed',
  sentence: sentences.join('\n'),
})
