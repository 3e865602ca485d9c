/** Runbooks from Slack: read, rehearsed, started, agreed to once, followed to the end. */
import { describe, expect, test } from 'vitest'
import { tell } from './story.ts'

describe('a runbook', () => {
  test('is listed, shown and rehearsed without anything being sent', () =>
    tell({ name: 'runbooks-read', title: 'What there is' }, async (story) => {
      await story.type('ana', '/runbook list')
      await story.hears(/^\d+ runbooks/)
      await story.type('ana', '/runbook show celery-backlog')
      await story.hears(/^celery-backlog: /)
      await story.type('ana', '/runbook rehearse scale-to-10k')
      await story.hears(/^Rehearsed, nothing was sent/)
      await story.type('ana', '/runbook start scale-to-20k')
      await story.aloneHears('ana', /Did you mean `scale-to-10k`/)
      await story.type('ana', '/runbook start scale-to-10k at=03:00')
      await story.aloneHears('ana', /with its zone/)
      expect(story.events()).toEqual([])
      expect(story.cloud.writes).toBe(0)
    }))
})
