/** A load test that climbs in steps, each far enough from the line that the model draws. facts/workload.md, 6. */
import { z } from 'zod'
import { defineRunbook, wait } from '../src/define/define-runbook.ts'
import { confirm } from '../src/steps/confirm.ts'
import { databaseName } from '../src/steps/inputs.ts'
import { startLoadTest } from '../src/steps/start-load-test.ts'
import { stopLoadTest } from '../src/steps/stop-load-test.ts'

const users = z.int().min(1).max(1_000_000)

export default defineRunbook({
  name: 'load-test',
  title: 'Climb to a load in steps, and compare it with the prediction',
  why: 'A test that starts at its full load shows that something breaks and not what. Each step here is forecast first: where the test users and the real ones together come above what the system carries, it is blocked, not tried.',
  cannotUndo:
    'A load test that was stopped leaves nothing to bring back; another is a start of its own.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    first: users.default(500).describe('test users of the first step'),
    second: users.default(1000).describe('test users of the second step'),
    third: users.default(2000).describe('test users of the last step'),
    minutes: z.int().min(1).max(240).default(10).describe('how long each step holds its load'),
    sessionsAtMost: z
      .int()
      .min(1)
      .default(300)
      .describe('sessions of the database above which nobody climbs further'),
  }),
  tests: [
    {
      claim: 'three steps that the site carries today end without a block',
      parameters: {},
      expects: { stopsAt: null, verdict: 'clear', outageSecondsAtMost: 0 },
    },
    {
      claim: 'a step above what the site carries is blocked, not tried',
      parameters: { third: 3000 },
      expects: { verdict: 'block', stopsAt: 'start-load-test' },
    },
  ],
  steps: ({ database, first, second, third, minutes, sessionsAtMost }) => {
    const calm = wait({
      until: { fact: `databases.${database}.sessions`, is: 'below', to: sessionsAtMost },
      calmMinutes: 2,
      atMostMinutes: 15,
      why: 'A step that the database has not swallowed would be blamed on the next one.',
    })
    return [
      {
        step: confirm({
          what: 'the test buys nothing real: its host is a staging copy, or its tickets and cards are test ones',
        }),
        why: 'The script that circulates posts purchases to the production checkout.',
      },
      startLoadTest({ users: first, minutes }),
      stopLoadTest({}),
      calm,
      startLoadTest({ users: second, minutes }),
      stopLoadTest({}),
      calm,
      startLoadTest({ users: third, minutes }),
      stopLoadTest({}),
      {
        step: confirm({
          what: 'requests per second, p95 and busy connections at each step stand beside the prediction, in the incident channel',
        }),
        why: 'A number that differs is news for the workload in the System document.',
      },
    ]
  },
})
