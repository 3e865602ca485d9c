/**
 * What a System costs a month at list prices: each line with its assumption, and three totals.
 * capacity.md, 3, "Cost".
 */
import { type AtUsers, atUsers, type InstanceAt, type Named } from './at-users.ts'
import { tierOf } from './cloud-sql.ts'
import {
  instancesBeforeClamp,
  instancesNeeded,
  isInUse,
  requestsPerSecond,
  usualNowUsers,
} from './derive.ts'
import {
  busyUsdPerMonth,
  hoursPerMonth,
  idleUsdPerMonth,
  pricedRegion,
  prices,
  pricesAsOf,
  type RunBilling,
  requestsUsdPerMonth,
  sqlTierUsdPerMonth,
} from './prices.ts'
import type { Database, Pooler, Redis, Service, System } from './system.ts'
import { isWithin, traceReads, unknownAmong } from './trace.ts'

/** `expected`: peakHoursPerDay at the full load, the rest as in `low`. */
export type MonthlyUsd = {
  readonly low: number | null
  readonly expected: number | null
  readonly high: number | null
}

export type CostLine = {
  readonly subject: string
  readonly monthlyUsd: MonthlyUsd
  readonly assumption: string
  readonly source: string
}

export type Cost = {
  /** Null where a line has no price or rests on an unknown fact. */
  readonly monthlyUsd: MonthlyUsd
  readonly lines: readonly CostLine[]
  readonly pricesAsOf: string
}

/** A line before its words; `missing`: the price that the table lacks. */
type Sums = {
  readonly subject: string
  readonly low: number
  readonly expected: number
  readonly high: number
  readonly missing: string | undefined
  readonly assumption: () => string
  readonly source: string
}

export function costOf(
  system: System,
  { unknown = [] }: { readonly unknown?: readonly string[] } = {},
): Cost {
  const facts = unknownFacts(system, unknown)
  const lines = linesOf(loaded(system)).map((sums) => lineOf(sums, facts))
  const totalOf = (bound: keyof MonthlyUsd) =>
    lines.reduce<number | null>((sum, { monthlyUsd }) => {
      const usd = monthlyUsd[bound]
      return sum === null || usd === null ? null : sum + usd
    }, 0)
  const monthlyUsd = { low: totalOf('low'), expected: totalOf('expected'), high: totalOf('high') }
  return { monthlyUsd, lines, pricesAsOf }
}

/** Those of the unknown facts that a line reads. */
function unknownFacts(system: System, unknown: readonly string[]): readonly string[] {
  if (unknown.length === 0) return []
  const trace = traceReads(system)
  const { facts } = trace.during(() => linesOf(loaded(trace.system)))
  return unknown.filter((fact) => unknownAmong(facts, [fact]) !== undefined)
}

/** The expected total, the short way; null where a line has no price. */
export function expectedUsd(at: AtUsers): number | null {
  let sum = 0
  for (const { expected, missing } of linesOf(at)) {
    if (missing !== undefined) return null
    sum += expected
  }
  return sum
}

/** The expected total of a System. */
export function expectedMonthlyUsd(system: System): number | null {
  return expectedUsd(loaded(system))
}

/** The price that the table lacks for this System. */
export function missingPrice(at: AtUsers): string | undefined {
  return linesOf(at).find(({ missing }) => missing !== undefined)?.missing
}

/** Each line, as it stands without any unknown fact. */
export function costLines(at: AtUsers): readonly CostLine[] {
  return linesOf(at).map((sums) => lineOf(sums, []))
}

const unpriced: MonthlyUsd = { low: null, expected: null, high: null }

function lineOf(sums: Sums, unknown: readonly string[]): CostLine {
  const { subject, low, expected, high, missing, source } = sums
  const fact = unknown.find((one) => concerns(one, subject))
  const lacks = missing ?? fact
  return {
    subject,
    monthlyUsd: lacks === undefined ? { low, expected, high } : unpriced,
    assumption: lacks === undefined ? sums.assumption() : `unknown without ${lacks}`,
    source,
  }
}

/** A fact of the subject itself, or one of the load that instances follow. */
function concerns(fact: string, subject: string): boolean {
  const sections = ['services', 'databases', 'poolers', 'redis']
  if (sections.some((section) => isWithin(fact, section)))
    return isWithin(fact, subject) || isWithin(subject, fact)
  return fact === 'region' || isWithin(subject, 'services')
}

function loaded(system: System): AtUsers {
  // The day matters to no price.
  return atUsers(system, { users: system.workload.users, scale: 'maximum', today: '' })
}

function linesOf(at: AtUsers): readonly Sums[] {
  const hours = hoursOf(at)
  const lines: Sums[] = []
  for (const service of at.services)
    if (service.it.replaces === undefined) lines.push(serviceLine(service, hours))
  for (const database of at.databases) lines.push(databaseLine(at.system, database))
  for (const replica of at.replicas) lines.push(databaseLine(at.system, replica))
  for (const pooler of at.poolers) if (isInUse(at, pooler)) lines.push(poolerLine(at, pooler))
  for (const store of at.redis) lines.push(redisLine(at, store))
  return lines
}

