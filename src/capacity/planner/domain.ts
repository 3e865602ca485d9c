/**
 * What the planner may choose for each part of a System: what is there today, always, and what
 * capacity.md, 5 lists. Each option with its price and with what it takes of what is shared.
 */
import { type AtUsers, atUsers } from '../at-users.ts'
import { recommendedThreshold } from '../changes.ts'
import { expectedDatabaseUsd, type LoadHours, loadHours } from '../cost.ts'
import { type Finding, severities } from '../finding.ts'
import { type Law, silent } from '../law.ts'
import { alertFires } from '../laws/alert-fires.ts'
import { pricedRegion } from '../prices.ts'
import type { Alert, Database, Pooler, Service, System } from '../system.ts'
import { readTier } from '../tier.ts'

/** The values that break a tie, in the order of the domain's list. */
export const dimensions = [
  'tier',
  'shape',
  'workers',
  'threads',
  'concurrency',
  'minInstances',
  'maxInstances',
  'celeryConcurrency',
  'poolSize',
  'rest',
] as const
export type Dimension = (typeof dimensions)[number]

/** One choice for one part. */
export type Option = {
  /** Of the expected total, in millionths of a USD: whole, so that sums compare exactly. */
  readonly microUsd: number
  readonly disruptions: number
  readonly steps: number
  /** Somebody must start the workers before the event. */
  readonly needsConfirm: boolean
  readonly values: Readonly<Partial<Record<Dimension, number>>>
  readonly change: Change
}

export type Change =
  | {
      readonly kind: 'database'
      readonly name: string
      readonly it: Database
      readonly alerts: Readonly<Record<string, Alert>>
    }
  | { readonly kind: 'service'; readonly name: string; readonly it: Service }
  | { readonly kind: 'pooler'; readonly name: string; readonly it: Pooler }

/** What may be chosen besides what is there today. capacity.md, 5. */
export type Domain = {
  /** Tiers of 3.75 GiB per vCPU. */
  readonly tierVcpus: readonly number[]
  readonly shapes: readonly { readonly cpu: number; readonly memoryGib: number }[]
  /** Workers and Celery processes, at most, for each vCPU. */
  readonly processesPerVcpu: number
  readonly threads: readonly number[]
  readonly minInstances: readonly number[]
  readonly poolSizes: readonly number[]
}

export const wholeDomain: Domain = {
  tierVcpus: [1, 2, 4, 8, 16, 32, 64, 96],
  shapes: [
    { cpu: 1, memoryGib: 2 },
    { cpu: 2, memoryGib: 4 },
    { cpu: 4, memoryGib: 8 },
    { cpu: 8, memoryGib: 16 },
  ],
  processesPerVcpu: 2,
  threads: [1, 2, 4, 8],
  minInstances: [1],
  poolSizes: [10, 25, 40, 50, 80, 120, 160, 240],
}

/** What every option is measured against. */
export type Wish = {
  readonly domain: Domain
  /** As it is today, with `workload.users` as wished. */
  readonly system: System
  readonly today: string
  readonly peak: AtUsers
  readonly quiet: AtUsers
  /** At the users who are there now: no step may break a law for them. */
  readonly now: AtUsers
  /** What the document says that it must carry. */
  readonly documentUsers: number
  readonly hours: LoadHours
}

export function wishOf(
  system: System,
  { users, today, domain = wholeDomain }: { users: number; today: string; domain?: Domain },
): Wish {
  const wished = { ...system, workload: { ...system.workload, users } }
  const peak = atUsers(wished, { users, scale: 'needed', today })
  const { nowUsers } = system.workload
  // A region without prices is ranked by those of the one that has some.
  const hours = loadHours({ ...wished, region: pricedRegion })
  const quiet = { ...peak, users: Math.min(nowUsers, users) }
  const now = { ...peak, users: nowUsers }
  const documentUsers = system.workload.users
  return { domain, system: wished, today, peak, quiet, now, documentUsers, hours }
}

