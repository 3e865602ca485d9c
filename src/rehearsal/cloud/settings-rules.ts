/**
 * What the Admin API accepts for one instance's settings, by rule. facts/cloudsql.md, 1, 2 and 11.
 */
import { type GoogleError, invalidRequest } from './google-error.ts'

type Flag = { readonly name: string; readonly value: string }

export type Settings = {
  readonly tier: string
  readonly edition: 'ENTERPRISE' | 'ENTERPRISE_PLUS'
  readonly availabilityType: 'ZONAL' | 'REGIONAL'
  readonly activationPolicy: 'ALWAYS' | 'NEVER'
  readonly dataDiskSizeGb: string
  readonly databaseFlags: readonly Flag[]
  readonly userLabels: Readonly<Record<string, string>>
  readonly backupConfiguration: Readonly<Record<string, boolean | string>>
}

const sharedCore = ['db-f1-micro', 'db-g1-small']
const performanceVcpus = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128]
const c4aVcpus = [2, 4, 8, 16, 32, 48, 64, 72]

/** A few of the documented flags: `restart` is Google's own column. */
const flags: Readonly<Record<string, { restart: boolean; accepts: RegExp; max: number }>> = {
  autovacuum_max_workers: { restart: true, accepts: /^\d+$/, max: 262_143 },
  idle_in_transaction_session_timeout: { restart: false, accepts: /^\d+$/, max: 2_147_483_647 },
  log_min_duration_statement: { restart: false, accepts: /^(-1|\d+)$/, max: 2_147_483_647 },
  max_connections: { restart: true, accepts: /^(1[4-9]|[2-9]\d|\d{3,})$/, max: 262_142 },
  max_worker_processes: { restart: true, accepts: /^\d+$/, max: 262_143 },
  shared_buffers: { restart: true, accepts: /^\d+$/, max: 2_147_483_647 },
  work_mem: { restart: false, accepts: /^\d+$/, max: 2_147_483_647 },
}

const labelKey = /^[a-z][a-z0-9_-]{0,62}$/
const labelValue = /^[a-z0-9_-]{0,63}$/

/** Null when these settings may follow those. */
export function refusedSettings(before: Settings, after: Settings): GoogleError | null {
  return (
    refusedTier(after) ??
    refusedFlags(after.databaseFlags) ??
    refusedLabels(after.userLabels) ??
    refusedDisk(before.dataDiskSizeGb, after.dataDiskSizeGb)
  )
}

/** What drops all sessions: tier, availability, activation, and flags whose column says so. */
export function restarts(before: Settings, after: Settings): boolean {
  if (before.tier !== after.tier || before.edition !== after.edition) return true
  if (before.availabilityType !== after.availabilityType) return true
  if (before.activationPolicy !== after.activationPolicy) return true
  return Object.keys(flags).some(
    (name) =>
      flags[name]?.restart === true &&
      flagValue(before.databaseFlags, name) !== flagValue(after.databaseFlags, name),
  )
}

const flagValue = (list: readonly Flag[], name: string): string | undefined =>
  list.find((flag) => flag.name === name)?.value

function refusedTier({ tier, edition }: Settings): GoogleError | null {
  if (/^db-n1-/.test(tier))
    return invalidRequest(
      'Only custom or shared-core instance Billing Tier type allowed for PostgreSQL database',
    )
  const editionOfTier = knownEdition(tier)
  if (editionOfTier === edition) return null
  return invalidRequest(`Invalid Tier (${tier}) for (${edition}) Edition`)
}

function knownEdition(tier: string): Settings['edition'] | null {
  if (sharedCore.includes(tier)) return 'ENTERPRISE'
  const custom = /^db-custom-(N4-)?(\d+)-(\d+)$/.exec(tier)
  if (custom !== null) {
    const shape = { n4: custom[1] !== undefined, vcpus: Number(custom[2]), mib: Number(custom[3]) }
    return isCustomShape(shape) ? 'ENTERPRISE' : null
  }
  const plus = /^db-(perf-optimized-N|c4a-highmem)-(\d+)$/.exec(tier)
  if (plus === null) return null
  const sizes = plus[1] === 'c4a-highmem' ? c4aVcpus : performanceVcpus
  return sizes.includes(Number(plus[2])) ? 'ENTERPRISE_PLUS' : null
}

function isCustomShape({ n4, vcpus, mib }: { n4: boolean; vcpus: number; mib: number }): boolean {
  if (vcpus !== 1 && vcpus % 2 !== 0) return false
  if (vcpus < 1 || vcpus > (n4 ? 80 : 96) || mib % 256 !== 0 || mib < 3_840) return false
  const gibPerVcpu = mib / 1_024 / vcpus
  return n4 ? gibPerVcpu >= 2 && mib <= 640 * 1_024 : gibPerVcpu >= 0.9 && gibPerVcpu <= 6.5
}

function refusedFlags(list: readonly Flag[]): GoogleError | null {
  for (const { name, value } of list) {
    const rule = flags[name]
    if (rule === undefined) return invalidRequest(`Invalid flag name: ${name}`)
    if (!rule.accepts.test(value) || Number(value) > rule.max)
      return invalidRequest(`Invalid flag value: ${value} for flag ${name}`)
  }
  const twice = list.find(({ name }, index) => list.findIndex((one) => one.name === name) < index)
  return twice === undefined ? null : invalidRequest(`Flag ${twice.name} is given twice`)
}

function refusedLabels(labels: Readonly<Record<string, string>>): GoogleError | null {
  const wrong = Object.entries(labels).find(
    ([key, value]) => !labelKey.test(key) || !labelValue.test(value),
  )
  if (wrong !== undefined) return invalidRequest(`Invalid label ${wrong[0]}`)
  return Object.keys(labels).length > 64 ? invalidRequest('More than 64 labels') : null
}

const refusedDisk = (before: string, after: string): GoogleError | null =>
  Number(after) < Number(before)
    ? invalidRequest(`Disk size cannot be decreased from ${before} to ${after} GB`)
    : null
