/**
 * 95 of 100 requests are answered in time, by an estimate that has no power until the workload is
 * measured. capacity.md, 3; how it is computed and how far it may be off: ../latency.ts.
 */
import { type AtUsers, type Named, unreadablePath } from '../at-users.ts'
import type { Finding, Term } from '../finding.ts'
import { latencyOf } from '../latency.ts'
import { type Law, quantityLaw, type SourceOf } from '../law.ts'
import {
  type LayerId,
  type LayerWait,
  type ResponseTime,
  responseTime as responseTimeOf,
} from '../queueing/layers.ts'
import type { WebService } from '../system.ts'
import { fieldTerm, requestsTerm, shown, total, workloadTerm } from '../terms.ts'

const judged = quantityLaw({
  id: 'response-time',
  unit: 'ms',
  // Not `load`, as of all advice: it takes part in no verdict and no plan. capacity.md, 4.
  depends: 'configuration',
  advice: true,
  workload: true,
  subjects: (at) => at.webs.map((web) => ({ ...web, missing: missingOf(at, web) })),
  missing: ({ missing }) => missing,
  demand: (at, web) => {
    const estimate = estimateOf(at, web)
    return estimate === null ? null : estimate.p95Seconds * 1000
  },
  limit: (at) => at.system.policy.p95Ms,
  terms,
})

/** A queueing model of guesses decides nothing: while it is assumed it is `ok`, or unknown. */
export const responseTime: Law<'response-time'> = {
  ...judged,
  isBroken: (at) => at.system.workload.source === 'measured' && judged.isBroken(at),
  evaluate: (at, context, findings) => {
    const own: Finding[] = []
    judged.evaluate(at, context, own)
    for (const one of own)
      findings.push(one.assumed && one.severity !== 'unknown' ? { ...one, severity: 'ok' } : one)
  },
}

function estimateOf(at: AtUsers, web: Named<WebService>): ResponseTime | null {
  const latency = latencyOf(at, web)
  return latency === null ? null : responseTimeOf(latency)
}

/** What cannot be read where there is no estimate. */
function missingOf(at: AtUsers, { path, it }: Named<WebService>): string {
  const database = at.databases.find(({ name }) => name === it.database?.name)
  return database === undefined ? path : unreadablePath(database)
}

const layerWords: Readonly<Record<LayerId, string>> = {
  'web-threads': 'a web thread',
  'web-cpu': 'a core of the web service',
  'database-sessions': 'a database session',
  'database-cpu': 'a core of the database',
}

function terms(at: AtUsers, web: Named<WebService>, sourceOf: SourceOf): readonly Term[] {
  const estimate = estimateOf(at, web)
  const limit = {
    ...fieldTerm('limit', at.system.policy.p95Ms, { path: 'policy.p95Ms', sourceOf }),
    formula: 'p95Ms',
  }
  const offered = [requestsTerm(at, web, sourceOf), workloadTerm(at, 'requestSeconds', sourceOf)]
  if (estimate === null) return [...offered, total('demand', null, 'no estimate'), limit]
  const { lowSeconds, highSeconds } = estimate.p95Between
  return [
    ...offered,
    ...estimate.layers.map(waitTerm),
    stateTerm(estimate),
    computed('mean', milliseconds(estimate.meanSeconds), 'ms: requestSeconds + waits'),
    computed('p99', milliseconds(estimate.p99Seconds), 'ms'),
    computed(
      'range',
      `${Math.round(milliseconds(lowSeconds))} to ${Math.round(milliseconds(highSeconds))}`,
      'ms, for p95: the method is that far off a simulation of the same layers',
    ),
    total(
      'demand',
      milliseconds(estimate.p95Seconds),
      'p95 in ms: layered M/M/m queues, a closed population in balance, a gamma distribution',
    ),
    limit,
  ]
}

function waitTerm({ id, servers, waitSeconds, utilization }: LayerWait): Term {
  return computed(
    `wait for ${layerWords[id]}`,
    milliseconds(waitSeconds),
    `ms: ${shown(servers)} of them, ${shown(Math.round(utilization * 1000) / 10)} % busy`,
  )
}

function stateTerm({ kind, bottleneck, maxThroughputPerSecond, ...rest }: ResponseTime): Term {
  const most = `${shown(maxThroughputPerSecond)} requests per second at most`
  const narrowest = `narrowest: ${layerWords[bottleneck]}, ${most}`
  return computed('answered per second', rest.throughputPerSecond, `${kind}; ${narrowest}`)
}

function computed(term: string, value: number | string, formula: string): Term {
  return { term, value, formula, source: 'facts/workload.md, 8' }
}

function milliseconds(seconds: number): number {
  return seconds * 1000
}
