/** The runbooks themselves: rehearsed on the example as they claim, and on fifty random Systems. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { System } from '../../src/capacity/system.ts'
import { rehearsedText } from '../../src/cli/runbook-text.ts'
import { bindRunbook, type Runbook } from '../../src/define/define-runbook.ts'
import { rehearse } from '../../src/define/forecast.ts'
import { headroomByPhase } from '../../src/define/headroom-by-phase.ts'
import { lintRunbook } from '../../src/define/lint-runbook.ts'
import { bindItems } from '../../src/define/plan-item.ts'
import type { RehearsedRun } from '../../src/define/rehearsed-run.ts'
import { proposalSchema } from '../../src/define/review.ts'
import type { JsonObject } from '../../src/define/step.ts'
import { testRunbook } from '../../src/define/test-runbook.ts'
import { readSystemFile } from '../../src/documents.ts'
import { loadRunbooks } from '../../src/library/load.ts'
import { catalogue } from '../../src/steps/index.ts'
import { rehearsalPicture } from '../../src/words/rehearsal-picture.ts'
import { projectRoot } from '../architecture/source.ts'
import { today } from '../capacity/golden.ts'
import { predict } from '../capacity/predictions.ts'
import { randomSystem } from '../capacity/random-system.ts'

const loaded = await loadRunbooks(join(projectRoot, 'runbooks'))
if (loaded.kind === 'wrong') throw new Error(JSON.stringify(loaded.problems))
const runbooks = loaded.library.list.map(({ runbook }) => runbook)
const read = readSystemFile(join(projectRoot, 'system.yml'))
if (read.kind === 'wrong') throw new Error(read.sentence)
const site: System = read.document
/** What a sentence without its number would hold. */
const hole = /NaN|undefined|Infinity|\[object/
const context = { system: site, today, catalogue }

function rehearsed(runbook: Runbook, parameters: JsonObject, system: System): RehearsedRun {
  const bound = bindRunbook(runbook, parameters, catalogue)
  if (bound.kind !== 'bound-runbook') throw new Error(JSON.stringify(bound))
  return rehearse(system, bound.items, { today })
}

function named(name: string): Runbook {
  const found = runbooks.find((one) => one.name === name)
  if (found === undefined) throw new Error(name)
  return found
}

test('there is one for each of the site’s procedures', () => {
  expect(runbooks.map(({ name }) => name)).toEqual([
    'add-read-replica',
    'celery-backlog',
    'connect-through-pooler',
    'connection-exhaustion',
    'deployment-checklist',
    'immediate-action-plan',
    'load-test',
    'match-threads',
    'roll-back',
    'rotate-to-supported-postgres',
    'scale-down-after-event',
    'scale-to-10k',
  ])
})

describe.each(runbooks.map((runbook) => [runbook.name, runbook] as const))(
  '%s',
  (_name, runbook) => {
    test.each(testRunbook(runbook, context).map((one) => [one.claim, one] as const))(
      '%s',
      (_claim, one) => {
        expect(one).toMatchObject({ problem: null, misses: [] })
      },
    )

    test('has nothing to complain of', () => {
      expect(lintRunbook(runbook, context)).toEqual([])
    })

    test('runs with its defaults alone', () => {
      const { fields, defaults } = runbook
      expect(Object.keys(defaults).toSorted()).toEqual(fields.map(({ name }) => name).toSorted())
      const { stop } = rehearsed(runbook, {}, site)
      // It comes after the pooler: alone it would hold 7,200 sessions of a database that takes 390.
      if (runbook.name === 'match-threads')
        expect(stop).toMatchObject({ code: 'blocked', step: { name: 'set-gunicorn' } })
      else expect(stop).toBeNull()
    })
  },
)

/** The names of the example replaced by those that this System has in their place. */
function parametersOn(system: System, { defaults }: Runbook, pick: number): JsonObject {
  const alike = (name: string): readonly string[] => {
    const kind = site.services[name]?.kind
    if (kind !== undefined)
      return Object.keys(system.services).filter((one) => system.services[one]?.kind === kind)
    if (name in site.databases) return Object.keys(system.databases)
    if (name in site.poolers) return Object.keys(system.poolers)
    return name in site.alerts ? Object.keys(system.alerts) : []
  }
  return Object.fromEntries(
    Object.entries(defaults).map(([field, value]) => {
      const names = typeof value === 'string' ? alike(value) : []
      return [field, names[pick % names.length] ?? value]
    }),
  )
}

describe('on fifty random Systems', { timeout: 120_000 }, () => {
  test.each(runbooks.map((runbook) => [runbook.name, runbook] as const))(
    '%s never performs a blocked phase: it stops there and says why',
    (_name, runbook) => {
      let performed = 0
      fc.assert(
        fc.property(randomSystem, fc.nat(9), (system, pick) => {
          const run = rehearsed(runbook, parametersOn(system, runbook, pick), system)
          for (const item of run.items) {
            if (item.kind !== 'step') continue
            performed += 1
            expect(item.verdict).not.toBe('block')
            expect(item.judgement.reasons.filter(({ weight }) => weight === 'block')).toEqual([])
          }
          expect(rehearsedText(runbook, run)).not.toMatch(hole)
          expect(rehearsalPicture(runbook.title, headroomByPhase(run))).not.toMatch(hole)
          const { stop } = run
          if (stop === null) return
          expect(run.verdict).toBe(stop.code === 'fact-unknown' ? 'review' : 'block')
          if (stop.code === 'blocked')
            expect(stop.judgement.reasons.some(({ weight }) => weight === 'block')).toBe(true)
        }),
        { numRuns: 50 },
      )
      expect(performed).toBeGreaterThan(5)
    },
  )
})

describe('scale-to-10k', () => {
  test('brings the example from 2,904 to 10,560 users, and never carries fewer on the way', () => {
    expect(rehearsed(named('scale-to-10k'), {}, site)).toMatchObject({
      stop: null,
      lowestUsers: 2904,
      start: { assessment: { supportedUsers: 2904 } },
      end: { assessment: { supportedUsers: 10_560 } },
    })
  })

  test('needs no tier where the database’s CPU has room', () => {
    const database = 'tuki-db-prod'
    const resize = { database, tier: 'db-custom-8-30720' }
    const large = predict('patch-cloud-sql-tier', site, resize)
    if ('code' in large) throw new Error(large.code)
    const run = rehearsed(named('scale-to-10k'), {}, large.after)
    expect(run.longestOutage).toBeNull()
  })
})

test('the checklist has the nine boxes of the page, in its order', () => {
  const bound = bindRunbook(named('deployment-checklist'), {}, catalogue)
  expect(bound.kind === 'bound-runbook' && bound.boxes.map(({ title }) => title)).toEqual([
    'Celery concurrency 6',
    'Celery prefetch multiplier 1',
    'Cloud SQL db-custom-8-30720',
    'gunicorn with fixed workers',
    'CONN_MAX_AGE 600',
    'Cloud Monitoring dashboards',
    'alerts for database connections',
    'load test',
    'scaling runbook documented',
  ])
})

test('the checklist leaves alone what is there already', () => {
  const [list, scale] = [named('deployment-checklist'), named('scale-to-10k')]
  const after = rehearsed(scale, {}, site).end.system
  const steps = rehearsed(list, {}, after).items.filter((item) => item.kind === 'step')
  expect(steps.slice(0, 3).map(({ step }) => step.name)).toEqual([
    'set-django-connections',
    'apply-dashboards',
    'confirm',
  ])
})

describe('the circulating order', () => {
  const file = join(projectRoot, 'runbooks/proposals/scale-10k-as-circulated.yml')
  const { steps } = proposalSchema.parse(parse(readFileSync(file, 'utf8')))

  const rehearsedFrom = (first: number): RehearsedRun => {
    const items = steps
      .slice(first)
      .map(({ step, input }) => ({ kind: 'step', step, input, why: null }))
    const plan = bindItems(items, catalogue)
    if ('kind' in plan) throw new Error(JSON.stringify(plan))
    return rehearse(site, plan, { today })
  }

  test('is stopped at its first harmful step, and nothing behind it is done', () => {
    expect(rehearsedFrom(0)).toMatchObject({
      verdict: 'block',
      unreached: 6,
      stop: {
        position: 4,
        code: 'blocked',
        step: { name: 'set-django-connections' },
        judgement: {
          reasons: expect.arrayContaining([expect.objectContaining({ law: 'django-database' })]),
        },
      },
      end: { assessment: { supportedUsers: 3300 } },
    })
  })

  test('and its immediate action plan at the very first one', () => {
    expect(rehearsedFrom(6)).toMatchObject({
      verdict: 'block',
      items: [],
      stop: { position: 1, step: { name: 'bump-celery-concurrency' } },
      end: { assessment: { supportedUsers: 2904 } },
    })
  })
})

test('in the picture of a rehearsal the name of every phase ends within it, below the users carried', () => {
  for (const runbook of runbooks) {
    const drawn = rehearsalPicture(runbook.title, headroomByPhase(rehearsed(runbook, {}, site)))
    const width = Number(/width="(\d+)"/.exec(drawn)?.[1])
    const users = [...drawn.matchAll(/<text x="\d+" y="(\d+)" [^>]*font-weight="bold">/g)]
    const names = [...drawn.matchAll(/translate\((\d+) (\d+)\) rotate\(38\)" [^>]*>([^<]*)</g)]
    expect(names.length).toBe(users.length)
    for (const [index, [, x, y, name = '']] of names.entries()) {
      // A letter of 10 px is some 6 px wide, and leans.
      expect(Number(x) + 6 * name.length * Math.cos((38 / 180) * Math.PI)).toBeLessThan(width)
      expect(Number(y) - Number(users[index]?.[1])).toBeGreaterThan(12)
    }
  }
})
