/** One process of the bot, as `main` puts it together, without Slack: the ledger and the world outlive it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSystem } from '../../src/capacity/parse.ts'
import type { Policy, SystemDocument } from '../../src/capacity/system.ts'
import type { Catalogue } from '../../src/define/catalogue.ts'
import type { Actor } from '../../src/gate/policy.ts'
import { newId } from '../../src/ledger/ids.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { type RunEvent, runEventSchema } from '../../src/runs/events.ts'
import { advance } from '../../src/runs/executor.ts'
import { journalOn } from '../../src/runs/journal.ts'
import type { Means } from '../../src/runs/means.ts'
import { type Answer, alone, requestsOn } from '../../src/runs/requests.ts'
import { runStream } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { catalogue as steps } from '../../src/steps/index.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import type { CloudRunReader, CloudRunWriter } from '../../src/world/ports/cloud-run.ts'
import type { CloudSqlReader, CloudSqlWriter } from '../../src/world/ports/cloud-sql.ts'
import type { PgBouncerWriter } from '../../src/world/ports/pgbouncer.ts'
import type { PostgresReader } from '../../src/world/ports/postgres.ts'
import type { Unconfigured, World, WorldReader, WorldWriter } from '../../src/world/world.ts'
import { projectRoot } from '../architecture/source.ts'

const parsed = parseSystem(readFileSync(join(projectRoot, 'system.yml'), 'utf8'), 'system.yml')
if (parsed.kind === 'invalid') throw new Error('system.yml is invalid')
export const site: SystemDocument = parsed.document

export function siteWith(policy: Partial<Policy>): SystemDocument {
  return { ...site, policy: { ...site.policy, ...policy } }
}

export const database = 'tuki-db-prod'
export const upgrade = patchCloudSqlTier({ database, tier: 'db-custom-8-30720' })

export const channel = 'C0INCIDENT'
const member = (user: string, groups: readonly string[] = []): Actor => ({
  user,
  standing: 'member',
  groups,
})
export const sofia = member('U0SOFIA')
/** Luis is named in the policy, Maria is one of the leads. */
export const luis = member('U0LUIS')
export const maria = member('U0MARIA', ['S0LEADS'])

/** Runs on a clock that is moved by hand. */
export type HandClock = { readonly now: () => number; readonly forward: (ms: number) => number }

export type ProcessOptions = {
  readonly ledger: Ledger
  readonly clock: HandClock
  readonly cloud: { readonly reader: CloudSqlReader; readonly writer: CloudSqlWriter }
  readonly cloudRun?: { readonly reader: CloudRunReader; readonly writer: CloudRunWriter }
  readonly postgres?: PostgresReader
  readonly pgBouncer?: PgBouncerWriter
  /** The other parts of the world. */
  readonly beside?: { readonly read: Partial<WorldReader>; readonly write: Partial<WorldWriter> }
  readonly document?: SystemDocument
  readonly catalogue?: Catalogue
}

const unconfigured: Unconfigured = {
  unconfigured: true,
  remedy: 'set DATABASE_URL_<NAME> to let me see it',
}

export function processOn(options: ProcessOptions) {
  const { ledger, clock, cloud, cloudRun, document = site, catalogue = steps } = options
  const { postgres = unconfigured, beside } = options
  const world: World = {
    read: {
      ...{ ...nowhere.read, cloudSql: cloud.reader, postgres },
      ...(cloudRun === undefined ? {} : { cloudRun: cloudRun.reader }),
      ...beside?.read,
    },
    write: {
      ...{ ...nowhere.write, cloudSql: cloud.writer },
      ...(cloudRun === undefined ? {} : { cloudRun: cloudRun.writer }),
      ...(options.pgBouncer === undefined ? {} : { pgBouncer: options.pgBouncer }),
      ...beside?.write,
    },
  }
  const journal = journalOn(ledger, () => undefined)
  const means: Means = {
    document,
    catalogue,
    world,
    journal,
    clock,
    membersOf: async () => ['U0LUIS', 'U0MARIA'],
    newId: () => newId(clock.now()),
    instance: newId(clock.now()),
  }
  const requests = requestsOn({ ...means, wake: () => undefined })

  const runNow = async (id: string): Promise<Run> => {
    const run = await journal.read(id)
    if (run === null) throw new Error(`no run ${id}`)
    return run
  }
  /** As the dispatcher does, with time that passes at once; until it ends or somebody is needed. */
  const bring = async (id: string): Promise<Run> => {
    for (let rests = 0; rests < 3_000; rests += 1) {
      const waitMs = await advance(means, id)
      const run = await runNow(id)
      if (waitMs === null || isAsking(run) || isLeft(run)) return run
      clock.forward(Math.max(1, waitMs))
    }
    throw new Error(`${id} does not come to rest`)
  }
  /** Asked by Sofia, and brought to where somebody must say yes. */
  const asked = async (step = upgrade): Promise<Run> => {
    const { id } = changed(await requests.start(alone(step), channel, sofia))
    return bring(id)
  }
  const approved = async (run: Run, actor = luis): Promise<Run> => {
    changed(await requests.approve(tokenOf(run), actor))
    return bring(run.id)
  }
  const events = async (id: string): Promise<readonly RunEvent['type'][]> =>
    (await ledger.read(runStream(id))).map(({ event }) => typeOf(event))

  return {
    ...{ document, journal, means, requests, ledger, clock },
    bring,
    asked,
    approved,
    events,
  }
}

function isAsking({ stage }: Run): boolean {
  if (stage.kind !== 'waiting' && stage.kind !== 'consulting') return false
  return stage.approval.consents.length < stage.approval.needed
}

/** Nothing happens by itself any more, reminders aside. */
function isLeft({ stage, held }: Run): boolean {
  return held === null && ['asked', 'parked', 'ended'].includes(stage.kind)
}

export function changed(answer: Answer): Run {
  if (answer.kind === 'changed') return answer.run
  throw new Error(`not taken: ${JSON.stringify(answer)}`)
}

export function tokenOf({ id, stage }: Run): string {
  if (stage.kind === 'waiting' || stage.kind === 'consulting') return stage.approval.token
  throw new Error(`${id} is ${stage.kind}`)
}

/** Where it stands, in short: its stage with the outcome or the reason. */
export function standing({ stage }: Run): string {
  switch (stage.kind) {
    case 'ended':
      return `ended: ${stage.outcome}`
    case 'parked':
      return `parked: ${stage.why.code}`
    default:
      return stage.kind
  }
}

function typeOf(event: unknown): RunEvent['type'] {
  return runEventSchema.parse(event).type
}
