/**
 * What every change of a Cloud Run service shares: its one write, the look for it, and its roll-out,
 * which is watched until the new revision serves. writes.md.
 */
import type { System } from '../capacity/system.ts'
import type { Expectation, Intent, Json, OperationStatus, Progress, Sent } from '../define/step.ts'
import type { Clearance } from '../world/clearance.ts'
import { Fault } from '../world/fault.ts'
import type {
  CloudRunReader,
  CloudRunService,
  CloudRunWriter,
  ServiceSetting,
  SettingValue,
} from '../world/ports/cloud-run.ts'
import type { World, WorldReader } from '../world/world.ts'
import { versionOf } from './cloud-sql-patch.ts'

export type ServiceChange = {
  readonly service: string
  readonly settings: ReadonlyMap<ServiceSetting, SettingValue>
  /** The revision that takes all requests. */
  readonly traffic?: string
}

export function cloudRunReader(read: WorldReader): CloudRunReader {
  if ('unconfigured' in read.cloudRun) throw new Fault('unreachable', 'no', read.cloudRun.remedy)
  return read.cloudRun
}

function cloudRunWriter({ write }: World): CloudRunWriter {
  if ('unconfigured' in write.cloudRun) throw new Fault('unreachable', 'no', write.cloudRun.remedy)
  return write.cloudRun
}

/** What the gate must see of a service before it is written to. */
export function serviceFacts(service: string, settings: readonly string[]): readonly string[] {
  return [...settings, 'etag', 'operation'].map((field) => `services.${service}.${field}`)
}

/** What is asked for; what was left out stays as it is. */
export function wishedSettings(
  wishes: readonly (readonly [ServiceSetting, SettingValue | undefined])[],
): ServiceChange['settings'] {
  return new Map(
    wishes.flatMap(([setting, value]) => (value === undefined ? [] : [[setting, value]])),
  )
}

export async function sendChange(
  clearance: Clearance,
  intent: Intent,
  change: ServiceChange,
  world: World,
): Promise<Sent> {
  const etag = versionOf(intent)
  const { name } = await cloudRunWriter(world).patch(clearance, {
    ...change,
    ...{ etag, intent: intent.id },
  })
  return { kind: 'operation', operation: [change.service, intent.id, name].join('/') }
}

/** Did this write happen? Read only. A wish and its mark are one object there, so they come together. */
export async function changeProgress(
  intent: Intent,
  change: ServiceChange,
  read: WorldReader,
): Promise<Progress> {
  const reader = cloudRunReader(read)
  const found = await reader.service(change.service)
  if (await isMine(reader, found, { service: change.service, intent: intent.id }))
    return found.isReconciling || found.problem !== null
      ? { kind: 'running', operation: [change.service, intent.id].join('/') }
      : { kind: 'done', by: 'me' }
  const isSettled = !found.isReconciling && found.problem === null
  const isMoved = isSettled && found.etag !== intent.version
  return isMoved && isAsWished(found, change)
    ? { kind: 'done', by: 'as-wished' }
    : { kind: 'absent' }
}

/**
 * `<service>/<intent>`, and Google's own operation where the reply came. That one being done is not
 * enough: a revision that never became ready leaves the old one serving. facts/workload.md, 2.
 */
export async function watchRollOut(operation: string, read: WorldReader): Promise<OperationStatus> {
  const [service = '', intent = '', name] = operation.split('/')
  const reader = cloudRunReader(read)
  const asked = name === undefined ? null : await reader.operation(service, name)
  if (asked !== null && !asked.isDone) return { kind: 'running' }
  const found = await reader.service(service)
  if (asked === null || asked.error === null)
    if (found.isReconciling || !(await isMine(reader, found, { service, intent })))
      return { kind: 'running' }
  const problem = asked?.error ?? found.problem
  if (problem === null) return { kind: 'ended', error: null }
  const serving = found.serving.map(({ revision }) => revision).join(', ')
  return { kind: 'ended', error: `${problem} ${serving} still serves.` }
}

/** By the mark, or by the revision that carries its name where somebody wrote over the mark. */
async function isMine(
  reader: CloudRunReader,
  found: CloudRunService,
  { service, intent }: { readonly service: string; readonly intent: string },
): Promise<boolean> {
  return found.intent === intent || (await reader.revisionOf(service, intent)) !== null
}

function isAsWished({ settings, serving }: CloudRunService, change: ServiceChange): boolean {
  const isSet = [...change.settings].every(([setting, value]) => {
    const reading = settings.get(setting)
    return reading?.kind === 'read' && reading.value === value
  })
  const isRouted =
    change.traffic === undefined ||
    (serving.length === 1 && serving[0]?.revision === change.traffic)
  return isSet && isRouted
}

/** Each setting as the forecast leaves it. */
export function expectedSettings(
  after: System,
  { service, settings }: ServiceChange,
): readonly Expectation[] {
  return [...settings.keys()].map((setting) => ({
    fact: `services.${service}.${setting}`,
    predicted: settingIn(after, service, setting),
  }))
}

function settingIn({ services }: System, service: string, setting: ServiceSetting): Json {
  const value = setting
    .split('.')
    .reduce<unknown>(
      (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : null),
      services[service],
    )
  return typeof value === 'number' || typeof value === 'string' ? value : null
}