/** At the full load, and at the rest of the day's. */
export type LoadHours = { readonly peak: AtUsers; readonly quiet: AtUsers }

export function loadHours(system: System): LoadHours {
  return hoursOf(loaded(system))
}

function hoursOf(at: AtUsers): LoadHours {
  const { users } = at.system.workload
  const peak: AtUsers = { ...at, users, scale: 'needed' }
  return { peak, quiet: { ...peak, users: Math.min(usualNowUsers(at.system), users) } }
}

/** One service as it would be, at the load of these hours. */
export function expectedServiceUsd(
  hours: LoadHours,
  { name, it }: { name: string; it: Service },
): number {
  return serviceLine({ name, path: name, it }, hours).expected
}

/** A primary as it would be; null: its machine has no price. */
export function expectedDatabaseUsd(
  { peak }: LoadHours,
  { name, it }: { name: string; it: Database },
): number | null {
  const at = { name, path: name, it, database: it, databaseName: name, primary: undefined }
  const { expected, missing } = databaseLine(peak.system, at)
  return missing === undefined ? expected : null
}

function serviceLine({ path, it }: Named<Service>, { peak, quiet }: LoadHours): Sums {
  const billing: RunBilling = it.kind === 'web' ? it.billing : 'instance'
  const shape = { vcpus: it.cpu, memoryGib: it.memoryGib }
  const busyUsd = busyUsdPerMonth(billing, shape)
  const requestsUsd = it.kind === 'web' ? requestsUsdPerMonth(billing, rate(peak, it)) : 0
  const low = runUsd(quiet, it, { billing, busyUsd })
  const most = runUsd(peak, it, { billing, busyUsd })
  const { peakHoursPerDay } = peak.system.workload
  return {
    subject: path,
    low,
    expected: (peakHoursPerDay * most + (24 - peakHoursPerDay) * low) / 24,
    high: it.maxInstances * busyUsd + requestsUsd,
    missing: missingIn(peak.system),
    assumption: () =>
      `${instancesNeeded(peak, it)} instances ${peakHoursPerDay} h a day, else ` +
      `${instancesNeeded(quiet, it)}; at most ${it.maxInstances}; ${it.cpu} vCPU and ` +
      `${it.memoryGib} GiB, billed per ${billing}`,
    source: prices.runInstanceVcpuSecond.source,
  }
}

/** All month at these users: instances at work, warm ones without work, and the requests. */
function runUsd(
  at: AtUsers,
  it: Service,
  { billing, busyUsd }: { billing: RunBilling; busyUsd: number },
): number {
  const all = instancesNeeded(at, it)
  if (it.kind !== 'web' || billing !== 'request') return all * busyUsd
  const busy = Math.min(all, instancesBeforeClamp(at, it))
  const idleUsd = idleUsdPerMonth(billing, { vcpus: it.cpu, memoryGib: it.memoryGib })
  return busy * busyUsd + (all - busy) * idleUsd + requestsUsdPerMonth(billing, rate(at, it))
}

function rate(at: AtUsers, it: Extract<Service, { kind: 'web' }>): number {
  return requestsPerSecond(at, it)
}

function databaseLine(system: System, { path, it, database }: InstanceAt): Sums {
  const tier = tierOf(it)
  const regional = it.availability === 'regional'
  const plus = database.edition === 'enterprise-plus'
  const { diskGb } = it
  const usd =
    tier === null
      ? null
      : sqlTierUsdPerMonth(it.tier, {
          vcpus: tier.vcpus,
          memoryMib: tier.memoryMib,
          diskGb,
          regional,
          plus,
        })
  const missing = missingIn(system) ?? (usd === null ? `prices.${it.tier}` : undefined)
  return constant(path, usd ?? 0, {
    missing,
    assumption: () =>
      `${it.tier}, ${diskGb} GB SSD, ${regional ? 'regional: twice the price' : 'zonal'}` +
      `${plus ? ', Enterprise Plus: 1.3 times the compute' : ''}; no backups, no egress`,
    source: prices.sqlVcpuHour.source,
  })
}

function poolerLine(at: AtUsers, { path }: Named<Pooler>): Sums {
  return constant(path, prices.poolerVmMonth.usd, {
    missing: missingIn(at.system),
    assumption: () => 'one e2-small for all its processes, while a service goes through it',
    source: prices.poolerVmMonth.source,
  })
}

function redisLine(at: AtUsers, { path, it }: Named<Redis>): Sums {
  const usd = it.memoryGib * prices.redisBasicGibHour.usd * hoursPerMonth
  return constant(path, usd, {
    missing: missingIn(at.system),
    assumption: () => `${it.memoryGib} GiB, basic tier`,
    source: prices.redisBasicGibHour.source,
  })
}

function constant(
  subject: string,
  usd: number,
  rest: Pick<Sums, 'missing' | 'assumption' | 'source'>,
): Sums {
  return { subject, low: usd, expected: usd, high: usd, ...rest }
}

function missingIn({ region }: System): string | undefined {
  return region === pricedRegion ? undefined : `prices.${region}`
}
