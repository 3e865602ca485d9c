/**
 * List prices, as dated data: each with its source. A region, a machine or a kind of billing that
 * has no price here makes a total unknown, never smaller.
 */

/** A month of list prices. facts/cloudsql.md, 10. */
export const hoursPerMonth = 730
export const secondsPerMonth = hoursPerMonth * 3600

/** The only region in the table. */
export const pricedRegion = 'us-central1'

type Price = { readonly usd: number; readonly asOf: string; readonly source: string }

const cloudSqlPage = 'cloud.google.com/sql/pricing, quoted in facts/cloudsql.md, 10'
const cloudRunPage = 'cloud.google.com/run/pricing, quoted in facts/workload.md, 2'
const unconfirmed = 'capacity.md, 3, to be confirmed'

export const prices = {
  sqlVcpuHour: { usd: 0.0413, asOf: '2026-10-01', source: cloudSqlPage },
  sqlMemoryGibHour: { usd: 0.007, asOf: '2026-10-01', source: cloudSqlPage },
  sqlSsdGbMonth: { usd: 0.17, asOf: '2026-10-01', source: cloudSqlPage },
  sqlMicroHour: { usd: 0.0105, asOf: '2026-10-01', source: cloudSqlPage },
  runInstanceVcpuSecond: { usd: 0.000018, asOf: '2026-11-23', source: cloudRunPage },
  runInstanceGibSecond: { usd: 0.000002, asOf: '2026-11-23', source: cloudRunPage },
  runRequestVcpuSecond: { usd: 0.000024, asOf: '2026-11-23', source: cloudRunPage },
  runRequestGibSecond: { usd: 0.0000025, asOf: '2026-11-23', source: cloudRunPage },
  runIdleVcpuSecond: { usd: 0.0000025, asOf: '2026-11-23', source: cloudRunPage },
  runIdleGibSecond: { usd: 0.0000025, asOf: '2026-11-23', source: cloudRunPage },
  runMillionRequests: { usd: 0.4, asOf: '2026-11-23', source: cloudRunPage },
  workerPoolVcpuSecond: { usd: 0.000011244, asOf: '2026-11-23', source: cloudRunPage },
  workerPoolGibSecond: { usd: 0.000001235, asOf: '2026-11-23', source: cloudRunPage },
  redisBasicGibHour: { usd: 0.049, asOf: '2026-11-23', source: unconfirmed },
  poolerVmMonth: { usd: 12.23, asOf: '2026-11-23', source: unconfirmed },
} as const satisfies Record<string, Price>

/** The oldest of the prices. */
export const pricesAsOf = Object.values(prices)
  .map(({ asOf }) => asOf)
  .reduce((oldest, one) => (one < oldest ? one : oldest))

/** A standby doubles compute and disk. facts/cloudsql.md, 10. */
const regionalFactor = 2
/** On vCPU and memory alone. facts/cloudsql.md, 10. */
const plusFactor = 1.3

/** Tiers whose name says that the table above holds for them; other machine series have none. */
const plainTier = /^db-(custom-\d+-\d+|perf-optimized-N-\d+)$/

export type SqlShape = {
  readonly vcpus: number
  readonly memoryMib: number
  readonly diskGb: number
  readonly regional: boolean
  readonly plus: boolean
}

export function sqlUsdPerMonth({ vcpus, memoryMib, diskGb, regional, plus }: SqlShape) {
  const hourUsd = vcpus * prices.sqlVcpuHour.usd + (memoryMib / 1024) * prices.sqlMemoryGibHour.usd
  const factor = regional ? regionalFactor : 1
  const computeUsd = hourUsd * hoursPerMonth * factor * (plus ? plusFactor : 1)
  return { computeUsd, diskUsd: diskGb * prices.sqlSsdGbMonth.usd * factor }
}

/** Shared core has a price of its own; null: no price for this machine. */
export function sqlTierUsdPerMonth(tier: string, shape: SqlShape): number | null {
  const { computeUsd, diskUsd } = sqlUsdPerMonth(shape)
  if (plainTier.test(tier)) return computeUsd + diskUsd
  if (tier !== 'db-f1-micro') return null
  return prices.sqlMicroHour.usd * hoursPerMonth * (shape.regional ? regionalFactor : 1) + diskUsd
}

export type RunShape = { readonly vcpus: number; readonly memoryGib: number }
export type RunBilling = 'instance' | 'request' | 'worker-pool'

/** One instance of Cloud Run, busy all month. */
export function busyUsdPerMonth(billing: RunBilling, { vcpus, memoryGib }: RunShape): number {
  const [vcpuSecond, gibSecond] = runPrices[billing]
  return secondsPerMonth * (vcpus * vcpuSecond.usd + memoryGib * gibSecond.usd)
}

/** A warm instance without requests: cheaper only where requests are billed. */
export function idleUsdPerMonth(billing: RunBilling, shape: RunShape): number {
  if (billing !== 'request') return busyUsdPerMonth(billing, shape)
  const { runIdleVcpuSecond, runIdleGibSecond } = prices
  const secondUsd = shape.vcpus * runIdleVcpuSecond.usd + shape.memoryGib * runIdleGibSecond.usd
  return secondsPerMonth * secondUsd
}

/** Requests are billed beside the time only where time is billed by request. */
export function requestsUsdPerMonth(billing: RunBilling, requestsPerSecond: number): number {
  if (billing !== 'request') return 0
  return ((requestsPerSecond * secondsPerMonth) / 1e6) * prices.runMillionRequests.usd
}

const runPrices = {
  instance: [prices.runInstanceVcpuSecond, prices.runInstanceGibSecond],
  request: [prices.runRequestVcpuSecond, prices.runRequestGibSecond],
  'worker-pool': [prices.workerPoolVcpuSecond, prices.workerPoolGibSecond],
} as const satisfies Record<RunBilling, readonly [Price, Price]>
