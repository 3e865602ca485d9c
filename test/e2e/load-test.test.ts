/** A story of a load test that one machine cannot play: the tasks of a Cloud Run job share it. */
import { describe, expect, test } from 'vitest'
import { tell } from './story.ts'

const job =
  '  loadTestHosts: [staging.tuki.test]\n' +
  '  loadTestJob: { image: "k6:1", serviceAccount: load@tukiprod.iam.gserviceaccount.com, cpu: 1, memoryGib: 1 }\n'

describe.concurrent('a load test', { timeout: 180_000 }, () => {
  test('that a job shares is done and verified by what each of its segments kept', () =>
    tell(
      {
        ...{ name: 'load-shared', title: 'A load test, shared by the tasks of a job' },
        document: (text) => text.replace('policy:\n', `policy:\n${job}`),
        cloud: { taskSeconds: 20 },
        // Without k6 of its own.
        env: { PATH: '/nowhere' },
      },
      async (story) => {
        await story.type('ana', '/runbook do start-load-test users=500 minutes=1')
        const asked = await story.hears(/Needs 1 of/)
        await story.click('luis', 'Approve')
        await story.hears(/^Done and verified/, asked)
        expect(story.cloud.writes).toBe(1)
        const created = story.cloud.requests.find(({ method }) => method === 'POST')
        expect(created?.body).toMatchObject({
          startExecutionToken: 'once',
          template: { taskCount: 3, parallelism: 3, template: { maxRetries: 0 } },
        })
      },
    ))
})
