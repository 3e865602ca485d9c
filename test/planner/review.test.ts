/** The page that circulates, judged step by step: its numbers beside the right ones. facts/page.md */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Proposal, proposalSchema, review } from '../../src/define/review.ts'
import { catalogue } from '../../src/steps/index.ts'
import { truthsSentence } from '../../src/words/en-plan.ts'
import { golden, today } from '../capacity/golden.ts'

const site = golden('today')
const now = Date.parse(today)
const file = new URL('../../runbooks/proposals/scale-10k-as-circulated.yml', import.meta.url)
const page = proposalSchema.parse(parse(readFileSync(file, 'utf8')))

function reviewed(proposal: Proposal) {
  const found = review(site, proposal, { now, today, catalogue })
  if (found.kind !== 'review') throw new Error(JSON.stringify(found))
  return found
}

describe('the page as it circulates', () => {
  const found = reviewed(page)
  const told = found.steps.map(({ step, verdict, supportedUsers }) => [
    step,
    verdict,
    supportedUsers,
  ])

  it('is judged in its own order, a blocked step left out', () => {
    expect(told).toEqual([
      // Solution 1: 3,300 users, and then Django refuses to start.
      ['set-database-flag', 'review', 3_300],
      ['set-pooler', 'clear', 3_300],
      ['route-through-pooler', 'review', 3_300],
      ['set-django-connections', 'block', 3_300],
      // Solution 2 and 3.
      ['patch-cloud-sql-tier', 'review', 5_280],
      ['create-read-replica', 'review', 5_280],
      // The four steps.
      ['bump-celery-concurrency', 'clear', 7_920],
      ['patch-cloud-sql-tier', 'clear', 7_920],
      ['set-gunicorn', 'block', 7_920],
      ['start-load-test', 'block', 7_920],
    ])
    expect([found.verdict, found.supportedUsers]).toEqual(['block', 7_920])
  })

  it('CONN_MAX_AGE with a pool carries nobody: Django refuses it', () => {
    expect(found.steps[3]?.reasons.map(({ code, law }) => code + (law ?? ''))).toEqual(
      expect.arrayContaining(['law-brokendjango-database', 'supported-users-fall']),
    )
    expect(found.steps[3]?.judgement?.after.supportedUsers).toBe(0)
  })

  it('the tier costs 592 USD, not 400, and the pinned flag keeps its connections at 500', () => {
    const tier = found.steps[4]?.judgement
    expect(tier?.costDeltaUsd).toBe(592)
    const slots = tier?.after.findings.find(({ law }) => law === 'db-connections')
    expect(slots?.limit).toBe(490)
  })

  it('each claim has the right numbers beside it: slots, users at work, cost', () => {
    const truths = found.steps.map((one) => truthsSentence(one.truths))
    expect(truths[0]).toContain('1,890 of 390 connections -> 1,890 of 490 connections')
    expect(truths[2]).toContain('1,890 of 490 connections -> 140 of 490 connections')
    expect(truths[4]).toBe(
      'Database connections (tuki-db-prod) 140 of 490 connections, as before; ' +
        'Monthly cost (policy) 4,344 of 2,220 USD per month -> 4,935 of 2,220 USD per month',
    )
    expect(truths[9]).toBe('Web requests in flight (backend) 909 of 1,800 requests, as before')
  })

  it('threads behind the pooler are 7,200 clients of 5,000', () => {
    const reason = found.steps[8]?.reasons.find(({ law }) => law === 'pooler-clients')
    expect(reason?.values).toMatchObject({ demand: 7_200, limit: 5_000 })
  })

  it('the load test is more than anything of this carries', () => {
    const codes = found.steps[9]?.reasons.map(({ code }) => code)
    expect(codes).toContain('load-above-supported')
  })

  it('ends with the plan that carries the users instead', () => {
    expect(found.plan).toMatchObject({ kind: 'feasible', users: 10_000 })
  })
})

describe('a proposal', () => {
  it('that does not say what its claims are about has the numbers beside it that move', () => {
    const [step] = reviewed({
      steps: [{ step: 'scale-service', input: { service: 'backend', maxInstances: 100 } }],
    }).steps
    expect(step?.truths.map(({ after }) => after.law)).toEqual(
      expect.arrayContaining(['db-connections', 'web-slots', 'redis-clients']),
    )
  })

  it('each of its steps alone is what people hear first: the Celery bump and threads are blocked', () => {
    const celery = reviewed({ steps: page.steps.filter(({ step }) => /celery/.test(step)) })
    expect(celery.verdict).toBe('block')
    const threads = reviewed({ steps: page.steps.filter(({ step }) => step === 'set-gunicorn') })
    expect(threads.verdict).toBe('block')
  })

  it('that carries the users needs no other plan', () => {
    const { plan } = reviewed(page)
    if (plan?.kind !== 'feasible') throw new Error('no plan')
    const steps = plan.steps.map(({ step, input }) => ({ step, input: { ...input } }))
    const again = reviewed(proposalSchema.parse({ steps }))
    expect([again.verdict, again.plan]).toEqual(['review', null])
    expect(again.supportedUsers).toBe(plan.supportedUsers)
  })

  it.each([
    [{ step: 'patch-tier', input: {} }, 'unknown-step'],
    [
      { step: 'scale-service', input: { service: 'backend', maxInstances: 'lots' } },
      'input-problem',
    ],
    [{ step: 'scale-service', input: { service: 'nope' } }, 'refusal'],
  ])('with a wrong step is refused, with its place: %o', (wrong, kind) => {
    const steps = [{ step: 'stop-load-test', input: {} }, wrong]
    const found = review(site, proposalSchema.parse({ steps }), { now, today, catalogue })
    expect(found).toMatchObject({ kind: 'wrong-proposal', position: 2, problem: { kind } })
  })

  it('is never clear, nor sure of its users, while a fact that it needs is unknown', () => {
    const steps = [{ step: 'scale-service', input: { service: 'backend', minInstances: 2 } }]
    const proposal = proposalSchema.parse({ steps })
    expect(reviewed(proposal)).toMatchObject({ verdict: 'clear', supportedUsers: 2_904 })
    const unknown = ['services.backend.maxInstances']
    const found = review(site, proposal, { now, today, catalogue, unknown })
    expect(found).toMatchObject({
      verdict: 'review',
      supportedUsers: null,
      steps: [{ reasons: [{ code: 'fact-unknown', subject: unknown[0] }] }],
    })
  })

  it('of no steps is clear, and says what carries the users', () => {
    const { verdict, plan } = reviewed({ steps: [] })
    expect([verdict, plan?.kind]).toEqual(['clear', 'feasible'])
  })
})
