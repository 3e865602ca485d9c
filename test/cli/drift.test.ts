/** Document against world, and back: `plimsoll drift`. contract.md, 3. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type LocalCloud, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type Environment, projectRoot } from '../e2e/process.ts'
import { answer } from './warm.ts'

const system = readFileSync(join(projectRoot, 'system.yml'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-drift-'))
const file = join(folder, 'system.yml')
const instances = [
  {
    ...{ name: 'tuki-db-prod', tier: 'db-custom-4-15360', availabilityType: 'REGIONAL' as const },
    ...{ databaseFlags: [{ name: 'max_connections', value: '450' }], dataDiskSizeGb: '50' },
  },
  { name: 'tuki-db-reads', tier: 'db-custom-2-7680', masterInstanceName: 'tuki-db-prod' },
]

let cloud: LocalCloud
beforeAll(async () => {
  cloud = await startLocalCloud({ project: 'tukiprod', document: system, instances })
})
afterAll(async () => {
  await cloud?.stop()
  rmSync(folder, { recursive: true })
})

const drift = (words: string, env: Environment = { GOOGLE_API_ROOT: cloud.root }) =>
  answer(['drift', '--system', file, ...words.split(' ').filter(Boolean)], env)

const shape = z.strictObject({
  observedAt: z.iso.datetime().nullable(),
  drift: z.array(
    z.strictObject({
      fact: z.string(),
      declared: z.json(),
      observed: z.json(),
      source: z.string(),
      observedAt: z.iso.datetime(),
    }),
  ),
  unknown: z.array(
    z.strictObject({ source: z.string(), why: z.string(), facts: z.array(z.string()) }),
  ),
  written: z.array(z.string()),
})

describe('drift', { timeout: 180_000 }, () => {
  test('each difference has its source and time, and they are a review (3)', async () => {
    writeFileSync(file, system)
    const { code, out, err } = await drift('--json')
    expect({ code, err }).toEqual({ code: 3, err: '' })
    const { drift: found } = shape.parse(JSON.parse(out))
    expect(found).toContainEqual(
      expect.objectContaining({
        fact: 'databases.tuki-db-prod.tier',
        declared: 'db-custom-2-7680',
        observed: 'db-custom-4-15360',
        source: 'Cloud SQL Admin API',
      }),
    )
    expect(readFileSync(file, 'utf8')).toBe(system)
  })

  test('--write puts them into the document, comments stay, and then there is none (0)', async () => {
    writeFileSync(file, system)
    const { code, err } = await drift('--write')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const text = readFileSync(file, 'utf8')
    expect(text.match(/#.*$/gm)).toEqual(system.match(/#.*$/gm))
    const again = await drift('--json')
    expect([again.code, shape.parse(JSON.parse(again.out)).drift]).toEqual([0, []])
  })

  test('where nobody is asked it is a wrong question (2), where nobody answers it failed (1)', async () => {
    writeFileSync(file, system)
    const unasked = await drift('', {})
    expect([unasked.code, unasked.out]).toEqual([2, ''])
    expect(unasked.err).toContain('GOOGLE_CLOUD_PROJECT')
    const silent = await drift('--write', { GOOGLE_API_ROOT: 'http://127.0.0.1:9' })
    expect(silent.code).toBe(1)
    expect(silent.out).toMatch(/^Nobody answered, so nothing of .* was compared\.$/m)
    expect(silent.out).toContain('Not compared')
    expect(readFileSync(file, 'utf8')).toBe(system)
  })
})
