/** A refusal leads to the message that it speaks of, and what leads there is never more than that. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LinkMeans, refusal } from '../../src/slack/links.ts'
import { anyRun } from './views/any-run.ts'

type Run = NonNullable<Awaited<ReturnType<LinkMeans['journal']['read']>>>

const here = 'https://rehearsal.slack.com/archives/C0INCIDENT/p1700000000000001'
const place = { channel: 'C0INCIDENT', ts: '1700000000.000001' }
const claimed = (run: string) =>
  ({ kind: 'not-taken', code: 'target-claimed', target: 'databases.tuki-db-prod', run }) as const

function linking(permalink: () => Promise<string>, run: Run | null) {
  const failures: unknown[] = []
  const onFailure = (error: unknown) => void failures.push(error)
  return { api: { permalink }, journal: { read: async () => run }, onFailure, failures }
}

function living(): Run {
  const [run] = fc.sample(anyRun, { numRuns: 1, seed: 1 })
  if (run === undefined) throw new Error('no run')
  return { ...run, message: place }
}

describe('a refusal', () => {
  test('of a claim links to the holder’s message', async () => {
    const run = living()
    const means = linking(async () => here, run)
    expect(await refusal(means, claimed(run.id))).toContain(
      `held by <@${run.by}> with <${here}|run ${run.id}> until`,
    )
    expect(means.failures).toEqual([])
  })

  test('of what was decided already links to where', async () => {
    const run = living()
    const no = { kind: 'not-taken', code: 'decided-already', run } as const
    expect(
      await refusal(
        linking(async () => here, null),
        no,
      ),
    ).toContain(`<${here}|run ${run.id}>`)
  })

  test.each(['javascript:alert(1)', 'https://a.example/|you won>', 'https://a b', 'ftp://a', ''])(
    'has no link where Slack answers %j',
    async (answer) => {
      const run = living()
      const means = linking(async () => answer, run)
      expect(await refusal(means, claimed(run.id))).toContain(`with run \`${run.id}\``)
      expect(means.failures).toHaveLength(1)
    },
  )

  test('is said without it while Slack does not answer, or nothing was posted yet', async () => {
    const run = living()
    const silent = linking(() => Promise.reject(new Error('no answer')), run)
    expect(await refusal(silent, claimed(run.id))).toContain(`with run \`${run.id}\``)
    const unposted = linking(async () => here, { ...run, message: null })
    expect(await refusal(unposted, claimed(run.id))).toContain(`with run \`${run.id}\``)
  })
})
