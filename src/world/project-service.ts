/**
 * What a service of Cloud Run is to a System document: what runs in it, and where its settings live,
 * as far as its container tells. Pure.
 */
import { z } from 'zod'
import type { ServiceKind, SurveyedBinding, SurveyedService } from '../capacity/survey.ts'
import { readSettings } from './cloud-run-settings.ts'
import { type Container, lastOf, mainContainer, type RawResource } from './cloud-run-wire.ts'
import { sentence } from './cloud-sql-wire.ts'
import { Fault } from './fault.ts'

/** Of the reply, what no step reads or writes. */
const extras = z.object({
  template: z.object({
    timeout: z.object({ seconds: z.coerce.number() }).nullish(),
    containers: z.array(
      z.object({
        command: z.array(z.string()).nullish(),
        resources: z.object({ cpuIdle: z.boolean().nullish() }).nullish(),
      }),
    ),
  }),
})
type Extras = z.infer<typeof extras>

/** `hosts`: databases by their addresses. */
export function surveyedService(
  reply: unknown,
  raw: RawResource,
  hosts: ReadonlyMap<string, string>,
): SurveyedService {
  const judgement = extras.safeParse(reply)
  if (!judgement.success)
    throw new Fault('unreadable', 'no', `Cloud Run's ${raw.name}: ${sentence(judgement.error)}`)
  const { template } = judgement.data
  const container = mainContainer(raw.template)
  const name = lastOf(raw.name)
  const words = [...template.containers.flatMap(({ command }) => command ?? []), ...container.args]
  const { kind, kindBy } = kindOf(words, name, raw)
  const host = hostIn(container, hosts)
  const bindings = {
    ...(kind === 'web' ? webBindings(words, container) : {}),
    ...(kind === 'celery-worker' && flagged(words, celeryFlags) ? { celery: inArgs } : {}),
    ...(host === null ? {} : { databaseHost: { env: host.env } }),
  }
  const service = { kind, bindings: { resource: raw.name, ...bindings } }
  const settings = readSettings({ service, resource: raw.name, hosts: new Map() }, raw, {
    ...raw.template,
  })
  return {
    ...{ name, resource: raw.name, kind, kindBy, bindings },
    settings: Object.fromEntries(
      [...settings].flatMap(([key, one]) => (one.kind === 'read' ? [[key, one.value]] : [])),
    ),
    timeoutSeconds: template.timeout?.seconds ?? null,
    billing: billingOf(template),
    database: host?.database ?? null,
  }
}

const inArgs = { args: true } as const
const gunicornFlags = /^(-[wkb]|--(workers|worker-class|threads|bind|timeout))(=|$)/
const celeryFlags = /^(-c|--(concurrency|prefetch-multiplier))(=|$)|^worker$/

const flagged = (words: readonly string[], flags: RegExp) => words.some((word) => flags.test(word))

/** A worker pool takes no requests; of anything else that nothing speaks for, requests are expected. */
function kindOf(
  words: readonly string[],
  name: string,
  raw: RawResource,
): { readonly kind: ServiceKind; readonly kindBy: SurveyedService['kindBy'] } {
  if (words.includes('beat')) return { kind: 'celery-beat', kindBy: 'arguments' }
  if (words.includes('worker')) return { kind: 'celery-worker', kindBy: 'arguments' }
  if (words.some((word) => /gunicorn/.test(word)) || flagged(words, gunicornFlags))
    return { kind: 'web', kindBy: 'arguments' }
  if (/beat/.test(name)) return { kind: 'celery-beat', kindBy: 'name' }
  if (/celery|worker/.test(name)) return { kind: 'celery-worker', kindBy: 'name' }
  return { kind: raw.kind === 'worker-pool' ? 'celery-worker' : 'web', kindBy: 'nothing' }
}

function webBindings(words: readonly string[], { env }: Container) {
  const line = env.find(({ name }) => name === 'GUNICORN_CMD_ARGS')
  const age = env.find(({ name }) => /CONN_MAX_AGE$/.test(name))
  const gunicorn: SurveyedBinding | null = flagged(words, gunicornFlags)
    ? inArgs
    : line === undefined
      ? null
      : { env: line.name }
  return {
    ...(gunicorn === null ? {} : { gunicorn }),
    ...(age === undefined ? {} : { connMaxAge: { env: age.name } }),
  }
}

function hostIn({ env }: Container, hosts: ReadonlyMap<string, string>) {
  for (const { name, value } of env) {
    const database = value === undefined ? undefined : hosts.get(value)
    if (database !== undefined) return { env: name, database }
  }
  return null
}

/** Unsaid it is false: paid for as long as an instance is there. facts/workload.md, 2. */
function billingOf({ containers }: Extras['template']): SurveyedService['billing'] {
  return containers.some(({ resources }) => resources?.cpuIdle === true) ? 'request' : 'instance'
}
