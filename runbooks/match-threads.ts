/** Cloud Run admits as many requests as gunicorn works on. facts/workload.md, 1 and 2. */
import { z } from 'zod'
import { defineRunbook } from '../src/define/define-runbook.ts'
import { serviceName } from '../src/steps/inputs.ts'
import { scaleService } from '../src/steps/scale-service.ts'
import { setGunicorn } from '../src/steps/set-gunicorn.ts'
import connectThroughPooler from './connect-through-pooler.ts'

const count = z.int().min(1).max(1000)

export default defineRunbook({
  name: 'match-threads',
  title: 'Let Cloud Run admit what gunicorn works on',
  why: 'What is admitted and not worked on waits inside an instance that the autoscaler takes for idle. More threads hold more connections, so this comes after the pooler, and with fewer instances while both revisions stand side by side.',
  parameters: z.strictObject({
    backend: serviceName.default('backend'),
    workers: count.default(9).describe('gunicorn processes of one instance'),
    threads: count.default(4).describe('threads of each of them'),
    instancesMeanwhile: count
      .default(130)
      .describe('instances at most while old and new threads stand side by side'),
    instances: count.default(60).describe('instances at most afterwards'),
  }),
  tests: [
    {
      claim: 'behind the pooler it is never blocked, and saves a third of the price',
      given: { after: connectThroughPooler.steps({}) },
      parameters: {},
      expects: { verdict: 'review', stopsAt: null, monthlyUsdAtMost: 2700 },
    },
    {
      claim: 'without the smaller maximum the pooler would not let all the threads in',
      given: { after: connectThroughPooler.steps({}) },
      parameters: { instancesMeanwhile: 200 },
      expects: { verdict: 'block', stopsAt: 'set-gunicorn' },
    },
  ],
  steps: ({ backend, workers, threads, instancesMeanwhile, instances }) => [
    {
      step: scaleService({ service: backend, maxInstances: instancesMeanwhile }),
      why: '200 instances with 36 threads would want 7,200 of 5,000 clients; 130 carry everybody with the old ones too.',
    },
    {
      step: setGunicorn({ service: backend, workerClass: 'gthread', workers, threads }),
      why: 'The code must be safe for threads: a person says so by approving.',
    },
    scaleService({ service: backend, concurrency: workers * threads, maxInstances: instances }),
  ],
})
