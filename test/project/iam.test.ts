/** The roles of deploy/iam: every method of Google's that an adapter calls is covered, and nothing else is granted. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ArrivedRequest } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type GoogleMethod, googleMethods } from '../../src/world/google-methods.ts'
import { projectRoot } from '../architecture/source.ts'
import { tuki, upgrade } from '../world/tuki-cloud.ts'

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
    wanted.every((part, index) => part === '*' || part === parts[index])
  )
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
  for (const work of [...Object.values(told), ...Object.values(asked)]) {
    await work()
    clock.forward(120_000)
  }
  const rows = cloud.requests.map(rowsOf)
  for (const row of rows) expect(row).toHaveLength(1)
  const ofSql = methods.map(({ name }) => name).filter((name) => name.startsWith('sql.'))
  expect([...new Set(rows.flat())].sort()).toEqual(ofSql.sort())
})
