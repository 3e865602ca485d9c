/** A status with every source: against the slowest of them alone, and when all of them hang. */

import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parseSystem } from '../../src/capacity/parse.ts'
import { startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { emptyHeadroom } from '../../src/runs/headroom.ts'
import { lookWith } from '../../src/runs/look.ts'
import { catalogue } from '../../src/steps/index.ts'
import { systemClock } from '../../src/world/clock.ts'
import { connectCloudSql } from '../../src/world/cloud-sql.ts'
import { connectMonitoring } from '../../src/world/monitoring.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import type { CloudSqlReader } from '../../src/world/ports/cloud-sql.ts'
import type { MonitoringReader } from '../../src/world/ports/monitoring.ts'
import type { PostgresReader } from '../../src/world/ports/postgres.ts'
import type { WorldReader } from '../../src/world/world.ts'
import { postgresSaying } from '../runs/talking-postgres.ts'
import type { Bench } from './bench.ts'

/** As a network and a busy service would delay them: Monitoring is the slowest. */
const delaysMs = { cloudSql: 250, postgres: 100, monitoring: 400 }
const forEver = 60_000

export async function statusBench(): Promise<Bench> {
  const { world, status, close } = await opened()
  const all = delayed(world, delaysMs)
  const slowest = { ...nowhere.read, monitoring: all.monitoring }
  return {
    name: 'status',
    unit: 'ms',
    rounds: 11,
    warmUps: 3,
    subject: { what: 'status with all sources', measure: () => status(all) },
    against: { what: 'status with the slowest alone', measure: () => status(slowest) },
    boundBelow: 1.2,
    close,
  }
}

export async function hangingStatusBench(): Promise<Bench> {
  const { world, status, close } = await opened()
  const hanging = { cloudSql: forEver, postgres: forEver, monitoring: forEver }
  return {
    name: 'status-hanging',
    unit: 'ms',
    rounds: 3,
    warmUps: 1,
    subject: {
      what: 'status while every source hangs',
      measure: () => status(delayed(world, hanging)),
    },
    against: null,
    boundBelow: 5_000,
    close,
  }
}

type Sources = {
  readonly cloudSql: CloudSqlReader
  readonly postgres: PostgresReader
  readonly monitoring: MonitoringReader
}

function delayed(world: Sources, ms: typeof delaysMs) {
  return {
    ...nowhere.read,
    cloudSql: late(world.cloudSql, ms.cloudSql),
    postgres: late(world.postgres, ms.postgres),
    monitoring: late(world.monitoring, ms.monitoring),
  }
}

/** The same answers, each so much later. */
function late<Reader extends object>(reader: Reader, waitMs: number): Reader {
  return new Proxy(reader, {
    get: (target, key) => {
      const question: unknown = Reflect.get(target, key)
      if (typeof question !== 'function') return question
      return async (...asked: readonly unknown[]) => {
        await pause(waitMs, undefined, { ref: false })
        return Reflect.apply(question, target, asked)
      }
    },
  })
}

async function opened() {
  const text = readFileSync(new URL('../../system.yml', import.meta.url), 'utf8')
  const parsed = parseSystem(text, 'system.yml')
  if (parsed.kind !== 'system') throw new Error('system.yml cannot be read')
  const { document } = parsed
  const { project } = document
  const instances = [
    { name: 'tuki-db-prod', tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' as const },
  ]
  const cloud = await startLocalCloud({ project, instances, document: text })
  const options = { project, clock: systemClock, apiRoot: cloud.root }
  const cloudSql = connectCloudSql(options)
  const monitoring = connectMonitoring(options)
  await Promise.all([cloudSql.load(), monitoring.load()])
  const postgres = postgresSaying(400)
  const world = { cloudSql: cloudSql.reader, postgres, monitoring: monitoring.reader }
  const status = async (read: WorldReader): Promise<number> => {
    const headroom = async () => emptyHeadroom
    const now = async () => systemClock.now()
    const asking = { read, load: async () => undefined, clock: systemClock }
    const look = lookWith({ document, catalogue, ...asking, now, headroom })
    const startedAt = performance.now()
    await look.status()
    return performance.now() - startedAt
  }
  return { world, status, close: cloud.stop }
}
