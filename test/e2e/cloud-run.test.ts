/** Stories of Cloud Run: a change that is verified, one that never becomes ready, and one that nobody can write. */
import { describe, expect, test } from 'vitest'
import { tell } from './story.ts'

const scale = '/runbook do scale-service service=backend maxInstances=150'
const threads = '/runbook do set-gunicorn service=backend workerClass=gthread'

describe.concurrent('a service of Cloud Run', { timeout: 180_000 }, () => {
  test('is scaled, and seen to be as predicted: done and verified', () =>
    tell({ name: 'scale-service', title: 'Fewer instances, verified' }, async (story) => {
      await story.type('ana', scale)
      const asked = await story.hears(/Needs 1 of/)
      await story.click('luis', 'Approve')
      await story.hears(/^Done and verified/, asked)
      expect(story.cloud.writes).toBe(1)
      expect(story.cloud.service('backend').scaling).toEqual({
        ...{ minInstanceCount: 3, maxInstanceCount: 150 },
      })
    }))

  test('whose new revision never becomes ready goes on with the old one, and says so', () =>
    tell({ name: 'roll-out-failed', title: 'The new revision does not start' }, async (story) => {
      await story.type('ana', threads)
      const asked = await story.stage.said(/Needs 1 of/)
      story.cloud.provoke({ on: 'write', how: 'operation-fails' })
      await story.click('luis', 'Approve')
      await story.hears(/^Parked.*backend-00001-loc still serves/, asked)
      await story.click('ana', 'Abort')
      await story.hears(/^Aborted by <@U0ANA>/, asked)
      expect(story.cloud.service('backend').latestReadyRevision).toBe('backend-00001-loc')
      expect(story.cloud.writes).toBe(1)
    }))

  test('whose setting the document binds to nothing is refused, with the line to add', () =>
    tell({ name: 'no-binding', title: 'Where does it live?', document: unbound }, async (story) => {
      await story.type('ana', threads)
      await story.aloneHears('ana', /does not say where the gunicorn/)
      expect(story.events()).toEqual([])
    }))
})

const unbound = (text: string) => text.replace(/ {6}gunicorn: { args: true }.*\n/, '')
