/** The databases of a System document, as instances of a local cloud. */
import { parseDocument } from 'yaml'
import { z } from 'zod'
import type { LocalInstance } from './local-cloud.ts'

const instance = {
  tier: z.string(),
  availability: z.enum(['regional', 'zonal']),
  diskGb: z.number(),
  flags: z.record(z.string(), z.string()),
}
const database = z.looseObject({
  ...instance,
  version: z.number(),
  edition: z.enum(['enterprise', 'enterprise-plus']),
  replicas: z.record(z.string(), z.looseObject(instance)),
})
const documentSchema = z.looseObject({
  project: z.string(),
  region: z.string(),
  databases: z.record(z.string(), database),
})
type Database = z.infer<typeof database>
type Instance = Pick<Database, keyof typeof instance>

export type DocumentInstances = {
  readonly project: string
  readonly instances: readonly LocalInstance[]
}

/** The text of a System document; of what is none nothing is there: the bot says what is wrong with it. */
export function instancesOf(text: string): DocumentInstances {
  const yaml = parseDocument(text)
  const read = documentSchema.safeParse(yaml.errors.length > 0 ? null : yaml.toJS())
  if (!read.success) return { project: 'none', instances: [] }
  const { project, region, databases } = read.data
  const instances = Object.entries(databases).flatMap(([name, one]) => [
    local(name, one, { of: one, region }),
    ...Object.entries(one.replicas).map(([replica, its]) => ({
      ...local(replica, its, { of: one, region }),
      masterInstanceName: name,
    })),
  ])
  return { project, instances }
}

function local(
  name: string,
  { tier, availability, diskGb, flags }: Instance,
  { of: { version, edition }, region }: { readonly of: Database; readonly region: string },
): LocalInstance {
  return {
    ...{ name, tier, region },
    databaseVersion: `POSTGRES_${version}`,
    edition: edition === 'enterprise' ? 'ENTERPRISE' : 'ENTERPRISE_PLUS',
    availabilityType: availability === 'regional' ? 'REGIONAL' : 'ZONAL',
    // Whole, as Google's.
    dataDiskSizeGb: String(Math.ceil(diskGb)),
    databaseFlags: Object.entries(flags).map(([flag, value]) => ({ name: flag, value })),
  }
}
