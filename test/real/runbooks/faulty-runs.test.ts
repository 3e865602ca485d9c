/**
 * Plans of five writing steps under random faults in the local cloud: each ends done, or parked with a
 * true reason. FAULTS_RUNS=200 plays two hundred and judges what they met; FAULTS_SEED plays others.
 */
import { expect, test } from 'vitest'
import { asked, playMany } from '../../runs/faulty-runs.ts'

test('under random faults each run ends done, or parked with a true reason; nothing is written twice', {
  timeout: 1_200_000,
}, async () => {
  const given = asked(50)
  const { ends, met } = await playMany(given)
  if (given.runs < 200) return
  // Runs that all went well, or all were parked at once, would show nothing.
  expect([...met.keys()].toSorted()).toEqual([
    ...['busy', 'operation-fails', 'rate-limited', 'reply-lost', 'reply-unavailable'],
    ...['request-lost', 'stale', 'unavailable'],
  ])
  expect(ends.get('ended: verified')).toBeGreaterThan(40)
  expect([...ends.keys()]).toEqual(
    expect.arrayContaining([
      ...['parked: operation-failed', 'parked: not-sent', 'parked: not-verified'],
    ]),
  )
})
