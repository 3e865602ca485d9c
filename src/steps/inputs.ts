/** Fields that several steps ask for, and the refusal of a name that the document lacks. */
import { z } from 'zod'
import { type Refusal, refuse } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import { type MalformedTier, nearestTiers, readTier } from '../capacity/tier.ts'

export const databaseName = z.string().min(1).describe('a database of the System document')
export const serviceName = z.string().min(1).describe('a service of the System document')

export const poolerName = z.string().min(1).describe('a pooler of the System document')
export const alertName = z.string().min(1).describe('an alert of the System document')

/** A tier that some System could have; whether this one may is a matter of its edition. facts/cloudsql.md, 2. */
export const tierName = z
  .string()
  .superRefine((name, context) => {
    const tier = readTier(name)
    if (tier.kind === 'malformed')
      context.addIssue({ code: 'custom', message: rightTier(name, tier.reason) })
  })
  .describe('for example db-custom-8-30720')

function rightTier(name: string, reason: MalformedTier['reason']): string {
  const nearest = nearestTiers(name, 'enterprise')
  return `${malformedTier[reason]}; nearest: ${nearest.join(', ')}`
}

const malformedTier: Record<MalformedTier['reason'], string> = {
  name: 'a tier such as db-custom-8-30720, db-f1-micro or db-perf-optimized-N-8',
  vcpu: 'a tier of 1 or an even number of vCPUs, up to 96',
  memory_multiple: 'a tier whose memory is a multiple of 256 MiB',
  memory_minimum: 'a tier of at least 3840 MiB',
  memory_per_vcpu_low: 'a tier of at least 0.9 GiB per vCPU',
  memory_per_vcpu_high: 'a tier of at most 6.5 GiB per vCPU',
}

export function missingDatabase(
  system: System,
  { database }: { database: string },
): Refusal | null {
  return missing('database', database, Object.keys(system.databases))
}

export function missingService(
  system: System,
  { service }: { service: string },
  kind: System['services'][string]['kind'],
): Refusal | null {
  const known = Object.entries(system.services).filter(([, one]) => one.kind === kind)
  return missing(
    `${kind} service`,
    service,
    known.map(([name]) => name),
  )
}

function missing(what: string, name: string, known: readonly string[]): Refusal | null {
  return known.includes(name) ? null : refuse('no-such', { what, name, known })
}
