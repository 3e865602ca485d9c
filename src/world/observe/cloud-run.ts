/** The facts of every service and worker pool that the document binds to its resource. */
import { type Bound, boundService, settingsOf } from '../cloud-run-bindings.ts'
import type { CloudRunReader, CloudRunService, ServiceSetting } from '../ports/cloud-run.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const adminApi = 'Cloud Run Admin API'

/** A service without `bindings.resource` is not looked for: nobody says where it is. */
export function cloudRunFacts(
  document: Bound,
  cloudRun: CloudRunReader,
  clock: Clock,
): readonly Promise<readonly Fact[]>[] {
  return Object.keys(document.services).flatMap((name) => {
    const bound = boundService(document, name)
    return bound === null ? [] : [serviceFacts(name, settingsOf(bound), cloudRun, clock)]
  })
}

const gateFields = ['etag', 'operation', 'revision', 'latestReadyRevision'] as const

async function serviceFacts(
  name: string,
  settings: readonly ServiceSetting[],
  cloudRun: CloudRunReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const path = `services.${name}`
  const names = [...settings, ...gateFields].map((field) => `${path}.${field}`)
  return factsOr(names, adminApi, async () => {
    const observedAt = clock.now()
    const service = await cloudRun.service(name)
    // As with clocks: that its last change came true is no news.
    const { problem } = service
    return [
      ...settings.map((setting) => settingFact(path, setting, service, observedAt)),
      ...observed(path, gateValues(service), adminApi, observedAt),
      ...(problem === null ? [] : observed(path, { problem }, adminApi, observedAt)),
    ]
  })
}

function settingFact(
  path: string,
  setting: ServiceSetting,
  { settings }: CloudRunService,
  observedAt: number,
): Fact {
  const common = { name: `${path}.${setting}`, source: adminApi }
  const reading = settings.get(setting)
  return reading?.kind === 'read'
    ? { kind: 'observed', ...common, value: reading.value, observedAt }
    : { kind: 'unavailable', ...common, why: reading?.why ?? 'nobody said' }
}

/** `operation`: what is under way, by the revision that comes of it. */
function gateValues(service: CloudRunService): Record<(typeof gateFields)[number], unknown> {
  const { etag, isReconciling, latestCreatedRevision, latestReadyRevision, serving } = service
  const [first, ...others] = serving
  return {
    etag,
    operation: isReconciling ? (latestCreatedRevision ?? 'a roll-out') : null,
    revision: others.length === 0 ? (first?.revision ?? null) : null,
    latestReadyRevision,
  }
}
