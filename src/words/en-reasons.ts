/**
 * English for the model: laws, quantities, reasons and refusals. Data comes in, a sentence goes
 * out. words.md.
 */
import type { Finding } from '../capacity/finding.ts'
import type { LawId } from '../capacity/laws/catalogue.ts'
import type { Moment, Reason, ReasonCode, ReasonOf } from '../capacity/reason.ts'
import type { RefusalCode, RefusalOf } from '../capacity/refusal.ts'
import type { TierProblem } from '../capacity/tier.ts'
import type { GateReason } from '../gate/reason.ts'
import { gateReasons } from './en-gate.ts'
import { count, list, nameOf, number } from './numbers.ts'

type LawWords = {
  readonly name: string
  /**
   * What is wrong when it does not hold: the sentence of a rule, whose numbers (if any) follow in
   * brackets.
   */
  readonly broken: string
}

const laws = {
  'db-connections': { name: 'Database connections', broken: 'more sessions than slots' },
  'db-memory': { name: 'Database memory', broken: 'sessions and buffers do not fit the memory' },
  'db-cpu': { name: 'Database CPU', broken: 'requests need more CPU than the tier has' },
  'db-built-in-connections': {
    name: 'Connections of one instance',
    broken: "more than Cloud Run's built-in connection allows",
  },
  'replica-max-connections': {
    name: "Replica's max_connections",
    broken: 'the replica takes fewer connections than its primary, so its replay would pause',
  },
  'tier-valid': { name: 'Tier', broken: 'the edition has no tier of this name' },
  'version-supported': { name: 'PostgreSQL version', broken: 'it is out of support' },
  'pooler-clients': { name: 'Pooler clients', broken: 'more clients than the pooler lets in' },
  'pooler-busy': {
    name: 'Busy pooler connections',
    broken: 'the pool is too small for the requests',
  },
  'pooler-mode': {
    name: 'Pooler mode',
    broken: 'only transaction mode frees a connection in time',
  },
  'web-slots': { name: 'Web requests in flight', broken: 'more requests than slots' },
  'web-concurrency': {
    name: 'Requests admitted per instance',
    broken: 'requests queue inside instances that the autoscaler takes for idle',
  },
  'web-processes': { name: 'Web processes', broken: 'fewer workers than cores: some are idle' },
  'web-cpu': { name: 'Web CPU', broken: 'requests need more cores than the instances have' },
  'web-memory': { name: 'Web memory', broken: 'the workers do not fit the instance' },
  'django-database': {
    name: 'Django connections',
    broken: 'a pool and CONN_MAX_AGE together: Django refuses to start',
  },
  'celery-throughput': { name: 'Celery tasks', broken: 'more tasks than the workers can run' },
  'celery-cpu': { name: 'Celery CPU', broken: 'tasks need more cores than the workers have' },
  'celery-scaling': {
    name: 'Celery workers that are sure to run',
    broken: 'nothing starts more workers when the queue grows',
  },
  'celery-memory': { name: 'Celery memory', broken: 'the processes do not fit the instance' },
  'celery-prefetch': {
    name: 'Celery prefetch',
    broken: 'a worker holds tasks back that another could run; 1 is right for long tasks',
  },
  'beat-singleton': { name: 'Celery beat', broken: 'exactly one beat must run' },
  'redis-clients': { name: 'Redis clients', broken: 'more clients than Redis lets in' },
  'redis-eviction': { name: 'Redis eviction', broken: 'a broker that evicts loses tasks' },
  'alert-fires': {
    name: 'Alert on connections',
    broken: 'the threshold is not near 80 % of the slots',
  },
  'response-time': {
    name: 'Response time',
    broken: '95 of 100 requests take longer than the policy wants',
  },
  'monthly-cost': { name: 'Monthly cost', broken: 'more than the budget, at list prices' },
} as const satisfies Record<LawId, LawWords>

const lawWords: Readonly<Record<string, LawWords>> = laws

/** `Database connections`; a law of newer code keeps its id. */
export function lawName(law: string): string {
  return lawWords[law]?.name ?? law
}

/** What a law that does not hold means. */
export function lawBroken(law: string): string {
  return lawWords[law]?.broken ?? 'it does not hold'
}

/** The same of a finding: an alert that is merely off still warns. */
function findingBroken({ law, severity }: Finding): string {
  return law === 'alert-fires' && severity === 'broken'
    ? 'it cannot warn before clients are refused'
    : lawBroken(law)
}

/** What is wrong with a rule, with its numbers or the settings that it judged. */
export function ruleText(finding: Finding): string {
  return `${findingBroken(finding)} (${quantityText(finding) ?? settingsText(finding)})`
}

/** `version 14, end of life 2026-11-12`. */
function settingsText(finding: Finding): string {
  const terms = finding.derivation()
  return terms.map(({ term, value }) => `${term} ${value}`).join(', ')
}

