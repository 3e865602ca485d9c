/** Writes the dashboard of the System to Cloud Monitoring. facts/page.md, 5. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { contentDigest, dashboardId, dashboardOf, limitsOn } from '../world/monitored/dashboard.ts'
import { intentLabel, versionOf } from './cloud-sql-patch.ts'
import { absentVersion, usableOf } from './monitoring-writes.ts'
import { settled } from './predicting.ts'
import { configured, noOperation } from './sources.ts'

export const applyDashboards = defineStep({
  name: 'apply-dashboards',
  title: 'Write the dashboards',
  risk: 'safe',
  guard: 'version',
  minutes: 2,
  input: z.strictObject({}),
  examples: [{}],
  target: () => 'dashboards',
  needs: () => ['dashboards.etag'],
  missing: () => null,
  effect: () => ({ code: 'apply-dashboards', values: {} }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  unable: () => null,
  probe: async (intent, _input, read) => {
    const marks = await configured(read.monitoring).dashboardLabels()
    return marks.some((labels) => labels[intentLabel] === intent.id)
      ? { kind: 'done', by: 'me' }
      : { kind: 'absent' }
  },
  perform: async (clearance, intent, _input, { write }, system) => {
    const version = versionOf(intent)
    await configured(write.monitoring).putDashboard(clearance, {
      ...dashboardOf(system, usableOf(system)),
      id: dashboardId(system),
      etag: version === absentVersion ? null : version,
      labels: { [intentLabel]: intent.id },
    })
    return { kind: 'done' }
  },
  poll: noOperation,
  expects: (after) => {
    const wished = dashboardOf(after, usableOf(after))
    return [
      { fact: 'dashboards.content', predicted: contentDigest(wished) },
      { fact: 'dashboards.limits', predicted: limitsOn(wished) },
    ]
  },
  undo: () => ({ kind: 'cannot', because: 'the dashboard before is not kept' }),
})
