/**
 * What no schema sees: names that point nowhere, bounds the wrong way round, shares that do not sum
 * to 1.
 */
import { shapeProblem, wholeVcpus } from './cloud-run.ts'
import { numberFlags } from './cloud-sql.ts'
import { type DocumentProblem, quoted } from './document-schema.ts'
import { instantOf, isTimeZone } from './local-time.ts'
import type { Service, SystemDocument } from './system.ts'

export function referenceProblems(document: SystemDocument): readonly DocumentProblem[] {
  const services = Object.entries(document.services)
  return [
    ...services.flatMap(([name, service]) => [
      ...boundProblems(`services.${name}`, service),
      ...routeProblems(`services.${name}.database`, service, document),
      ...redisProblems(`services.${name}`, service, document),
    ]),
    ...shareProblems(services),
    ...databaseNames(document),
    ...flagProblems(document),
    ...approverProblems(document),
    ...windowProblems(document),
    ...loadTestJobProblems(document),
  ]
}

function problem(
  path: string,
  value: unknown,
  words: { problem: string; remedy: string },
): DocumentProblem {
  return { path, value: quoted(value), ...words }
}

function boundProblems(path: string, service: Service): readonly DocumentProblem[] {
  const { minInstances, maxInstances } = service
  const pool = service.kind === 'web' ? service.django.pool : undefined
  return [
    ...tooLarge(`${path}.minInstances`, {
      value: minInstances,
      most: maxInstances,
      of: 'maxInstances',
    }),
    ...tooLarge(`${path}.django.pool.minSize`, {
      value: pool?.minSize ?? 0,
      most: pool?.maxSize ?? 0,
      of: 'maxSize',
    }),
  ]
}

function tooLarge(
  path: string,
  { value, most, of }: { value: number; most: number; of: string },
): readonly DocumentProblem[] {
  if (value <= most) return []
  return [
    problem(path, value, { problem: `is above ${of} ${most}`, remedy: `write at most ${most}` }),
  ]
}

function routeProblems(
  path: string,
  { database }: Service,
  { databases, poolers }: SystemDocument,
): readonly DocumentProblem[] {
  if (database === undefined) return []
  const { name, through } = database
  if (!Object.hasOwn(databases, name)) return [missing(`${path}.name`, name, databases)]
  if (through === 'direct') return []
  const pooler = Object.hasOwn(poolers, through) ? poolers[through] : undefined
  if (pooler === undefined) return [missing(`${path}.through`, through, { direct: 0, ...poolers })]
  if (pooler.database === name) return []
  return [
    problem(`${path}.through`, through, {
      problem: `is a pooler of ${pooler.database}, not of ${name}`,
      remedy: `write direct or a pooler of ${name}`,
    }),
  ]
}

function redisProblems(
  path: string,
  service: Service,
  { redis }: SystemDocument,
): readonly DocumentProblem[] {
  if (service.redis !== undefined)
    return Object.hasOwn(redis, service.redis)
      ? []
      : [missing(`${path}.redis`, service.redis, redis)]
  const names = Object.keys(redis)
  if (names.length < 2 || service.redisConnections === 0) return []
  return [
    {
      path: `${path}.redis`,
      value: '',
      problem: 'is missing, and there are several',
      remedy: `write one of ${names.join(', ')}`,
    },
  ]
}

function shareProblems(
  services: readonly (readonly [string, Service])[],
): readonly DocumentProblem[] {
  const webs = services.flatMap(([name, it]) =>
    it.kind === 'web' ? [{ name, share: it.share }] : [],
  )
  const sum = webs.reduce((total, { share }) => total + share, 0)
  if (webs.length === 0 || Math.abs(sum - 1) <= 1e-9) return []
  const paths = webs.map(({ name }) => `services.${name}.share`).join(', ')
  return [
    {
      path: paths,
      value: webs.map(({ share }) => share).join(' + '),
      problem: `gives ${Math.round(sum * 1e9) / 1e9}, not 1`,
      remedy: 'the shares of the web services sum to 1',
    },
  ]
}