/** `1,890 of 390 connections`; null for a rule without numbers. */
export function quantityText({
  demand = null,
  limit = null,
  unit = null,
}: {
  demand?: number | null
  limit?: number | null
  unit?: string | null
}): string | null {
  if (unit === null) return null
  const [wanted, most] = [demand, limit].map((one) => (one === null ? 'unknown' : number(one)))
  return `${wanted} of ${most} ${unit}`
}

/** One line for a finding: `Database connections: 1,890 of 390 connections`. */
export function findingText(finding: Finding): string {
  if (finding.severity === 'unknown')
    return `${lawName(finding.law)}: unknown without ${finding.missing ?? 'a missing fact'}`
  const quantity = quantityText(finding)
  if (finding.kind === 'quantity' || (finding.severity === 'ok' && quantity !== null))
    return `${lawName(finding.law)}: ${quantity}`
  if (finding.severity === 'ok') return `${lawName(finding.law)}: holds (${settingsText(finding)})`
  return `${lawName(finding.law)}: ${ruleText(finding)}`
}

/** The sentence of one reason, the model's or the gate's. */
export function reasonSentence(reason: Reason | GateReason): string {
  return isOfGate(reason) ? gateReasons[reason.code](reason) : modelSentence(reason)
}

function isOfGate(reason: Reason | GateReason): reason is GateReason {
  return Object.hasOwn(gateReasons, reason.code)
}

function modelSentence<Code extends ReasonCode>(reason: ReasonOf<Code>): string {
  return reasons[reason.code](reason)
}

/** The sentence of one refusal, with what would be accepted. */
export function refusalSentence<Code extends RefusalCode>(refusal: RefusalOf<Code>): string {
  return refusals[refusal.code](refusal.values)
}

function whenText(moment: Moment): string {
  const users = `${number(moment.users)} users`
  if (moment.at === 'users') return `at full scale, for ${users}`
  return moment.phase === 'after'
    ? `afterwards, at ${users}`
    : `in the phase ${moment.phase}, at ${users}`
}

type Breach = ReasonOf<'law-broken' | 'law-worse' | 'law-tight'>

/** A rule without numbers holds at any users: it is so afterwards, and is not now. */
function breachSentence({ law, subject, values }: Breach, how: string): string {
  const what = quantityText(values)
  return what === null
    ? `${named(law, subject)}: ${lawBroken(law ?? '')}; not so now.`
    : `${named(law, subject)}: ${what} ${whenText(values.moment)}; ${how}.`
}

/** `Database connections (tuki-db-prod)`. */
function named(law: string | null, subject: string | null): string {
  return `${lawName(law ?? '')} (${nameOf(subject ?? '')})`
}

const reasons: { readonly [Code in ReasonCode]: (reason: ReasonOf<Code>) => string } = {
  'law-broken': (reason) => breachSentence(reason, 'not broken now'),
  'law-worse': (reason) => breachSentence(reason, 'broken already, and this makes it worse'),
  'law-tight': (reason) => breachSentence(reason, 'above what the policy plans for'),
  'supported-users-fall': ({ before, after, values }) => {
    const from = before === null ? 'no known limit' : number(before)
    const to = `${number(after ?? 0)}, below the ${number(values.users)} it must carry`
    return `Supported users fall from ${from} to ${to}.`
  },
  relief: ({ law, subject, values: { turnedAway, nowUsers } }) => {
    const price = turnedAway === 0 ? 'nobody is' : `${count(turnedAway, 'user')} are`
    const now = `${count(nowUsers, 'user')} now`
    return `It relieves ${named(law, subject)}; ${price} turned away at ${now}.`
  },
  disruption: ({ subject, values: { secondsMax, nowUsers } }) =>
    `${nameOf(subject ?? '')} restarts: nothing is carried for up to ${number(secondsMax)} s, ` +
    `with ${count(nowUsers, 'user')} now.`,
  'fact-unknown': ({ law, values: { fact, neededBy } }) =>
    neededBy === 'step'
      ? `Nobody knows ${fact} now, and the step needs it.`
      : `Nobody knows ${fact} now, and without it ${lawName(law ?? '')} cannot be judged.`,
  'now-users-unknown': ({ values: { users } }) =>
    `Nobody knows how many users are there now: judged with the ${number(users)} of the document. ` +
    'Let Monitoring be read.',
  'load-above-supported': ({ values }) =>
    `${loadText(values)} more than the ${number(values.supportedUsers)} that it carries.`,
  'load-near-supported': ({ values }) =>
    `${loadText(values)} above 80 % of the ${number(values.supportedUsers)} that it carries.`,
  'worker-class-changes': ({ subject, values: { from, to } }) =>
    `gunicorn of ${nameOf(subject ?? '')} changes from ${from} to ${to}: ` +
    'the code must be safe for it.',
  'two-beats': ({ values: { service } }) =>
    `Two of ${service} run for some seconds: a task may be enqueued twice.`,
  'min-instances-zero': ({ subject, before }) =>
    `${nameOf(subject ?? '')} keeps no instance warm any more (now ${number(before ?? 0)}): ` +
    'the first requests wait for a start.',
  'replica-smaller': ({ subject, values: { tier, primaryTier } }) =>
    `${nameOf(subject ?? '')} (${tier}) is smaller than its primary (${primaryTier}): ` +
    'it may fall behind.',
  'tier-leaves-binding': ({ law, values: { supportedUsers, users, tier } }) =>
    `${lawName(law ?? '')}: still the limit with ${tier}, ` +
    `at ${number(supportedUsers)} of ${number(users)} users.`,
  'alert-misplaced': ({ subject, values: { threshold, usable, recommended } }) => {
    const most = usable === null ? 'an unknown number of' : number(usable)
    const better = recommended === null ? ' To mend it,' : ` It should be ${number(recommended)}:`
    const stands = `stands at ${number(threshold)} of ${most} usable connections.`
    return `The alert ${nameOf(subject ?? '')} ${stands}${better} follow with retarget-alert.`
  },
  'cost-rises': ({ values: { riseUsd, expectedUsd, budgetUsd, leavesBudget, moreUsers } }) => {
    const brings =
      moreUsers === null || moreUsers <= 0 ? '' : `, for ${count(moreUsers, 'user')} more`
    const leaves = leavesBudget ? ` It leaves the budget of ${number(budgetUsd)} USD.` : ''
    const total = `${number(expectedUsd)} USD in all`
    return `It costs ${number(riseUsd)} USD a month more${brings}; ${total}.${leaves}`
  },
  'no-change': () => 'It is so already: nothing changes.',
}

