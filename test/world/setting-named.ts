/** A setting of a service by its name, for tests that hold names as text. */
import type { ServiceSetting } from '../../src/world/ports/cloud-run.ts'

const settingNames: readonly ServiceSetting[] = [
  ...(['minInstances', 'maxInstances', 'concurrency', 'cpu', 'memoryGib'] as const),
  ...(['gunicorn.workerClass', 'gunicorn.workers', 'gunicorn.threads'] as const),
  ...(['django.connMaxAgeSeconds', 'database.through'] as const),
  ...(['celery.concurrency', 'celery.prefetchMultiplier'] as const),
]

export function settingNamed(name: string): ServiceSetting {
  const found = settingNames.find((one) => one === name)
  if (found === undefined) throw new Error(`no setting ${name}`)
  return found
}
