/** Writes to Cloud Monitoring, well and badly ended: what reached it, and what is known afterwards. */
import { describe, expect, test } from 'vitest'
import { intentLabel } from '../../src/steps/cloud-sql-patch.ts'
import type { Clearance } from '../../src/world/clearance.ts'
import { contentDigest, dashboardOf, limitsOn } from '../../src/world/monitored/dashboard.ts'
import { databaseMetrics } from '../../src/world/monitored/metrics.ts'
import { site } from '../runs/process.ts'
import { faultOf, patientMs } from './tuki-cloud.ts'
import { tukiMonitoring } from './tuki-monitoring.ts'

type Opened = Awaited<ReturnType<typeof tukiMonitoring>>

const alert = 'db-connections'
const userLabels = { [intentLabel]: 'i1' }

/** Each of the three writes as it is meant, on its own target. */
const writes = [
  {
    what: 'a retarget',
    target: `alerts.${alert}`,
    prepared: async ({ reader, writer }: Opened) => {
      const [policy] = await reader.alertPolicies()
      const [threshold] = policy?.thresholds ?? []
      if (policy === undefined || threshold === undefined) throw new Error('no policy is seeded')
      const { name, mutatedAt } = policy
      const change = { policy: name, mutatedAt, condition: threshold.name, threshold: 312 }
      return (clearance: Clearance) => writer.retarget(clearance, { alert, ...change, userLabels })
    },
  },
  {
    what: 'a creation',
    target: `alerts.${alert}`,
    prepared: async ({ reader, writer }: Opened) => {
      const channels = (await reader.channels()).slice(0, 1).map(({ name }) => name)
      const { sessions } = databaseMetrics(site, 'tuki-db-prod')
      const creation = { alert, displayName: 'sessions', watched: sessions, threshold: 312 }
      return (clearance: Clearance) =>
        writer.createAlert(clearance, { ...creation, channels, userLabels })
    },
  },
  {
    what: 'a dashboard',
    target: 'dashboards',
    prepared: async ({ writer }: Opened) => {
      const content = dashboardOf(site, () => 390)
      return (clearance: Clearance) =>
        writer.putDashboard(clearance, {
          ...{ ...content, id: 'plimsoll-tuki', etag: null, labels: userLabels },
        })
    },
  },
] as const

async function opened(index: number, timeOutMs = patientMs) {
  const write = writes[index]
  if (write === undefined) throw new Error('no such write')
  const cloud = await tukiMonitoring({}, timeOutMs)
  const send = await write.prepared(cloud)
  return { ...cloud, send, clearance: (target: string = write.target) => cloud.clearance(target) }
}

const cases = writes.map(({ what }, index) => [what, index] as const)

describe('a write that goes well', () => {
  test('moves one number: the condition keeps its name, the rest stays as it was', async () => {
    const { cloud, reader, send, clearance, clock } = await opened(0)
    const [before] = cloud.monitoring.policies()
    clock.forward(1_000)
    await send(clearance())
    const [after] = cloud.monitoring.policies()
    expect(after?.conditions[0]?.conditionThreshold).toEqual({
      ...before?.conditions[0]?.conditionThreshold,
      thresholdValue: 312,
      // The client sends every scalar.
      ...{ denominatorFilter: '', evaluationMissingData: 0 },
    })
    expect(after?.conditions[0]?.name).toBe(before?.conditions[0]?.name)
    expect([after?.displayName, after?.notificationChannels, after?.createdAt]).toEqual([
      ...[before?.displayName, before?.notificationChannels, before?.createdAt],
    ])
    expect(await reader.alertPolicies()).toMatchObject([
      { userLabels, mutatedAt: '2026-12-01T14:00:01.000000000Z' },
    ])
    const patch = cloud.requests.find(({ method }) => method === 'PATCH')
    expect(Object.keys(Object(patch?.body)).sort()).toEqual(['conditions', 'userLabels'])
    expect(cloud.monitoring.writes).toBe(1)
  })

  test('makes a policy that compares what it is to watch, and tells a channel', async () => {
    const { cloud, reader, send, clearance } = await opened(1)
    await send(clearance())
    const made = (await reader.alertPolicies())[1]
    expect(made).toMatchObject({
      ...{ displayName: 'sessions', userLabels },
      channels: [expect.stringMatching(/notificationChannels/)],
    })
    expect(made?.thresholds).toMatchObject([
      { value: 312, filter: databaseMetrics(site, 'tuki-db-prod').sessions.filter },
    ])
    expect(cloud.monitoring.writes).toBe(1)
  })

  test('puts a dashboard that reads back as it was meant, line by line', async () => {
    const { cloud, reader, writer, send, clearance } = await opened(2)
    await send(clearance())
    const read = await reader.dashboard('plimsoll-tuki')
    if (read === null) throw new Error('there is no dashboard')
    expect(contentDigest(read)).toBe(contentDigest(dashboardOf(site, () => 390)))
    expect(limitsOn(read)).toMatchObject({
      'tuki-db-prod sessions: usable': 390,
      'tuki-db-prod sessions: alert db-connections': 648,
      'backend instances: maximum': 200,
    })
    const grown = dashboardOf(site, () => 590)
    const { etag, labels } = read
    const again = { ...grown, id: 'plimsoll-tuki', labels }
    await writer.putDashboard(clearance(), { ...again, etag })
    expect(limitsOn((await reader.dashboard('plimsoll-tuki')) ?? read)).toMatchObject({
      'tuki-db-prod sessions: usable': 590,
    })
    const stale = await faultOf(writer.putDashboard(clearance(), { ...again, etag }))
    expect(stale).toMatchObject({ code: 'version-moved', sent: 'no' })
    const twice = await faultOf(writer.putDashboard(clearance(), { ...again, etag: null }))
    expect(twice).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(cloud.monitoring.writes).toBe(2)
  })
})

