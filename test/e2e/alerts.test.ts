/** Stories of Cloud Monitoring: an alert that can never fire is moved to where it warns in time. */
import { describe, expect, test } from 'vitest'
import { tell } from './story.ts'

describe.concurrent('an alert and a dashboard are put right', { timeout: 180_000 }, () => {
  test('the alert at 648 goes to 312, done and verified, with one write', () =>
    tell({ name: 'alert-retargeted', title: 'An alert that can fire' }, async (story) => {
      await story.type('ana', '/runbook do retarget-alert alert=db-connections')
      await story.hears(/^Done and verified: move the threshold/)
      const [policy] = story.cloud.monitoring.policies()
      expect(policy?.conditions[0]?.conditionThreshold.thresholdValue).toBe(312)
      expect([story.cloud.monitoring.writes, story.cloud.writes]).toEqual([1, 0])
      await story.type('luis', '/capacity explain alert-fires')
      await story.hears(/^.*db-connections: 312 of 390/)
      await story.type('luis', '/runbook do apply-dashboards')
      await story.hears(/^Done and verified: apply/)
      expect(story.cloud.monitoring.dashboards()).toHaveLength(1)
    }))
})