/** Poolers and alerts of databases that are not there; names that mean something else already. */
function databaseNames({ databases, poolers, alerts }: SystemDocument): readonly DocumentProblem[] {
  const lacks = (name: string) => !Object.hasOwn(databases, name)
  return [
    ...Object.entries(poolers)
      .filter(([, { database }]) => lacks(database))
      .map(([name, { database }]) => missing(`poolers.${name}.database`, database, databases)),
    ...Object.entries(alerts)
      .filter(([, { database }]) => lacks(database))
      .map(([name, { database }]) => missing(`alerts.${name}.database`, database, databases)),
    ...(Object.hasOwn(poolers, 'direct')
      ? [
          problem('poolers.direct', 'direct', {
            problem: 'means no pooler',
            remedy: 'give the pooler another name',
          }),
        ]
      : []),
  ]
}

function flagProblems({ databases }: SystemDocument): readonly DocumentProblem[] {
  const instances = Object.entries(databases).flatMap(([name, database]) => [
    { path: `databases.${name}`, flags: database.flags },
    ...Object.entries(database.replicas).map(([replica, { flags }]) => ({
      path: `databases.${name}.replicas.${replica}`,
      flags,
    })),
  ])
  return instances.flatMap(({ path, flags }) =>
    numberFlags
      .filter((flag) => flags[flag] !== undefined && !/^\d{1,9}$/.test(flags[flag] ?? ''))
      .map((flag) =>
        problem(`${path}.flags.${flag}`, flags[flag], {
          problem: 'is no whole number',
          remedy: 'write digits in quotes, in the unit of the Admin API',
        }),
      ),
  )
}

/** Nobody who may approve is never "everybody". */
function approverProblems({ policy }: SystemDocument): readonly DocumentProblem[] {
  const approve = policy.roles?.approve
  if (approve === undefined || approve.users.length > 0 || approve.group !== null) return []
  return [
    {
      path: 'policy.roles.approve',
      value: '',
      problem: 'is empty, so nobody could approve',
      remedy: 'name users, a group, or both',
    },
  ]
}

function missing(
  path: string,
  name: string,
  known: Readonly<Record<string, unknown>>,
): DocumentProblem {
  const names = Object.keys(known)
  const remedy = names.length === 0 ? 'there is none yet' : `write one of ${names.join(', ')}`
  return problem(path, name, { problem: 'is not in the document', remedy })
}

/** Windows that can be read, and that end after they begin. */
function windowProblems({ workload, policy }: SystemDocument): readonly DocumentProblem[] {
  return [
    ...windowsIn('workload.events', workload.events ?? []),
    ...windowsIn('policy.freezeWindows', policy.freezeWindows ?? []),
  ]
}

type Window = { readonly from: string; readonly to: string; readonly timeZone: string }

function windowsIn(section: string, windows: readonly Window[]): readonly DocumentProblem[] {
  return windows.flatMap(({ from, to, timeZone }, index) => {
    const path = `${section}.${index}`
    const zone = 'write one of the IANA time zones, for example America/Santiago'
    if (!isTimeZone(timeZone))
      return [problem(`${path}.timeZone`, timeZone, { problem: 'is no time zone', remedy: zone })]
    const remedy = 'write a local time such as 2026-12-01T09:00'
    const [begin, end] = [
      instantOf(from, { timeZone, edge: 'from' }),
      instantOf(to, { timeZone, edge: 'to' }),
    ]
    const words = { problem: 'is no date and time', remedy }
    if (begin === null) return [problem(`${path}.from`, from, words)]
    if (end === null) return [problem(`${path}.to`, to, words)]
    const after = { problem: 'is not after `from`', remedy: `write a time after ${from}` }
    return end > begin ? [] : [problem(`${path}.to`, to, after)]
  })
}

/** A machine that Cloud Run has. facts/workload.md, 2. */
function loadTestJobProblems({ policy }: SystemDocument): readonly DocumentProblem[] {
  if (policy.loadTestJob === undefined) return []
  const { cpu, memoryGib } = policy.loadTestJob
  const found = shapeProblem({ vcpus: cpu, memoryGib })
  const path = 'policy.loadTestJob'
  if (found === null) return []
  if (found.kind === 'no-such-cpu')
    return [
      problem(`${path}.cpu`, cpu, {
        problem: 'is no number of vCPUs that Cloud Run has',
        remedy: `write one of ${wholeVcpus.join(', ')}`,
      }),
    ]
  const { leastGib, mostGib } = found
  return [
    problem(`${path}.memoryGib`, memoryGib, {
      problem: `does not go with ${cpu} vCPUs`,
      remedy: `write ${leastGib} to ${mostGib}`,
    }),
  ]
}
