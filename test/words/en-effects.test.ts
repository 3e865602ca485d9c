/** What an approver is told of a step: everything that it changes, and nothing that it leaves. */
import { expect, test } from 'vitest'
import { catalogue } from '../../src/steps/index.ts'
import { effectSentence } from '../../src/words/en-effects.ts'
import { golden } from '../capacity/golden.ts'

const tier = { database: 'tuki-db-prod', tier: 'db-custom-2-7680' }
const larger = { database: 'tuki-db-prod', tier: 'db-custom-8-30720' }
const worker = { service: 'celery-worker', concurrency: 4 }
const literal = (text: string) => `<${text}>`

test.each([
  [
    'patch-cloud-sql-tier',
    { ...larger, availability: 'regional' },
    'resize <tuki-db-prod> from <db-custom-2-7680> to <db-custom-8-30720>',
  ],
  [
    'patch-cloud-sql-tier',
    { ...larger, availability: 'zonal', pausePooler: true },
    'resize <tuki-db-prod> from <db-custom-2-7680> to <db-custom-8-30720> and from <regional> to <zonal>, its clients held in the pooler while it restarts',
  ],
  [
    'patch-cloud-sql-tier',
    { ...tier, availability: 'zonal' },
    'change <tuki-db-prod> from <regional> to <zonal>',
  ],
  [
    'bump-celery-concurrency',
    { ...worker, concurrency: 6, prefetchMultiplier: 1 },
    'change the concurrency of <celery-worker> from 4 to 6, its prefetch multiplier from <4> to <1>',
  ],
  [
    'bump-celery-concurrency',
    { ...worker, prefetchMultiplier: 0 },
    'change the prefetch multiplier of <celery-worker> from <4> to <0>',
  ],
  [
    'bump-celery-concurrency',
    { ...worker, concurrency: 6, live: true },
    'change the concurrency of <celery-worker> from 4 to 6, in the workers that run',
  ],
  ['scale-service', { service: 'backend' }, 'scale <backend>: nothing'],
  ['scale-service', { service: 'backend', cpu: 2 }, 'scale <backend>: <cpu 4 -> 2>'],
])('%s %j', (step, input, says) => {
  const bound = catalogue.bind(step, input)
  if ('kind' in bound) throw new Error(JSON.stringify(bound))
  expect(effectSentence(bound.effect(golden('today')), { literal })).toBe(says)
})
