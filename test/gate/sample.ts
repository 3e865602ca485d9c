/** The ticketing site's database as it is observed, for the gate's tests. */

import type { SystemDocument } from '../../src/capacity/system.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { type Examination, examine, type Reservation } from '../../src/gate/gate.ts'
import { type History, noHistory } from '../../src/gate/rules.ts'
import type { Fact } from '../../src/world/world.ts'
import { database, site, upgrade } from '../runs/process.ts'

export const now = Date.parse('2026-12-01T14:00:00Z')
export const target = `databases.${database}`

const values: Readonly<Record<string, unknown>> = {
  tier: 'db-custom-2-7680',
  edition: 'enterprise',
  availability: 'regional',
  diskGb: 50,
  version: 14,
  flags: {},
  state: 'RUNNABLE',
  activationPolicy: 'ALWAYS',
  settingsVersion: '17',
  operation: null,
}

/** Each observed at `at`; with changes by field. */
export function factsWith(
  changes: Readonly<Record<string, unknown>> = {},
  at = now,
): readonly Fact[] {
  return Object.entries({ ...values, ...changes }).map(([field, value]) => ({
    kind: 'observed',
    name: `${target}.${field}`,
    value,
    source: 'Cloud SQL Admin API',
    observedAt: at,
  }))
}

/** As they are, but for one that nobody answered. */
export function factsWithout(field: string): readonly Fact[] {
  return factsWith().map((fact) => {
    const { name, source } = fact
    return name === `${target}.${field}`
      ? { kind: 'unavailable', name, source, why: 'nobody answers' }
      : fact
  })
}

export type Asked = {
  readonly document?: SystemDocument
  readonly facts?: readonly Fact[]
  readonly step?: BoundStep
  readonly reservations?: readonly Reservation[]
  readonly at?: number
  readonly history?: History
  readonly run?: string
}

export function examined(asked: Asked = {}): Examination {
  const { document = site, facts = factsWith(), step = upgrade, at = now } = asked
  const { history = noHistory, run = null, reservations = [] } = asked
  return examine({ document, facts, step, reservations, history, run, now: at })
}

export const codes = ({ reasons }: Pick<Examination, 'reasons'>) => reasons.map(({ code }) => code)
