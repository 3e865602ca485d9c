/** The writing steps that the faulty runs are drawn from, each with what is so in the cloud when it is done. */
import fc from 'fast-check'
import type { LocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import type { WriteMishap } from '../../src/rehearsal/cloud/mishaps.ts'
import { applyDashboards } from '../../src/steps/apply-dashboards.ts'
import { bumpCeleryConcurrency } from '../../src/steps/bump-celery-concurrency.ts'
import { createBackup } from '../../src/steps/create-backup.ts'
import { createReadReplica } from '../../src/steps/create-read-replica.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { retargetAlert } from '../../src/steps/retarget-alert.ts'
import { scaleService } from '../../src/steps/scale-service.ts'
import { setDatabaseFlag } from '../../src/steps/set-database-flag.ts'
import { database } from './process.ts'

export const service = 'celery-worker'

type Drawn = {
  readonly step: ReturnType<typeof createBackup>
  /** `intents`: those of this step. */
  readonly isSo: (cloud: LocalCloud, intents: readonly string[]) => boolean
  /** Whether something of this kind ended in an error there. */
  readonly failed: (cloud: LocalCloud) => boolean
}

const instanceFailed = (type: string, name: string) => (cloud: LocalCloud) =>
  cloud.instance(name).operations.some((one) => one.type === type && one.error !== null)
const rollOutFailed = (cloud: LocalCloud) => cloud.service(service).problem !== null
const neverFails = () => false

const maximum = fc.integer({ min: 10, max: 19 }).map(
  (maxInstances): Drawn => ({
    step: scaleService({ service, maxInstances }),
    isSo: (cloud) => cloud.service(service).settled.scaling.maxInstanceCount === maxInstances,
    failed: rollOutFailed,
  }),
)

const prefetch = fc.integer({ min: 1, max: 3 }).map(
  (prefetchMultiplier): Drawn => ({
    step: bumpCeleryConcurrency({ service, concurrency: 4, prefetchMultiplier }),
    isSo: (cloud) =>
      cloud
        .service(service)
        .settled.template.containers.some(({ args }) =>
          args?.join(' ').includes(`--prefetch-multiplier=${prefetchMultiplier}`),
        ),
    failed: rollOutFailed,
  }),
)

const tier: Drawn = {
  step: patchCloudSqlTier({ database, tier: 'db-custom-8-30720' }),
  isSo: (cloud) => cloud.instance(database).tier === 'db-custom-8-30720',
  failed: instanceFailed('UPDATE', database),
}

const flag = fc.integer({ min: 64, max: 4_000 }).map(
  (kib): Drawn => ({
    step: setDatabaseFlag({ database, name: 'work_mem', value: String(kib) }),
    isSo: (cloud) =>
      cloud.instance(database).databaseFlags.some(({ value }) => value === String(kib)),
    failed: instanceFailed('UPDATE', database),
  }),
)

const backup: Drawn = {
  step: createBackup({ database }),
  isSo: (cloud) =>
    cloud
      .instance(database)
      .operations.some(
        (one) => one.type === 'BACKUP_VOLUME' && one.status === 'DONE' && one.error === null,
      ),
  failed: instanceFailed('BACKUP_VOLUME', database),
}

const copy = 'tuki-db-copy'
const replica: Drawn = {
  step: createReadReplica({ database, name: copy, tier: 'db-custom-4-15360' }),
  isSo: (cloud) =>
    cloud
      .instance(copy)
      .operations.some(({ status, error }) => status === 'DONE' && error === null),
  failed: instanceFailed('CREATE_REPLICA', copy),
}

const threshold = fc.integer({ min: 150, max: 380 }).map(
  (value): Drawn => ({
    step: retargetAlert({ alert: 'db-connections', threshold: value }),
    isSo: (cloud) =>
      cloud.monitoring
        .policies()
        .some(({ conditions }) => conditions[0]?.conditionThreshold.thresholdValue === value),
    failed: neverFails,
  }),
)

const dashboards: Drawn = {
  step: applyDashboards({}),
  isSo: (cloud, intents) =>
    cloud.monitoring
      .dashboards()
      .some(({ labels }) => intents.includes(labels?.['plimsoll-intent'] ?? '')),
  failed: neverFails,
}

/** Five writing steps in any order: two or more of Cloud SQL, one of Cloud Run, one of Monitoring. */
const fiveSteps: fc.Arbitrary<readonly Drawn[]> = fc
  .tuple(
    fc.oneof(fc.constant(tier), flag),
    fc.constantFrom(backup, replica),
    maximum,
    fc.oneof(threshold, fc.constant(dashboards)),
    fc.oneof(prefetch, threshold, fc.constant(dashboards)),
  )
  .chain((steps) => fc.shuffledSubarray(steps, { minLength: 5 }))

const writeMishap: fc.Arbitrary<WriteMishap['how']> = fc.constantFrom(
  ...(['busy', 'stale', 'rate-limited', 'unavailable', 'request-lost'] as const),
  ...(['reply-lost', 'reply-unavailable', 'operation-fails'] as const),
)

/** When the reads of a step begin to fail, and for how many seconds. */
const blindness = fc.record({
  from: fc.constantFrom('step-claimed', 'write-intended', 'write-accepted', 'operation-ended'),
  seconds: fc.constantFrom(4, 35),
  how: fc.constantFrom('rate-limited', 'forbidden'),
})

const trouble = fc.record({
  /** What its writes meet, one after the other. */
  writes: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(writeMishap, { minLength: 1, maxLength: 3 }), weight: 3 },
    { arbitrary: writeMishap.map((how) => Array(6).fill(how)), weight: 1 },
  ),
  blindness: fc.option(blindness, { freq: 3 }),
  stopsMetric: fc.boolean(),
})

export const faultyPlan = fc.record({
  steps: fiveSteps,
  troubles: fc.array(trouble, { minLength: 5, maxLength: 5 }),
  readLagMs: fc.constantFrom(0, 0, 500, 3_000, 7_000),
  /** How often somebody has a parked run go on. */
  patience: fc.integer({ min: 0, max: 1 }),
})

export type FaultyPlan = typeof faultyPlan extends fc.Arbitrary<infer Plan> ? Plan : never
