/**
 * A Cloud Run instance opens at most 100 connections to Cloud SQL by the built-in way.
 * facts/cloudsql.md, 11, 37.
 */
import { connectionsPerInstance } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { connectionsFormula } from '../terms.ts'

export const builtInLimit = 100

export const dbBuiltInConnections = quantityLaw({
  id: 'db-built-in-connections',
  unit: 'connections per instance',
  depends: 'configuration',
  capacity: true,
  subjects: (at) => at.services.filter(({ it }) => it.database?.through === 'direct'),
  demand: (_at, { it }) => connectionsPerInstance(it),
  limit: () => builtInLimit,
  terms: (_at, { it, path }, sourceOf) => [
    {
      term: 'demand',
      value: connectionsPerInstance(it),
      formula: connectionsFormula(it),
      source: sourceOf(path),
    },
    {
      term: 'limit',
      value: builtInLimit,
      formula: "the built-in connection's quota per instance",
      source: 'facts/cloudsql.md, 11',
    },
  ],
})
