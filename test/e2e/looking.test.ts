/** Stories in which nothing changes: what is asked in the channel, and what is answered. */
import { describe, expect, test } from 'vitest'
import { tell } from './story.ts'

describe.concurrent('looking changes nothing', { timeout: 180_000 }, () => {
  test('status says who carries how many, the sum behind it, and what to do next', () =>
    tell({ name: 'status', title: 'What gives out first?' }, async (story) => {
      await story.type('ana', '/capacity status')
      await story.hears(/^tuki carries 2,904 of 10,000 users/)
      await story.type('luis', '/plimsoll capacity explain db-connections')
      await story.hears(/^Database connections, tuki-db-prod: 1,890 of 390/)
      await story.type('luis', '/capacity explain web-slots backend')
      await story.hears(/^Web requests in flight/)
      await story.type('luis', '/capacity explain redis-connections')
      await story.aloneHears('luis', /^No law/)
      await story.type('luis', '/capacity explain db-connections tuki-db')
      await story.aloneHears('luis', /does not concern/)
      expect(story.cloud.writes).toBe(0)
      expect(story.events()).toEqual([])
    }))

  test('what everybody proposes is blocked, with 1,930 of 390', () =>
    tell({ name: 'celery-blocked', title: 'Celery from 4 to 6?' }, async (story) => {
      await story.type(
        'ana',
        '/capacity check bump-celery-concurrency service=celery-worker concurrency=6',
      )
      const answer = await story.hears(/^Blocked/)
      expect(answer.text).toContain('1,930 of 390 connections')
      await story.type(
        'ana',
        '/runbook do bump-celery-concurrency service=celery-worker concurrency=6',
      )
      await story.aloneHears('ana', /baked into its image/)
      expect(story.events()).toEqual([])
    }))

  test('a check of the tier upgrade is a review, with now, during and after', () =>
    tell({ name: 'check-tier', title: 'Would a bigger tier help?' }, async (story) => {
      await story.type(
        'luis',
        '/capacity check patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720',
      )
      await story.hears(/^Review/)
      await story.type('luis', '/capacity plan 10000')
      await story.hears(/^\d+ steps bring tuki to/)
      await story.type('luis', '/runbook do check-connections database=tuki-db-prod')
      await story.hears(/^Looked/)
      expect(story.cloud.writes).toBe(0)
    }))

  test('a mistake is answered alone, with what would be right', () =>
    tell({ name: 'mistakes', title: 'Mistakes' }, async (story) => {
      for (const [text, answer] of [
        ['/capacity', /says what the system carries/],
        ['/runbook help', /changes the world/],
        ['/runbook do patch-tier', /Did you mean/],
        ['/runbook do', /Which step/],
        ['/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-3-7680', /vCPUs/],
        ['/runbook do patch-cloud-sql-tier database=tuki-db tier=db-custom-8-30720', /No database/],
        ['/capacity plan many', /whole number/],
        ['/capacity frobnicate', /No .*frobnicate/],
        ['/runbook abort nothing', /no such run/],
        ['/plimsoll', /plimsoll capacity help/],
      ] as const) {
        await story.type('ana', text)
        await story.aloneHears('ana', answer)
      }
      await story.type('eve', '/capacity status')
      await story.aloneHears('eve', /another workspace/)
      expect(story.events()).toEqual([])
      expect(story.cloud.writes).toBe(0)
    }))
})
