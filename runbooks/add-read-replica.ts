/** A read replica, and the router that sends it what may be late. facts/cloudsql.md, 4; facts/workload.md, 3. */
import { z } from 'zod'
import { defineRunbook, wait } from '../src/define/define-runbook.ts'
import { checkConnections } from '../src/steps/check-connections.ts'
import { confirm } from '../src/steps/confirm.ts'
import { createReadReplica } from '../src/steps/create-read-replica.ts'
import { databaseName, serviceName, tierName } from '../src/steps/inputs.ts'

export default defineRunbook({
  name: 'add-read-replica',
  title: 'Add a read replica, and read from it',
  why: 'It takes reads from the primary and none of its connections: a second alias opens a second connection for each thread, so what limits the primary stays where it is. It is worth its price where reads that may be late make the CPU of the primary bind.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod').describe('the primary'),
    name: z.string().min(1).default('tuki-db-read-replica').describe('the new instance'),
    tier: tierName
      .default('db-custom-8-30720')
      .describe("at least the primary's: a smaller one falls behind"),
    backend: serviceName.default('backend'),
    sessions: z
      .int()
      .min(1)
      .default(300)
      .describe('connections that the router opens there: threads of all instances that read'),
  }),
  tests: [
    {
      claim: 'it costs money, and the line of the primary stays where it was',
      parameters: {},
      expects: { verdict: 'review', stopsAt: null, supportedUsersAtLeast: 2904 },
    },
    {
      claim: 'a name that is taken is refused',
      given: {
        after: [
          createReadReplica({
            database: 'tuki-db-prod',
            name: 'tuki-db-read-replica',
            tier: 'db-custom-8-30720',
          }),
        ],
      },
      parameters: {},
      expects: { verdict: 'block', stopsAt: 'create-read-replica' },
    },
  ],
  steps: ({ database, name, tier, backend, sessions }) => [
    checkConnections({ database }),
    createReadReplica({ database, name, tier }),
    wait({
      until: { fact: `databases.${database}.replicas.${name}.lagSeconds`, is: 'below', to: 5 },
      calmMinutes: 10,
      atMostMinutes: 240,
      why: 'A replica that still catches up answers with yesterday.',
    }),
    {
      step: confirm({
        what: `the System document says databases.${database}.replicas.${name}.adminSessions: ${sessions}, and plimsoll status shows no broken law of the replica`,
      }),
      why: 'What the router will open there is told to the model before it is opened.',
    },
    {
      step: confirm({
        what: `the settings of ${backend} have, below DATABASES: DATABASES['replica'] = {**DATABASES['default'], 'HOST': '<address of ${name}>', 'CONN_MAX_AGE': 0, 'TEST': {'MIRROR': 'default'}} and DATABASE_ROUTERS = ['config.db_router.ReplicaRouter']`,
      }),
      why: 'Two aliases: default writes, replica reads.',
    },
    {
      step: confirm({
        what: "config/db_router.py has from django.db import transaction, and class ReplicaRouter: db_for_read(self, model, **hints) returns 'replica' if model._meta.label_lower in {'events.event', 'tickets.tier'} and not transaction.get_connection('default').in_atomic_block else 'default'; db_for_write(self, model, **hints) returns 'default'; allow_relation(self, one, other, **hints) returns True; allow_migrate(self, db, *args, **hints) returns db == 'default'",
      }),
      why: 'Only event search and ticket queries may be late. Nothing gives read-your-writes: a purchase, a login and what follows a write read the primary.',
    },
    {
      step: confirm({
        what: `the lag of ${name} stays under 5 s at today's peak, and somebody is told when it does not`,
      }),
      why: 'Above that the router goes back to the primary: take it out of DATABASE_ROUTERS.',
    },
    checkConnections({ database }),
  ],
})
