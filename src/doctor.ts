/** Examines configuration, permissions and reachability: what `main` would hold if it were not so long. */
import { pino } from 'pino'
import type { SystemDocument } from './capacity/system.ts'
import { type BotConfig, readConfig, readFiles, readWorld } from './config.ts'
import { readSystemFile } from './documents.ts'
import { loadRunbooks } from './library/load.ts'
import type { SlackApi } from './slack/api.ts'
import type { Check } from './words/en-doctor.ts'
import { untellingOf } from './world/celery-feed.ts'
import { pause, systemClock, systemTimers } from './world/clock.ts'
import { connectWorld } from './world/connect.ts'
import { Fault } from './world/fault.ts'
import { neededPermission } from './world/google-faults.ts'
import { observe } from './world/observe.ts'
import { testPermissions } from './world/permissions.ts'
import type { CeleryEars } from './world/ports/celery.ts'
import type { Fact, WorldReader } from './world/world.ts'

export async function examineSetup(system: string | undefined): Promise<readonly Check[]> {
  const config = readConfig()
  const files = readFiles()
  const configuration: Check = {
    subject: 'configuration',
    ...(config.kind === 'config-problem'
      ? {
          // Without Slack it is the rehearsal that would not begin, and the other verbs miss nothing.
          code: config.variable.startsWith('SLACK_') ? 'wrong-variable' : 'no-rehearsal',
          ...config,
        }
      : { code: config.kind }),
  }
  if ('kind' in files) return [configuration]
  const file = system ?? files.systemFile
  const read = readSystemFile(file)
  const shelf = await loadRunbooks(files.runbooksFolder)
  const runbooks: Check = {
    subject: files.runbooksFolder,
    ...(shelf.kind === 'loaded'
      ? { code: 'runbooks', count: shelf.library.list.length }
      : { code: 'bad-runbooks', problems: shelf.problems }),
  }
  if (read.kind === 'wrong')
    return [configuration, { subject: file, code: 'bad-document', why: read.sentence }, runbooks]
  const { document } = read
  const bot = config.kind === 'bot' ? config : null
  const approvers = isEmptyRole(document) ? 'no-approvers' : 'document'
  return [
    configuration,
    { subject: file, code: approvers, system: document.name },
    runbooks,
    ...(bot === null ? [] : await slackChecks(bot, document)),
    ...(await worldChecks(document, bot)),
  ]
}

function isEmptyRole({ policy: { roles } }: SystemDocument): boolean {
  const approve = roles?.approve
  return approve === undefined || (approve.users.length === 0 && approve.group === null)
}

/** Every source is asked what it is asked for anyway: what it does not answer is what would be missing. */
async function worldChecks(
  document: SystemDocument,
  bot: BotConfig | null,
): Promise<readonly Check[]> {
  const reach = readWorld(document.project)
  if ('kind' in reach) return [{ subject: 'world', code: 'wrong-variable', ...reach }]
  const slack = bot === null ? {} : { slack: bot.slack }
  const dataFolder = bot?.dataFolder ?? '.plimsoll'
  const google = bot === null ? reach.google : { apiRoot: bot.googleApiRoot }
  const world = connectWorld(document, { ...reach, ...slack, google, dataFolder, keepMs: 0 })
  try {
    await world.load()
    const ears = listened(world.listen())
    const permissions = google === null ? [] : permissionChecks(document, google.apiRoot)
    const facts = await observe(document, world.read, systemClock)
    return [
      ...[...unconfigured(world.read), ...sourceChecks(facts), ...(await ears)],
      ...(await permissions),
      ...clockChecks(world.read),
    ]
  } finally {
    await world.close()
  }
}

const sourceNames = [
  ['cloudSql', 'Cloud SQL Admin API'],
  ['cloudRun', 'Cloud Run Admin API'],
  ['monitoring', 'Cloud Monitoring'],
  ['postgres', 'PostgreSQL'],
  ['pgBouncer', 'PgBouncer'],
  ['celery', 'Celery broker'],
  ['loadTest', 'k6'],
] as const

function unconfigured(read: WorldReader): readonly Check[] {
  return sourceNames.flatMap(([name, subject]): readonly Check[] => {
    const source = read[name]
    return 'unconfigured' in source
      ? [{ subject, code: 'unconfigured', remedy: source.remedy }]
      : []
  })
}

