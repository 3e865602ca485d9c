/**
 * A few of the two hundred runs of test/real/runbooks/faulty-runs.test.ts. FAULTS_SEED and
 * FAULTS_RUNS play others.
 */
import { expect, test } from 'vitest'
import { asked, playMany } from './faulty-runs.ts'

test('under random faults each run ends done, or parked with a true reason; nothing is written twice', {
  timeout: 600_000,
}, async () => {
  const { met } = await playMany(asked(8))
  expect(met.size).toBeGreaterThan(0)
})