describe('the clearance', () => {
  test.for(cases)('%s past sendBefore is not sent', async ([, index]) => {
    const { send, clearance, clock, writesSent } = await opened(index)
    const late = clearance()
    clock.forward(5_001)
    expect(await faultOf(send(late))).toMatchObject({ code: 'expired', sent: 'no' })
    expect(writesSent()).toBe(0)
  })

  test.for(cases)('%s is sent once with one clearance, however often', async ([, index]) => {
    const { send, clearance, writesSent } = await opened(index)
    const once = clearance()
    const outcomes = await Promise.allSettled([send(once), send(once)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(writesSent()).toBe(1)
  })

  test.for(cases)('%s with one for another target is not sent', async ([, index]) => {
    const { send, clearance, writesSent } = await opened(index)
    const fault = await faultOf(send(clearance('databases.tuki-db-prod')))
    expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(writesSent()).toBe(0)
  })
})

describe('a write that goes badly', () => {
  const faults = [
    ['stale', 'version-moved', 'no', 0],
    ['rate-limited', 'rate-limited', 'no', 0],
    ['forbidden', 'forbidden', 'no', 0],
    ['unavailable', 'server-error', 'unknown', 0],
    ['request-lost', 'unreachable', 'unknown', 0],
    ['reply-lost', 'unreachable', 'unknown', 1],
    ['reply-unavailable', 'server-error', 'unknown', 1],
    ['silence', 'time-out', 'unknown', 1],
  ] as const
  const all = cases.flatMap(([what, index]) =>
    faults.map(([how, code, sent, writes]) => ({ what, index, how, code, sent, writes })),
  )

  test.for(all)('$what, $how: $code, sent $sent, and once', async (it) => {
    const { cloud, send, clearance, writesSent } = await opened(
      it.index,
      it.how === 'silence' ? 500 : patientMs,
    )
    cloud.monitoring.provoke({ on: 'write', how: it.how })
    const fault = await faultOf(send(clearance()))
    expect(fault).toMatchObject({ code: it.code, sent: it.sent })
    expect(fault.retryAfterMs).toBe(it.how === 'rate-limited' ? 60_000 : null)
    expect([writesSent(), cloud.monitoring.writes]).toEqual([1, it.writes])
  })

  test('a policy that somebody changed since is not written at all', async () => {
    const { cloud, send, clearance, clock, writesSent } = await opened(0)
    clock.forward(1_000)
    cloud.monitoring.retargetBeside(cloud.monitoring.policies()[0]?.name ?? '', 350)
    expect(await faultOf(send(clearance()))).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(writesSent()).toBe(0)
  })

  test('a label that Google would refuse does not use the clearance up', async () => {
    const { writer, clearance, writesSent } = await opened(2)
    const labels = { Intent: 'I1' }
    const dashboard = { ...dashboardOf(site, () => null), id: 'd', etag: null, labels }
    const cleared = clearance()
    const fault = await faultOf(writer.putDashboard(cleared, dashboard))
    expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
    await writer.putDashboard(cleared, { ...dashboard, labels: {} })
    expect(writesSent()).toBe(1)
  })

  test('a cloud that is gone got nothing', async () => {
    const { cloud, writer, clearance } = await opened(2)
    await cloud.stop()
    const dashboard = { ...dashboardOf(site, () => null), id: 'd', etag: null, labels: {} }
    const fault = await faultOf(writer.putDashboard(clearance(), dashboard))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'no' })
  })
})
