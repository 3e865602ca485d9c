/**
 * The size of the pools that run now, which a restart forgets: told to one worker after the other,
 * never twice without a person. writes.md
 */
import type { Expectation, Intent, Progress, Sent } from '../define/step.ts'
import type { Clearance } from '../world/clearance.ts'
import { Fault } from '../world/fault.ts'
import type { CeleryWorker } from '../world/ports/celery.ts'
import type { World, WorldReader } from '../world/world.ts'
import { configured } from './sources.ts'

export type LiveChange = { readonly service: string; readonly concurrency: number }

/** Nothing in a worker says whose change it was: its size alone. */
export async function liveProgress(
  { service, concurrency }: LiveChange,
  read: WorldReader,
): Promise<Progress> {
  const workers = await workersOf(service, read)
  const changed = workers.filter(({ processes }) => processes === concurrency).length
  if (changed === workers.length) return { kind: 'done', by: 'as-wished' }
  const why = `${changed} of ${workers.length} workers have ${concurrency} processes`
  return changed === 0 ? { kind: 'absent' } : { kind: 'unknown', why, operation: null }
}

export async function resizeLive(
  clearance: Clearance,
  { target }: Intent,
  { service, concurrency }: LiveChange,
  { read, write }: World,
): Promise<Sent> {
  const workers = (await workersOf(service, read)).map(({ name }) => name)
  await configured(write.celery).resizePool(clearance, { target, workers, processes: concurrency })
  return { kind: 'done' }
}

export function expectedLive({ service, concurrency }: LiveChange): readonly Expectation[] {
  const fact = `services.${service}.liveConcurrency`
  return [{ fact, predicted: concurrency, holds: 'until-restart' }]
}

/** All of the service's, or a Fault: a silent one would be left out, and nobody would know. */
async function workersOf(service: string, read: WorldReader): Promise<readonly CeleryWorker[]> {
  const { listening, workers } = await configured(read.celery).snapshot()
  const own = workers.filter((worker) => worker.service === service)
  if (workers.length < listening)
    throw new Fault('time-out', 'no', `${listening - workers.length} workers do not answer`)
  if (own.length === 0) throw new Fault('not-found', 'no', `no worker of ${service} listens`)
  return own
}