function loadText({ testUsers, nowUsers }: { testUsers: number; nowUsers: number }): string {
  return `${count(testUsers, 'test user')} and ${number(nowUsers)} real ones are`
}

const tierProblems = {
  name: 'no tier is named so',
  vcpu: 'vCPUs are 1 or an even number that the family has',
  memory_multiple: 'memory is a multiple of 256 MiB',
  memory_minimum: 'memory is at least 3,840 MiB',
  memory_per_vcpu_low: 'too little memory per vCPU',
  memory_per_vcpu_high: 'too much memory per vCPU',
} as const satisfies Record<Exclude<TierProblem, 'edition'>, string>

function nearestText(nearest: readonly string[]): string {
  return nearest.length === 0 ? '' : ` Nearest: ${list(nearest)}.`
}

type RefusalTexts = {
  readonly [Code in RefusalCode]: (values: RefusalOf<Code>['values']) => string
}

const refusals: RefusalTexts = {
  'edition-differs': ({ tier, edition, subject, nearest }) =>
    `${nameOf(subject)} is ${edition}, and \`${tier}\` is of the other edition.` +
    nearestText(nearest),
  'min-above-max': ({ service, minInstances, maxInstances }) =>
    `\`minInstances\` of ${service} would be ${minInstances}, above its \`maxInstances\` ` +
    `${maxInstances}. Raise the maximum with it.`,
  'name-taken': ({ name, subject }) =>
    `An instance \`${name}\` is there already; ${subject} needs another name.`,
  'no-database': ({ service }) => `${service} has no database, so it cannot go through a pooler.`,
  'pooler-of-another-database': ({ pooler, poolerDatabase, service, database }) =>
    `${pooler} is a pooler of ${poolerDatabase}, and ${service} uses ${database}. ` +
    `Choose a pooler of ${database}, or direct.`,
  'flag-sum-too-large': ({ name, value, most }) =>
    `\`${name}\` ${value} is too much: max_connections, autovacuum_max_workers and ` +
    `max_worker_processes sum to at most ${number(most)}.`,
  'no-such': ({ what, name, known }) =>
    `No ${what} \`${name}\` in the document. ` +
    (known.length === 0 ? 'There is none.' : `Known: ${list(known)}.`),
  'wrong-kind': ({ service, kind, wanted }) =>
    `${service} is a ${kind} service, and this needs a ${wanted} service.`,
  'malformed-tier': ({ tier, problem, nearest }) =>
    `No tier \`${tier}\`: ${tierProblems[problem]}.${nearestText(nearest)}`,
  'flag-malformed': ({ name, value, least }) =>
    `\`${name}\` must be a whole number of ${least} or more, and \`${value}\` is not.`,
  'pool-min-above-max': ({ minSize, maxSize }) =>
    `\`pool.minSize\` ${minSize} is above \`pool.maxSize\` ${maxSize}; give at most ${maxSize}.`,
  'no-such-cpu': ({ service, cpu, known }) =>
    `\`cpu\` ${cpu} for ${service}: Cloud Run has ${list(known.map(String))}, or less than 1.`,
  'memory-out-of-shape': ({ service, cpu, memoryGib, leastGib, mostGib }) =>
    `\`memoryGib\` ${memoryGib} for ${service}: with ${cpu} vCPU Cloud Run takes ` +
    `${leastGib} to ${mostGib} GiB.`,
  'host-not-allowed': ({ host, known }) =>
    `No load test against \`${host}\`: policy.loadTestHosts ` +
    (known.length === 0 ? 'names no host.' : `names ${list(known)}.`),
  'usable-unknown': ({ alert, database }) =>
    `The usable connections of ${database} are unknown, so give a threshold for ${alert} yourself.`,
}
