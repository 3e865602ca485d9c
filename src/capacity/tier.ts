/**
 * Cloud SQL tiers for PostgreSQL: which names exist, of which edition, and what is in them.
 * facts/cloudsql.md, 2.
 */

export type Edition = 'enterprise' | 'enterprise-plus'

export type Tier = {
  readonly kind: 'tier'
  readonly edition: Edition
  readonly vcpus: number
  readonly memoryMib: number
}

/** Checked in this order; `edition`: a tier that exists, of the other edition. */
export type TierProblem =
  | 'name'
  | 'vcpu'
  | 'memory_multiple'
  | 'memory_minimum'
  | 'memory_per_vcpu_low'
  | 'memory_per_vcpu_high'
  | 'edition'

/** A name that no system could have. */
export type MalformedTier = {
  readonly kind: 'malformed'
  readonly reason: Exclude<TierProblem, 'edition'>
}

type Family = {
  readonly prefix: string
  readonly maxVcpus: number
  readonly minMibPerVcpu: number
  readonly maxMibPerVcpu: number
}

const memoryStepMib = 256
const memoryMinimumMib = 3840
const wholeNumber = '(0|[1-9][0-9]*)'
const customName = new RegExp(`^db-custom-(N4-)?${wholeNumber}-${wholeNumber}$`)
const plusName = new RegExp(`^db-(perf-optimized-N|c4a-highmem)-${wholeNumber}$`)

const custom: Family = {
  prefix: 'db-custom-',
  maxVcpus: 96,
  minMibPerVcpu: 0.9 * 1024,
  maxMibPerVcpu: 6.5 * 1024,
}

/** N4: up to 80 vCPUs and 640 GiB, at least 2 GiB per vCPU. */
const customN4: Family = {
  prefix: 'db-custom-N4-',
  maxVcpus: 80,
  minMibPerVcpu: 2 * 1024,
  maxMibPerVcpu: 8 * 1024,
}

const sharedCore: Readonly<Record<string, Tier>> = {
  'db-f1-micro': { kind: 'tier', edition: 'enterprise', vcpus: 1, memoryMib: 614 },
  'db-g1-small': { kind: 'tier', edition: 'enterprise', vcpus: 1, memoryMib: 1740 },
}

const perfOptimizedVcpus = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128]
const c4aVcpus = [2, 4, 8, 16, 32, 48, 64, 72]

/** A tier by its name, or why there is none of that name. */
export function readTier(name: string): Tier | MalformedTier {
  const match = customName.exec(name)
  if (match !== null) {
    const vcpus = Number(match[2])
    const memoryMib = Number(match[3])
    const family = match[1] === undefined ? custom : customN4
    const reason = customProblem(family, { vcpus, memoryMib })
    if (reason !== null) return { kind: 'malformed', reason }
    return { kind: 'tier', edition: 'enterprise', vcpus, memoryMib }
  }
  if (Object.hasOwn(sharedCore, name)) return sharedCore[name] ?? malformedName
  return readPlusTier(name)
}

const malformedName: MalformedTier = { kind: 'malformed', reason: 'name' }

/** Why a database of this edition may not have this tier; null: it may. */
export function tierProblem(name: string, edition: Edition): TierProblem | null {
  const tier = readTier(name)
  if (tier.kind === 'malformed') return tier.reason
  return tier.edition === edition ? null : 'edition'
}

/** At most three tiers that exist for the edition and are close to the name that was given. */
export function nearestTiers(name: string, edition: Edition): readonly string[] {
  const numbers = (name.match(/\d+(?:\.\d+)?/g) ?? []).map(Number)
  if (edition === 'enterprise-plus') return nearestPlus(name, numbers.at(-1) ?? 2)
  const match = customName.exec(name)
  if (match === null) return nearestShapes(custom, { vcpus: numbers.at(-1) ?? 2, memoryMib: null })
  const family = match[1] === undefined ? custom : customN4
  return nearestShapes(family, { vcpus: Number(match[2]), memoryMib: Number(match[3]) })
}

function customProblem(
  family: Family,
  { vcpus, memoryMib }: { vcpus: number; memoryMib: number },
): MalformedTier['reason'] | null {
  if (!(vcpus === 1 || (vcpus >= 2 && vcpus % 2 === 0)) || vcpus > family.maxVcpus) return 'vcpu'
  if (memoryMib % memoryStepMib !== 0) return 'memory_multiple'
  if (memoryMib < memoryMinimumMib) return 'memory_minimum'
  if (memoryMib < family.minMibPerVcpu * vcpus) return 'memory_per_vcpu_low'
  if (memoryMib > family.maxMibPerVcpu * vcpus) return 'memory_per_vcpu_high'
  return null
}

/** perf-optimized and c4a-highmem have 8 GiB per vCPU; the largest perf-optimized has 864 GiB. */
function readPlusTier(name: string): Tier | MalformedTier {
  const match = plusName.exec(name)
  if (match === null) return malformedName
  const vcpus = Number(match[2])
  const sizes = match[1] === 'c4a-highmem' ? c4aVcpus : perfOptimizedVcpus
  if (!sizes.includes(vcpus)) return { kind: 'malformed', reason: 'vcpu' }
  const memoryMib = (vcpus === 128 ? 864 : 8 * vcpus) * 1024
  return { kind: 'tier', edition: 'enterprise-plus', vcpus, memoryMib }
}

function nearestPlus(name: string, vcpus: number): readonly string[] {
  const family = name.includes('c4a') ? 'db-c4a-highmem' : 'db-perf-optimized-N'
  const sizes = name.includes('c4a') ? c4aVcpus : perfOptimizedVcpus
  return neighbours(sizes, vcpus).map((size) => `${family}-${size}`)
}

function nearestShapes(
  family: Family,
  { vcpus, memoryMib }: { vcpus: number; memoryMib: number | null },
): readonly string[] {
  const evens = Array.from({ length: family.maxVcpus / 2 }, (_, index) => 2 * (index + 1))
  const names = neighbours([1, ...evens], vcpus).flatMap((size) =>
    nearestMemories(family, { vcpus: size, memoryMib: memoryMib ?? memoryMinimumMib * size }).map(
      (mib) => `${family.prefix}${size}-${mib}`,
    ),
  )
  return [...new Set(names)].slice(0, 3)
}

/** The allowed memory at or below, and the one above where the given one is not allowed itself. */
function nearestMemories(
  family: Family,
  { vcpus, memoryMib }: { vcpus: number; memoryMib: number },
): readonly number[] {
  const least = Math.max(memoryMinimumMib, roundUp(family.minMibPerVcpu * vcpus))
  const most = roundDown(family.maxMibPerVcpu * vcpus)
  const within = (mib: number) => Math.min(most, Math.max(least, mib))
  return [...new Set([within(roundDown(memoryMib)), within(roundUp(memoryMib))])]
}

function roundDown(memoryMib: number): number {
  return Math.floor(memoryMib / memoryStepMib) * memoryStepMib
}

function roundUp(memoryMib: number): number {
  return Math.ceil(memoryMib / memoryStepMib) * memoryStepMib
}

/** The size itself where it exists, else the next one below and above. */
function neighbours(sizes: readonly number[], size: number): readonly number[] {
  if (sizes.includes(size)) return [size]
  const below = sizes.findLast((one) => one < size)
  const above = sizes.find((one) => one > size)
  return [below, above].filter((one) => one !== undefined)
}
