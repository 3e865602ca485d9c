/** A System document from a live project: `plimsoll init`. contract.md, 3. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseSystem } from '../../src/capacity/parse.ts'
import type { SystemDocument } from '../../src/capacity/system.ts'
import {
  type LocalCloud,
  type LocalInstance,
  startLocalCloud,
} from '../../src/rehearsal/cloud/local-cloud.ts'
import { type Environment, projectRoot } from '../e2e/process.ts'
import { answer } from './warm.ts'

const example = readFileSync(join(projectRoot, 'system.yml'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-init-'))
const primary: LocalInstance = {
  ...{ name: 'tuki-db-prod', tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' },
  ...{ dataDiskSizeGb: '50', privateIp: '10.20.0.3' },
}
const instances: readonly LocalInstance[] = [
  primary,
  { name: 'tuki-db-reads', tier: 'db-custom-4-15360', masterInstanceName: 'tuki-db-prod' },
  { name: 'blog', tier: 'db-n1-standard-1', databaseVersion: 'MYSQL_8_0' },
]

let cloud: LocalCloud
beforeAll(async () => {
  cloud = await startLocalCloud({ project: 'tukiprod', document: example, instances })
})
afterAll(async () => {
  await cloud?.stop()
  rmSync(folder, { recursive: true })
})

const here = (): Environment => ({ GOOGLE_API_ROOT: cloud.root, GOOGLE_CLOUD_PROJECT: 'tukiprod' })

function documentIn(text: string): SystemDocument {
  const parsed = parseSystem(text, 'drafted')
  if (parsed.kind === 'system') return parsed.document
  throw new Error(JSON.stringify(parsed.problems))
}

const finding = z.looseObject({
  law: z.string(),
  subject: z.string(),
  demand: z.number().nullish(),
  limit: z.number().nullish(),
})
const status = z.looseObject({ findings: z.array(finding) })

async function findingsOf(file: string) {
  const { out } = await answer(['status', '--offline', '--json', '--system', file], {})
  return status.parse(JSON.parse(out)).findings
}

describe('a drafted document', { timeout: 120_000 }, () => {
  const file = join(folder, 'system.yml')
  let text = ''
  beforeAll(async () => {
    const { code, out, err } = await answer(['init', '--write', '--system', file], here())
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toMatch(/^\d+ places to fill in, \d+ values assumed/)
    text = readFileSync(file, 'utf8')
  }, 120_000)

  test('is read by the same reader, and holds what the example says of all that was seen', () => {
    const [drafted, known] = [documentIn(text), documentIn(example)]
    const { replicas, ...database } = drafted.databases['tuki-db-prod'] ?? { replicas: {} }
    const { replicas: none, ...expected } = known.databases['tuki-db-prod'] ?? { replicas: {} }
    expect(database).toEqual(expected)
    expect([none, replicas]).toEqual([
      {},
      { 'tuki-db-reads': expect.objectContaining({ tier: 'db-custom-4-15360' }) },
    ])
    const seen = [
      'kind',
      'cpu',
      'memoryGib',
      'minInstances',
      'maxInstances',
      'database',
      'gunicorn',
    ]
    const also = ['concurrency', 'timeoutSeconds', 'billing', 'django']
    for (const name of ['backend', 'celery-worker', 'celery-beat'])
      for (const field of [...seen, ...also])
        expect([name, field, Reflect.get(drafted.services[name] ?? {}, field)]).toEqual([
          ...[name, field, Reflect.get(known.services[name] ?? {}, field)],
        ])
    const alerts = Object.values(drafted.alerts)
    expect(alerts).toEqual(Object.values(known.alerts))
  })

  test('binds each setting to where it was found, so that a step can write it there', () => {
    const { backend } = documentIn(text).services
    expect(backend?.bindings).toEqual(documentIn(example).services.backend?.bindings)
  })

  test('gives the same sum where all of it was seen', async () => {
    const whole = join(folder, 'example.yml')
    writeFileSync(whole, example)
    const [drafted, known] = await Promise.all([findingsOf(file), findingsOf(whole)])
    const connections = (all: typeof known) =>
      all.find(({ law, subject }) => law === 'db-connections' && subject.endsWith('tuki-db-prod'))
    expect(connections(known)).toMatchObject({ demand: 1890, limit: 390 })
    expect(connections(drafted)).toMatchObject({ demand: 1890, limit: 390 })
  })

  test('does not differ from the world that it was made from', async () => {
    const { code, out } = await answer(['drift', '--json', '--system', file], here())
    expect([
      code,
      z.looseObject({ drift: z.array(z.unknown()) }).parse(JSON.parse(out)).drift,
    ]).toEqual([0, []])
  })

  test('says beside each value that nobody saw that a person must, and what was left out', () => {
    for (const path of ['workload:', 'redis:', 'poolers:'])
      expect(text).toMatch(new RegExp(`# FILL IN.*\\n${path}`))
    expect(text).toMatch(/monthlyBudgetUsd: 0 # FILL IN/)
    expect(text).toMatch(/# Not here: blog/)
    expect(text).toMatch(/kind: celery-worker # assumed from its name/)
    expect(documentIn(text).workload.source).toBe('assumed')
  })

  test('never takes the place of another', async () => {
    const { code, err } = await answer(['init', '--write', '--system', file], here())
    expect([code, err]).toEqual([2, expect.stringContaining('is there already')])
    expect(readFileSync(file, 'utf8')).toBe(text)
  })
})

describe('where it cannot be drafted', { timeout: 120_000 }, () => {
  test('the permission that is missing is named (1), and nothing is written', async () => {
    const file = join(folder, 'none.yml')
    for (let times = 0; times < 8; times += 1) cloud.provoke({ on: 'read', how: 'forbidden' })
    const { code, out, err } = await answer(['init', '--write', '--system', file], here())
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('grant cloudsql.instances.list (deploy/iam/plimsoll-reading.yml')
    expect(existsSync(file)).toBe(false)
  })

  test('a project that nobody named is asked for (2)', async () => {
    const { code, err } = await answer(['init'], { GOOGLE_API_ROOT: cloud.root })
    expect([code, err]).toEqual([2, expect.stringContaining('GOOGLE_CLOUD_PROJECT')])
  })
})
