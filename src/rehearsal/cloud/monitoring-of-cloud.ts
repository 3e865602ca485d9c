/** Cloud Monitoring over the rest of the local cloud: it measures what the instances are at a moment. */
import { type Monitoring, type MonitoringMeans, openMonitoring } from './monitoring.ts'
import { readSite, vcpusOf } from './site.ts'
import { isDown, revisionAt, type SqlInstance } from './sql-instance.ts'

type Options = {
  readonly project: string
  readonly document?: string
  readonly users?: (at: number) => number
}

type Rest = Pick<MonitoringMeans, 'clock' | 'speed' | 'newId' | 'trouble'>

export function monitoringOf(
  { project, document, users }: Options,
  instances: ReadonlyMap<string, SqlInstance>,
  rest: Rest,
): Monitoring {
  return openMonitoring({
    ...{ project, site: readSite(document, project), ...rest },
    ...(users === undefined ? {} : { users }),
    database: (name, at) => {
      const instance = instances.get(name)
      if (instance === undefined) return null
      const vcpus = vcpusOf(revisionAt(instance, at).settings.tier)
      return { vcpus, isDown: isDown(instance, at) }
    },
  })
}
