/** English of the model: each sentence says what, with the number and its limit. words.md. */
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/capacity/assess.ts'
import { withTier } from '../../src/capacity/changes.ts'
import { judge } from '../../src/capacity/compare.ts'
import { withScale } from '../../src/capacity/service-changes.ts'
import {
  findingText,
  lawName,
  reasonSentence,
  refusalSentence,
} from '../../src/words/en-reasons.ts'
import { golden, today, verdictCases } from '../capacity/golden.ts'
import { predict } from '../capacity/predictions.ts'

const site = golden('today')
const database = 'tuki-db-prod'

describe('in English', () => {
  it('a quantity has its limit and unit beside it', () => {
    const texts = assess(site, { today }).findings.map(findingText)
    expect(texts).toContain('Database connections: 1,890 of 390 connections')
    expect(texts).toContain('Database CPU: 6.1 of 2 cores')
    expect(texts).toContain(
      'Alert on connections: it cannot warn before clients are refused (648 of 390 connections)',
    )
  })

  it('a rule without numbers has the settings beside it that it judged', () => {
    const texts = assess(site, { today }).findings.map(findingText)
    expect(texts).toContain(
      'PostgreSQL version: it is out of support (version 14, end of life 2026-11-12)',
    )
    expect(texts).toContain('Tier: holds (tier db-custom-2-7680, edition enterprise)')
  })

  it('such a rule is broken at any users, so a reason speaks of none', () => {
    const pool = { minSize: 2, maxSize: 10 }
    expect(
      told('set-django-connections', { service: 'backend', connMaxAgeSeconds: 600, pool }),
    ).toContain(
      'Django connections (backend): a pool and CONN_MAX_AGE together: Django refuses to start; not so now.',
    )
  })

  it('an unknown finding names the fact', () => {
    const unknown = [`databases.${database}.tier`]
    const [finding] = assess(site, { today, unknown }).findings.filter(
      ({ severity }) => severity === 'unknown',
    )
    expect(finding && findingText(finding)).toBe(
      'Database connections: unknown without databases.tuki-db-prod.tier',
    )
  })

  it('the bump of Celery is told with both sums', () => {
    expect(told('bump-celery-concurrency', { service: 'celery-worker', concurrency: 6 })).toEqual([
      'Database connections (tuki-db-prod): 1,930 of 390 connections at full scale, ' +
        'for 10,000 users; broken already, and this makes it worse.',
      'Supported users fall from 2,904 to 2,851, below the 10,000 it must carry.',
    ])
  })

  it('the tier upgrade is told with its outage, what stays and what should follow', () => {
    expect(told('patch-cloud-sql-tier', { database, tier: 'db-custom-8-30720' })).toEqual([
      'tuki-db-prod restarts: nothing is carried for up to 60 s, with 300 users now.',
      'Database connections: still the limit with db-custom-8-30720, at 4,435 of 10,000 users.',
      'The alert db-connections stands at 648 of 590 usable connections. ' +
        'It should be 472: follow with retarget-alert.',
      'It costs 592 USD a month more, for 1,531 users more; 4,923 USD in all.',
    ])
  })

  it('a refusal names what would be accepted', () => {
    const tier = withTier(site, { database, tier: 'db-custom-3-7680' })
    expect('code' in tier && refusalSentence(tier)).toBe(
      'No tier `db-custom-3-7680`: vCPUs are 1 or an even number that the family has. ' +
        'Nearest: db-custom-2-7680 and db-custom-4-7680.',
    )
    const scale = withScale(site, { service: 'backend', minInstances: 300 })
    expect('code' in scale && refusalSentence(scale)).toContain('300, above its `maxInstances` 200')
  })

  it('no sentence of the golden verdicts holds a hole', () => {
    for (const { now, step, input } of verdictCases) {
      const prediction = predict(step, now, input)
      if ('code' in prediction) throw new Error(prediction.code)
      for (const reason of judge(now, prediction, { today, needs: [] }).reasons)
        expect(reasonSentence(reason)).toMatch(/^[^!]*\.$/)
    }
  })

  it('a law that nobody knows keeps its id', () => {
    expect(lawName('db-connections')).toBe('Database connections')
    expect(lawName('of-tomorrow')).toBe('of-tomorrow')
  })
})

function told(step: string, input: object): readonly string[] {
  const prediction = predict(step, site, input)
  if ('code' in prediction) throw new Error(prediction.code)
  return judge(site, prediction, { today, needs: [] }).reasons.map((reason) =>
    reasonSentence(reason),
  )
}
