/** The roles of deploy/iam: every method of Google's that an adapter calls is covered, and nothing else is granted. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ArrivedRequest } from '../../src/rehearsal/cloud/responder.ts'
import { type GoogleMethod, googleMethods } from '../../src/world/google-methods.ts'
import { databaseMetrics } from '../../src/world/monitored/metrics.ts'
import { connectProject } from '../../src/world/project.ts'
import { projectRoot } from '../architecture/source.ts'
import { tuki, upgrade } from '../world/tuki-cloud.ts'
import { tukiJob } from '../world/tuki-job.ts'
import { tukiMonitoring } from '../world/tuki-monitoring.ts'

const role = z.strictObject({
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(256),
  stage: z.literal('GA'),
  includedPermissions: z.array(z.string().regex(/^[a-z]+(\.[a-zA-Z]+){2}$/)),
})

const methods: readonly (GoogleMethod & { readonly name: string })[] = Object.entries(
  googleMethods,
).map(([name, method]) => ({ name, ...method }))

describe.each(['reading', 'writing'] as const)('the %s role', (identity) => {
  const file = join(projectRoot, `deploy/iam/plimsoll-${identity}.yml`)
  const { includedPermissions } = role.parse(parse(readFileSync(file, 'utf8')))

  test('holds the permission of each of its methods, and no other', () => {
    const needed = methods.filter((one) => one.identity === identity)
    const permissions = new Set(needed.map(({ permission }) => permission))
    expect(includedPermissions).toEqual([...permissions].sort())
  })
})

test('a method that only reads is a GET, and no permission is in both roles', () => {
  for (const { verb, identity } of methods) expect(verb === 'GET').toBe(identity === 'reading')
  const held = (identity: GoogleMethod['identity']) =>
    methods.filter((one) => one.identity === identity).map(({ permission }) => permission)
  expect(held('reading').filter((one) => held('writing').includes(one))).toEqual([])
})

/** Those whose path fits: an adapter may make no call that has no row. */
function rowsOf({ method, path }: ArrivedRequest): readonly string[] {
  return methods
    .filter((one) => one.verb === method && fits(one.path, path))
    .map(({ name }) => name)
}

function fits(pattern: string, path: string): boolean {
  const [wanted, parts] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => fitsPart(part, parts[index] ?? ''))
  )
}

/** `*`, or `*:cancel`: a method of its own beside the resource. */
function fitsPart(wanted: string, part: string): boolean {
  return wanted.startsWith('*') ? part.endsWith(wanted.slice(1)) : part === wanted
}

test('everything that the Cloud SQL adapter can ask and tell has its row, and each row is used', async () => {
  const { reader, writer, cloud, clock, clearance } = await tuki()
  const database = 'tuki-db-prod'
  const replica = { name: 'tuki-db-read-replica', primary: database }
  const shape = { region: 'us-central1', version: 14, tier: 'db-custom-4-15360', diskGb: 50 }
  // Typed by the ports, so that a new method of theirs is missed here, not at Google's.
  const asked: Record<keyof typeof reader, () => Promise<unknown>> = {
    instance: () => reader.instance(database),
    operation: async () =>
      reader.operation((await reader.operations(database))[0]?.name ?? 'no operation'),
    operations: () => reader.operations(database),
    backups: () => reader.backups(database),
  }
  const told: Record<keyof typeof writer, () => Promise<unknown>> = {
    patch: () => writer.patch(clearance(), upgrade),
    createReplica: () =>
      writer.createReplica(clearance(), {
        ...{ ...replica, ...shape },
        ...{ edition: 'enterprise', userLabels: {} },
      }),
    deleteReplica: () => writer.deleteReplica(clearance(), replica),
    backUp: () => writer.backUp(clearance(), { instance: database, description: 'a test' }),
  }
  const project = connectProject({ project: 'tukiprod', apiRoot: cloud.root, clock })
  for (const work of [...Object.values(told), ...Object.values(asked), project.instances]) {
    await work()
    clock.forward(120_000)
  }
  const rows = cloud.requests.map(rowsOf)
  for (const row of rows) expect(row).toHaveLength(1)
  const ofSql = methods.map(({ name }) => name).filter((name) => name.startsWith('sql.'))
  expect([...new Set(rows.flat())].sort()).toEqual(ofSql.sort())
})

test('everything that the Monitoring adapter can ask and tell has its row, and each row is used', async () => {
  const { reader, writer, celerySink, cloud, clock, clearance } = await tukiMonitoring()
  const { sessions } = databaseMetrics(
    { project: 'tukiprod', region: 'us-central1' },
    'tuki-db-prod',
  )
  const [policy] = await reader.alertPolicies()
  const [threshold] = policy?.thresholds ?? []
  if (policy === undefined || threshold === undefined) throw new Error('no alert is seeded')
  const alert = 'db-connections'
  const dashboard = { id: 'd', title: 'd', charts: [], labels: {} }
  const asked: Record<keyof typeof reader, () => Promise<unknown>> = {
    series: () => reader.series(sessions, 900),
    alertPolicies: () => reader.alertPolicies(),
    channels: () => reader.channels(),
    dashboard: () => reader.dashboard('d'),
    dashboardLabels: () => reader.dashboardLabels(),
  }
  const told: Record<keyof typeof writer, () => Promise<unknown>> = {
    createAlert: () =>
      writer.createAlert(clearance(), {
        ...{ alert, displayName: 'a', watched: sessions, threshold: 1 },
        ...{ channels: [], userLabels: {} },
      }),
    retarget: () =>
      writer.retarget(clearance(), {
        ...{ alert, policy: policy.name, mutatedAt: policy.mutatedAt },
        ...{ condition: threshold.name, threshold: 1, userLabels: {} },
      }),
    putDashboard: async () => {
      const { etag } = await writer.putDashboard(clearance('dashboards'), {
        ...{ ...dashboard, etag: null },
      })
      return writer.putDashboard(clearance('dashboards'), { ...dashboard, etag })
    },
  }
  for (const question of Object.values(asked)) await question()
  for (const write of Object.values(told)) await write()
  await celerySink.write([{ metric: 'queue_length', of: 'celery', value: 1 }], clock.now())
  const used = cloud.requests.map(rowsOf)
  for (const [index, rows] of used.entries())
    expect(rows, cloud.requests[index]?.path).toHaveLength(1)
  const ofMonitoring = methods.filter(({ name }) => name.startsWith('monitoring.'))
  expect(new Set(used.flat())).toEqual(new Set(ofMonitoring.map(({ name }) => name)))
})

test('everything that a load test asks and tells of its job has its row, and each row is used', async () => {
  const { cloud, clock, reader, start, stop } = await tukiJob()
  await start()
  clock.forward(60_000)
  await stop()
  clock.forward(60_000)
  const asked: Record<keyof typeof reader, () => Promise<unknown>> = {
    latest: () => reader.latest(),
    progress: () => reader.progress('k6-i-1'),
  }
  for (const question of Object.values(asked)) await question()
  const rows = cloud.requests.map(rowsOf)
  for (const [index, row] of rows.entries())
    expect(row, cloud.requests[index]?.path).toHaveLength(1)
  const ofJobs = methods
    .map(({ name }) => name)
    .filter((name) => /^run\.(jobs|executions|tasks)\./.test(name))
  expect([...new Set(rows.flat())].sort()).toEqual(ofJobs.sort())
})