/** A line for each source that answers, one for each permission that is missing, and one for all else. */
function sourceChecks(facts: readonly Fact[]): readonly Check[] {
  const sources = Map.groupBy(
    facts.filter(({ name }) => !name.startsWith('clocks.')),
    ({ source }) => source,
  )
  return [...sources].flatMap(([subject, all]): readonly Check[] => {
    const silent = all.filter((fact) => fact.kind === 'unavailable')
    const reasons = Map.groupBy(silent, ({ why }) => neededPermission(why))
    const answered = all.length - silent.length
    return [
      ...(answered === 0 ? [] : [{ subject, code: 'answers', facts: answered } as const]),
      ...[...reasons].map(
        ([permission, missing]): Check => ({
          ...{ subject, code: 'silent', why: missing[0]?.why ?? '', permission },
          facts: missing.map(({ name }) => name),
        }),
      ),
    ]
  })
}

/** Where only looking is wished for, nobody needs to hold what writes. */
async function permissionChecks(
  { project, policy }: SystemDocument,
  apiRoot: string | null,
): Promise<readonly Check[]> {
  const subject = 'IAM'
  const identities = policy.mode === 'observe' ? (['reading'] as const) : bothIdentities
  const root = apiRoot === null ? {} : { apiRoot }
  try {
    const { tested, lacking } = await testPermissions({ project, identities, ...root })
    return lacking.length === 0
      ? [{ subject, code: 'permitted', tested }]
      : identities.flatMap((identity): readonly Check[] => {
          const its = lacking.filter((one) => one.identity === identity)
          const permissions = its.map(({ permission }) => permission)
          return its.length === 0 ? [] : [{ subject, code: 'lacking', identity, permissions }]
        })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return [{ subject, code: 'untested', why: error.message }]
  }
}

const bothIdentities = ['reading', 'writing'] as const

/** Three beats of a worker: what ended between two is told of before the third. */
const listenMs = 7_000
const listenStepMs = 500

/** Whether workers tell how their tasks end: without it nobody can say how many fail. */
async function listened(ears: CeleryEars | null): Promise<readonly Check[]> {
  if (ears === null) return []
  const subject = 'Celery task events'
  const workers = new Map<string, boolean>()
  let untelling: readonly string[] = []
  for (let ms = 0; ms < listenMs && untelling.length === 0; ms += listenStepMs) {
    await pause(listenStepMs)
    const ends = ears.heard()
    untelling = ends === null ? [] : untellingOf(ends)
    for (const { name, succeeded, failed } of ends?.workers ?? [])
      workers.set(name, workers.get(name) === true || succeeded + failed > 0)
  }
  const problem = ears.problem()
  ears.stop()
  if (untelling.length > 0) return [{ subject, code: 'untelling', workers: untelling }]
  if (problem !== null) return [{ subject, code: 'not-listening', why: problem.message }]
  const telling = [...workers.values()].filter(Boolean).length
  const heard = { workers: workers.size, telling, seconds: listenMs / 1_000 }
  return [{ subject, code: telling === 0 ? 'no-task-told' : 'tasks-told', ...heard }]
}

function clockChecks({ clocks }: WorldReader): readonly Check[] {
  if ('unconfigured' in clocks) return []
  return clocks
    .skews()
    .map(({ host, skewSeconds }) => ({ subject: `clock of ${host}`, code: 'clock', skewSeconds }))
}

async function slackChecks(bot: BotConfig, document: SystemDocument): Promise<readonly Check[]> {
  const log = pino({ level: 'silent' })
  const { connectSlack } = await import('./slack/app.ts')
  const { api } = connectSlack({
    ...{ ...bot.slack, log, clock: systemClock, timers: systemTimers, ready: () => false },
  })
  try {
    const { team } = await api.identity()
    const channels = document.policy.channels ?? []
    const each = await Promise.all(channels.map((channel) => channelCheck(api, channel)))
    return [{ subject: 'Slack', code: 'slack', team }, ...each]
  } catch (error) {
    return [{ subject: 'Slack', code: 'slack-silent', why: messageOf(error) }]
  }
}

async function channelCheck(api: SlackApi, channel: string): Promise<Check> {
  const subject = `channel ${channel}`
  try {
    const { isMember, isShared } = await api.channel(channel)
    if (!isMember) return { subject, code: 'not-in-channel' }
    return { subject, code: isShared ? 'shared-channel' : 'in-channel' }
  } catch (error) {
    return { subject, code: 'slack-silent', why: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
