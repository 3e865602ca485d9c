/**
 * Whether one scale step and one step of the processes can follow each other in either order: where
 * each would break what the service itself must hold, the scale step has to be split. capacity.md, 5.
 */
import { isNegative } from '../arithmetic.ts'
import { threadsPerInstance } from '../derive.ts'
import type { Service } from '../system.ts'

export function needsSplit(today: Service, end: Service): boolean {
  if (!isScaled(today, end) || !isReprocessed(today, end)) return false
  const scaledFirst = withProcesses(end, today)
  const processesFirst = withProcesses(today, end)
  return [scaledFirst, processesFirst].every(
    (between) => isBlocked(today, between) || isBlocked(between, end),
  )
}

function isScaled(today: Service, end: Service): boolean {
  return (
    today.cpu !== end.cpu ||
    today.memoryGib !== end.memoryGib ||
    today.minInstances !== end.minInstances ||
    today.maxInstances !== end.maxInstances ||
    (today.kind === 'web' && end.kind === 'web' && today.concurrency !== end.concurrency)
  )
}

function isReprocessed(today: Service, end: Service): boolean {
  if (today.kind === 'web' && end.kind === 'web')
    return (
      today.gunicorn.workers !== end.gunicorn.workers ||
      today.gunicorn.threads !== end.gunicorn.threads
    )
  if (today.kind !== 'celery-worker' || end.kind !== 'celery-worker') return false
  return today.celery.concurrency !== end.celery.concurrency
}

/** The scaling of one with the processes of the other. */
function withProcesses(scaling: Service, processes: Service): Service {
  if (scaling.kind === 'web' && processes.kind === 'web')
    return { ...scaling, gunicorn: processes.gunicorn }
  if (scaling.kind === 'celery-worker' && processes.kind === 'celery-worker')
    return { ...scaling, celery: processes.celery }
  return scaling
}

/** A law of the service's own newly broken, or broken and worse. */
function isBlocked(before: Service, after: Service): boolean {
  const [was, is] = [headrooms(before), headrooms(after)]
  return is.some((room, index) => {
    const old = was[index] ?? 0
    return isNegative(room) && (!isNegative(old) || isNegative(room - old))
  })
}

/** `web-memory` and `web-concurrency`, or `celery-memory`: limit less demand. */
function headrooms(service: Service): readonly number[] {
  const memoryMib = service.memoryGib * 1024
  switch (service.kind) {
    case 'web': {
      const { workers, memoryMibPerWorker } = service.gunicorn
      const threads = threadsPerInstance(service)
      return [memoryMib - workers * memoryMibPerWorker, threads - service.concurrency]
    }
    case 'celery-worker': {
      const { concurrency, memoryMibPerProcess } = service.celery
      return [memoryMib - (concurrency + 1) * memoryMibPerProcess]
    }
    case 'celery-beat':
      return []
  }
}
