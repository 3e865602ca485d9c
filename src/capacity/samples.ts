/** What somebody measured of one web service, from a file: YAML or JSON, judged field by field. */
import { z } from 'zod'
import type { Sample } from './measured.ts'
import { readYaml } from './read-yaml.ts'

export type ReadSamples =
  | {
      readonly kind: 'samples'
      /** Null: the file names none. */
      readonly service: string | null
      readonly samples: readonly Sample[]
    }
  /** Which field, and what would be right. */
  | { readonly kind: 'wrong'; readonly sentence: string }

const positive = z.number().positive()
const amount = z.number().min(0)

const sampleSchema = z.strictObject({
  requestsPerSecond: positive,
  users: positive.optional(),
  meanMs: positive.optional(),
  p95Ms: positive.optional(),
  webCpuCores: amount.optional(),
  busySessions: amount.optional(),
  databaseCpuCores: amount.optional(),
})
const fileSchema = z.strictObject({
  service: z.string().optional(),
  samples: z.array(sampleSchema).min(1).max(10_000),
})

const shape =
  'a map with samples: a list of { requestsPerSecond, users, meanMs, p95Ms, webCpuCores, busySessions, databaseCpuCores }, and service'

export function readSamples(text: string, fileName: string): ReadSamples {
  const yaml = readYaml(text)
  if (yaml.kind === 'broken') return wrong(`${fileName} is neither YAML nor JSON; write ${shape}.`)
  const { content } = yaml
  const read = fileSchema.safeParse(Array.isArray(content) ? { samples: content } : content)
  if (!read.success) {
    const [issue] = read.error.issues
    const where = issue === undefined ? '' : issue.path.map(String).join('.')
    return wrong(
      `${fileName}${where === '' ? '' : `, ${where}`}: ${issue?.message}; write ${shape}.`,
    )
  }
  const { service = null, samples } = read.data
  return { kind: 'samples', service, samples: samples.map(sampleFrom) }
}

function sampleFrom({ meanMs, p95Ms, ...sample }: z.infer<typeof sampleSchema>): Sample {
  const measured = Object.entries({
    ...sample,
    responseSeconds: meanMs === undefined ? undefined : meanMs / 1000,
    p95Seconds: p95Ms === undefined ? undefined : p95Ms / 1000,
  }).filter(([, value]) => value !== undefined)
  return { requestsPerSecond: sample.requestsPerSecond, ...Object.fromEntries(measured) }
}

function wrong(sentence: string): ReadSamples {
  return { kind: 'wrong', sentence }
}
