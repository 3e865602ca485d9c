/** More than 5 s from Google's clock no verdict is clear. DESIGN.md, 3. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { projectRoot } from '../e2e/process.ts'
import { checkShape } from './shapes.ts'
import { answer } from './warm.ts'

const document = readFileSync(join(projectRoot, 'system.yml'), 'utf8')
const instances = [
  { name: 'tuki-db-prod', tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' as const },
]

async function checkedAt(byMs: number) {
  const clock = { now: () => Date.now() + byMs }
  const cloud = await startLocalCloud({ project: 'tukiprod', document, instances, clock })
  try {
    const line = 'check create-backup database=tuki-db-prod --json'
    const { code, out } = await answer(line.split(' '), { GOOGLE_API_ROOT: cloud.root })
    return { code, check: checkShape.parse(JSON.parse(out)) }
  } finally {
    await cloud.stop()
  }
}

test('a step that is clear by right clocks is a review (3) by one that is off, and says whose', {
  timeout: 180_000,
}, async () => {
  const right = await checkedAt(2_000)
  expect([right.code, right.check.verdict]).toEqual([0, 'clear'])
  const off = await checkedAt(-20_000)
  expect([off.code, off.check.verdict]).toEqual([3, 'review'])
  const [reason] = off.check.reasons
  expect(reason).toMatchObject({ code: 'clock-differs', subject: 'databases.tuki-db-prod' })
  expect(reason?.text).toMatch(/(19|20) s ahead, by the Date header of 127\.0\.0\.1/)
})