/** A line without a price is the last choice. */
const unpricedUsd = 1e9

export function microUsd(usd: number | null): number {
  return Math.round((usd ?? unpricedUsd) * 1e6)
}

/** The worst severity of one law. */
export function worstOf(law: Law, at: AtUsers): Finding['severity'] {
  const findings: Finding[] = []
  law.evaluate(at, silent, findings)
  return severities.find((one) => findings.some(({ severity }) => severity === one)) ?? 'ok'
}

const mibPerVcpu = 3840
/** Machines that a custom tier can follow without moving the disk to another family. */
const plain = /^db-(custom-\d+-\d+|f1-micro|g1-small)$/

/** Tiers of 3.75 GiB per vCPU, never with less memory than today. */
export function databaseOptions(wish: Wish, name: string): readonly Option[] {
  const database = wish.system.databases[name]
  if (database === undefined) return []
  const today = readTier(database.tier)
  const leastMib = today.kind === 'tier' ? today.memoryMib : 0
  const isCustom = database.edition === 'enterprise' && plain.test(database.tier)
  const others = wish.domain.tierVcpus
    .map((vcpus) => ({ tier: `db-custom-${vcpus}-${vcpus * mibPerVcpu}`, vcpus }))
    .filter(({ tier, vcpus }) => vcpus * mibPerVcpu >= leastMib && tier !== database.tier)
    .map(({ tier }) => tier)
  return [database.tier, ...(isCustom || today.kind !== 'tier' ? others : [])].map((tier) =>
    databaseOption(wish, { name, it: { ...database, tier }, isToday: tier === database.tier }),
  )
}

function databaseOption(
  wish: Wish,
  { name, it, isToday }: { name: string; it: Database; isToday: boolean },
): Option {
  const alerts = isToday && areFiring(wish, name, it) ? {} : movedAlerts(wish, name, it)
  const tier = readTier(it.tier)
  const memoryMib = tier.kind === 'tier' ? tier.memoryMib : 0
  return {
    microUsd: microUsd(expectedDatabaseUsd(wish.hours, { name, it })),
    disruptions: isToday ? 0 : 1,
    steps: (isToday ? 0 : 1) + Object.keys(alerts).length,
    needsConfirm: false,
    values: { tier: memoryMib },
    change: { kind: 'database', name, it, alerts },
  }
}

function areFiring(wish: Wish, name: string, it: Database): boolean {
  return Object.keys(movedAlerts(wish, name, it)).length === 0
}

/** Alerts on this database that would not fire in time, where they should stand. */
function movedAlerts(wish: Wish, name: string, it: Database): Readonly<Record<string, Alert>> {
  const { system, today } = wish
  const after = { ...system, databases: { [name]: it } }
  const moved: Record<string, Alert> = {}
  for (const [alertName, alert] of Object.entries(system.alerts)) {
    if (alert.database !== name) continue
    const alone = { ...after, alerts: { [alertName]: alert } }
    const at = atUsers(alone, { users: 0, scale: 'maximum', today })
    const threshold = recommendedThreshold(after, alert)
    if (threshold !== null && worstOf(alertFires, at) !== 'ok')
      moved[alertName] = { ...alert, threshold }
  }
  return moved
}

/** Pools large enough for the requests through them; only the transaction mode is one. */
export function poolerOptions(wish: Wish, name: string): readonly Option[] {
  const pooler = wish.system.poolers[name]
  if (pooler === undefined) return []
  const sizes = [...new Set([pooler.defaultPoolSize, ...wish.domain.poolSizes])]
  return sizes.map((defaultPoolSize) => {
    const it: Pooler = { ...pooler, defaultPoolSize, mode: 'transaction' }
    const isToday = defaultPoolSize === pooler.defaultPoolSize && it.mode === pooler.mode
    return {
      microUsd: 0,
      disruptions: 0,
      steps: isToday ? 0 : 1,
      needsConfirm: false,
      values: { poolSize: defaultPoolSize },
      change: { kind: 'pooler', name, it },
    }
  })
}
