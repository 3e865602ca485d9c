/** The nine boxes of the page that circulates, in its order, each with what shows that it is so. facts/page.md, 7. */
import { z } from 'zod'
import { type Box, defineChecklist } from '../src/define/define-runbook.ts'
import { applyDashboards } from '../src/steps/apply-dashboards.ts'
import { bumpCeleryConcurrency } from '../src/steps/bump-celery-concurrency.ts'
import { confirm } from '../src/steps/confirm.ts'
import { alertName, databaseName, poolerName, serviceName, tierName } from '../src/steps/inputs.ts'
import { patchCloudSqlTier } from '../src/steps/patch-cloud-sql-tier.ts'
import { retargetAlert } from '../src/steps/retarget-alert.ts'
import { setDjangoConnections } from '../src/steps/set-django-connections.ts'
import connectThroughPooler from './connect-through-pooler.ts'
import loadTest from './load-test.ts'
import matchThreads from './match-threads.ts'

const count = z.int().min(1).max(1000)

const parameters = z.strictObject({
  database: databaseName.default('tuki-db-prod'),
  backend: serviceName.default('backend'),
  worker: serviceName.default('celery-worker'),
  pooler: poolerName.default('pgbouncer'),
  alert: alertName.default('db-connections'),
  celeryConcurrency: z.int().min(1).max(64).default(6).describe('tasks at a time of one worker'),
  tier: tierName.default('db-custom-8-30720'),
  workers: count.default(9).describe('gunicorn processes of one instance'),
  threads: count.default(4).describe('threads of each of them'),
  connMaxAgeSeconds: z.int().min(0).default(600).describe('CONN_MAX_AGE of Django'),
})
type Parameters = z.output<typeof parameters>

export default defineChecklist({
  name: 'deployment-checklist',
  title: 'Deployment checklist for 10,000 users',
  why: 'The nine boxes of the page that circulates, each ticked by what is seen and not by who says so. The page forgets one thing, which the first box supplies: without a pooler most of the others are blocked.',
  cannotUndo:
    'A load test that was stopped leaves nothing to bring back; another is a start of its own.',
  parameters,
  tests: [
    {
      claim: 'its nine boxes can be walked from today without a blocked step',
      parameters: {},
      expects: { verdict: 'review', stopsAt: null, supportedUsersAtLeast: 7920 },
    },
    {
      claim: 'with as many workers at a time as the site needs it carries 10,000',
      parameters: { celeryConcurrency: 8 },
      expects: { stopsAt: null, supportedUsersAtLeast: 10_000 },
    },
  ],
  boxes: (it) => [...celeryBoxes(it), ...serverBoxes(it), ...watchBoxes(it)],
})

const celeryBoxes = (it: Parameters): readonly Box[] => {
  const { database, backend, worker, pooler, celeryConcurrency: concurrency } = it
  return [
    {
      title: `Celery concurrency ${concurrency}`,
      why: 'More tasks at a time open more sessions: harmless behind a pooler, blocked in front of a database that is short of them.',
      evidence: [
        { fact: `services.${worker}.celery.concurrency`, is: 'at-least', to: concurrency },
      ],
      offers: [
        ...connectThroughPooler.steps({ database, backend, worker, pooler }),
        bumpCeleryConcurrency({ service: worker, concurrency }),
      ],
    },
    {
      title: 'Celery prefetch multiplier 1',
      why: 'A worker that fetches ahead keeps long tasks from one that is idle.',
      evidence: [{ fact: `services.${worker}.celery.prefetchMultiplier`, is: 'equal', to: 1 }],
      offers: [bumpCeleryConcurrency({ service: worker, concurrency, prefetchMultiplier: 1 })],
    },
  ]
}

const serverBoxes = (it: Parameters): readonly Box[] => {
  const { database, backend, tier, workers, threads, connMaxAgeSeconds } = it
  return [
    {
      title: `Cloud SQL ${tier}`,
      why: 'For its CPU. It brings 200 connections, not 2,425 as the page has it.',
      evidence: [{ fact: `databases.${database}.tier`, is: 'equal', to: tier }],
      offers: [patchCloudSqlTier({ database, tier })],
    },
    {
      title: 'gunicorn with fixed workers',
      why: 'And Cloud Run admits no more than they work on: else requests queue where no autoscaler sees them.',
      evidence: [
        { fact: `services.${backend}.gunicorn.workers`, is: 'equal', to: workers },
        { fact: `services.${backend}.gunicorn.threads`, is: 'equal', to: threads },
        { law: 'web-concurrency', subject: `services.${backend}`, is: 'ok' },
      ],
      offers: matchThreads.steps({ backend, workers, threads }),
    },
    {
      title: `CONN_MAX_AGE ${connMaxAgeSeconds}`,
      why: 'Behind the pooler it saves a login for each request. Never together with a pool of Django: then it refuses to start.',
      evidence: [
        {
          fact: `services.${backend}.django.connMaxAgeSeconds`,
          is: 'equal',
          to: connMaxAgeSeconds,
        },
      ],
      offers: [setDjangoConnections({ service: backend, connMaxAgeSeconds })],
    },
  ]
}

const watchBoxes = ({ database, alert }: Parameters): readonly Box[] => [
  {
    title: 'Cloud Monitoring dashboards',
    why: 'Whoever is woken must see latency, instances, sessions and queue in one place.',
    evidence: [],
    offers: [
      applyDashboards({}),
      confirm({ what: 'the dashboards show latency, instances, sessions and queue length' }),
    ],
  },
  {
    title: 'alerts for database connections',
    why: 'The page sets 648 of 390 usable connections: that alert can never fire.',
    evidence: [{ law: 'alert-fires', subject: `alerts.${alert}`, is: 'ok' }],
    offers: [retargetAlert({ alert })],
  },
  {
    title: 'load test',
    why: 'In steps: k6 run --vus 10000 discards the stages of the script and starts all of them at once.',
    evidence: [],
    offers: loadTest.steps({ database, first: 1000, second: 3000, third: 5000 }),
  },
  {
    title: 'scaling runbook documented',
    why: 'A person says so: nobody else can read it with the eyes of whoever is on call next.',
    evidence: [],
    offers: [confirm({ what: 'the runbook scale-to-10k was read by everybody who is on call' })],
  },
]
