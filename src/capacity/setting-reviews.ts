/**
 * What a person should look at although no number says so: another worker class, two beats, no
 * instance kept warm. capacity.md, 4.
 */
import { tierOf } from './cloud-sql.ts'
import type { Outlook } from './outlook.ts'
import { because, type Reason } from './reason.ts'
import type { Database, Replica, System, WebService } from './system.ts'

export function settingReviewsOf(outlook: Outlook): readonly Reason[] {
  return [...webReviews(outlook), ...beatReviews(outlook), ...replicaReviews(outlook)]
}

function webReviews({ before, after }: Outlook): readonly Reason[] {
  return Object.entries(after.services).flatMap(([name, service]) => {
    const was = before.services[name]
    if (service.kind !== 'web' || was?.kind !== 'web') return []
    const subject = `services.${name}`
    return [
      ...workerClassReview(subject, { was, service }),
      ...minimumReview(subject, { was, service }),
    ]
  })
}

type Change = { readonly was: WebService; readonly service: WebService }

/**
 * As configured, or as gunicorn takes it: sync with threads runs as gthread. facts/workload.md, 1.
 */
function workerClassReview(subject: string, { was, service }: Change): readonly Reason[] {
  const isSame =
    was.gunicorn.workerClass === service.gunicorn.workerClass &&
    runningClass(was) === runningClass(service)
  if (isSame) return []
  const values = { from: runningClass(was), to: runningClass(service) }
  return [because('worker-class-changes', { weight: 'review', subject }, values)]
}

function runningClass({ gunicorn }: WebService): string {
  return gunicorn.workerClass === 'sync' && gunicorn.threads > 1 ? 'gthread' : gunicorn.workerClass
}

function minimumReview(subject: string, { was, service }: Change): readonly Reason[] {
  if (service.minInstances > 0 || was.minInstances === 0) return []
  const numbers = { before: was.minInstances, after: 0 }
  return [
    because('min-instances-zero', { weight: 'review', subject, ...numbers }, { service: subject }),
  ]
}

function beatReviews({ phases }: Outlook): readonly Reason[] {
  return phases.flatMap(({ phase }) => {
    if (phase.kind === 'disruption') return []
    return Object.values(phase.system.services).flatMap(({ kind, replaces }) =>
      kind === 'celery-beat' && replaces !== undefined
        ? [
            because(
              'two-beats',
              { weight: 'review', subject: `services.${replaces}` },
              { service: replaces },
            ),
          ]
        : [],
    )
  })
}

/** A replica that becomes smaller than its primary, or is born so. */
function replicaReviews({ before, after }: Outlook): readonly Reason[] {
  return replicasOf(after).flatMap(({ name, databaseName, replica, primary }) => {
    if (!isSmaller(replica, primary)) return []
    const old = before.databases[databaseName]
    const was = old?.replicas[name]
    if (old !== undefined && was !== undefined && isSmaller(was, old)) return []
    const subject = `databases.${databaseName}.replicas.${name}`
    const values = { tier: replica.tier, primaryTier: primary.tier }
    return [because('replica-smaller', { weight: 'review', subject }, values)]
  })
}

function replicasOf({ databases }: System) {
  return Object.entries(databases).flatMap(([databaseName, primary]) =>
    Object.entries(primary.replicas).map(([name, replica]) => ({
      name,
      databaseName,
      replica,
      primary,
    })),
  )
}

function isSmaller(replica: Replica, primary: Database): boolean {
  const [own, above] = [tierOf(replica), tierOf(primary)]
  if (own === null || above === null) return false
  return own.vcpus < above.vcpus || own.memoryMib < above.memoryMib
}
