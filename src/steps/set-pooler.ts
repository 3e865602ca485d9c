/** Changes a pooler's settings; they hold at once, and until it restarts. facts/cloudsql.md, 7. */
import { z } from 'zod'
import { withPoolerSettings } from '../capacity/changes.ts'
import type { System } from '../capacity/system.ts'
import { defineStep } from '../define/define-step.ts'
import { poolerName } from './inputs.ts'
import { changesText, missingFrom, settled } from './predicting.ts'
import { configured, noOperation } from './sources.ts'

const settingNames = [
  ...(['mode', 'defaultPoolSize', 'reservePoolSize', 'maxClientConn'] as const),
  ...(['maxDbConnections', 'serverLoginRetrySeconds'] as const),
]

export const setPooler = defineStep({
  name: 'set-pooler',
  title: 'Change the settings of a pooler',
  risk: 'safe',
  guard: 'absolute',
  minutes: 2,
  input: z.strictObject({
    pooler: poolerName,
    mode: z.enum(['transaction', 'session', 'statement']).optional().describe('pool_mode'),
    defaultPoolSize: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('server connections for each database and user'),
    reservePoolSize: z.int().min(0).max(10_000).optional().describe('more of them, under load'),
    maxClientConn: z.int().min(0).max(1_000_000).optional().describe('clients of one process'),
    maxDbConnections: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('server connections of one process to the database; 0: no limit'),
    serverLoginRetrySeconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe('how long clients are refused after a failed login'),
  }),
  examples: [{ pooler: 'pgbouncer', defaultPoolSize: 40 }],
  target: ({ pooler }) => `poolers.${pooler}`,
  needs: ({ pooler }) =>
    [...settingNames, 'processes'].map((field) => `poolers.${pooler}.${field}`),
  missing: (system, input) => missingFrom(withPoolerSettings(system, input)),
  effect: (system, { pooler, ...wished }) => ({
    code: 'set-pooler',
    values: { pooler, changes: changesText(system.poolers[pooler], wished) },
  }),
  predict: (system, input) => settled(withPoolerSettings(system, input)),
  unable: () => null,
  probe: async (_intent, { pooler, ...wished }, read) => {
    const processes = await configured(read.pgBouncer).processes(pooler)
    const isSet = processes.every(({ settings }) =>
      namesIn(wished).every((name) => settings[name] === wished[name]),
    )
    return isSet ? { kind: 'done', by: 'as-wished' } : { kind: 'absent' }
  },
  perform: async (clearance, _intent, { pooler, ...settings }, { write }) => {
    await configured(write.pgBouncer).set(clearance, { pooler, settings })
    return { kind: 'done' }
  },
  poll: noOperation,
  expects: (after, { pooler, ...wished }) => {
    const holds = 'until-restart'
    const settings = namesIn(wished).map(
      (name) =>
        ({
          fact: `poolers.${pooler}.${name}`,
          predicted: after.poolers[pooler]?.[name] ?? null,
          holds,
        }) as const,
    )
    return [...settings, { fact: `poolers.${pooler}.differing`, predicted: [], holds }]
  },
  undo: (before, { pooler, ...wished }) => ({
    kind: 'step',
    step: 'set-pooler',
    input: { pooler, ...settingsBefore(before.poolers[pooler], wished) },
  }),
})

type Wished = { readonly [Name in (typeof settingNames)[number]]?: unknown }

function namesIn(wished: Wished) {
  return settingNames.filter((name) => wished[name] !== undefined)
}

function settingsBefore(before: System['poolers'][string] | undefined, wished: Wished) {
  return Object.fromEntries(namesIn(wished).map((name) => [name, before?.[name] ?? null]))
}
