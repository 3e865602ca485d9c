/** The local Cloud Monitoring refuses what Google refuses, with Google's words, over plain HTTP. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { tukiMonitoring } from '../../world/tuki-monitoring.ts'

const refused = z.object({ error: z.looseObject({ message: z.string(), status: z.string() }) })

async function opened() {
  const { cloud, clock } = await tukiMonitoring()
  const send = async (method: string, path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${cloud.root}${path}`, { method, ...sent })
    const json: unknown = await response.json()
    return { status: response.status, json }
  }
  const series = (changed: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({
      filter: 'metric.type="run.googleapis.com/request_count"',
      'interval.startTime': new Date(clock.now() - 900_000).toISOString(),
      'interval.endTime': new Date(clock.now()).toISOString(),
      'aggregation.alignmentPeriod': '60s',
      'aggregation.perSeriesAligner': 'ALIGN_RATE',
      view: 'FULL',
      ...changed,
    })
    return send('GET', `/v3/projects/tukiprod/timeSeries?${query}`)
  }
  return { cloud, send, series }
}

describe('time series are asked for as Google wants it', () => {
  test('as it is, it is answered', async () => {
    expect((await (await opened()).series({})).status).toBe(200)
  })

  test.for([
    ['a metric is named', { filter: 'resource.type="x"' }, 400, /single metric type/],
    ['a filter can be parsed', { filter: 'metric.type=x' }, 400, /Could not parse/],
    ['a metric is known', { filter: 'metric.type="run.googleapis.com/x"' }, 400, /combination/],
    ['a custom one was written', { filter: 'metric.type="custom.googleapis.com/x"' }, 404, /find/],
    ['rates are of counters', { filter: gauge() }, 400, /cannot be applied.*GAUGE/],
    ['counters are no gauges', aligner('ALIGN_MAX'), 400, /cannot be applied.*DELTA/],
    ['an aligner is one', aligner('ALIGN_FOO'), 400, /perSeriesAligner/],
    ['percentiles are of distributions', { [reducer]: 'REDUCE_PERCENTILE_95' }, 400, /INT64/],
    ['a minute is the least', { 'aggregation.alignmentPeriod': '10s' }, 400, /at least 60s/],
    ['an end is after its start', { 'interval.startTime': '2030-01-01T00:00:00Z' }, 400, /after/],
    ['a field is known', { surprise: '1' }, 400, /surprise/],
  ] as const)('%s', async ([, changed, status, message]) => {
    const answer = await (await opened()).series(changed)
    expect(answer.status).toBe(status)
    expect(refused.parse(answer.json).error.message).toMatch(message)
  })
})

const reducer = 'aggregation.crossSeriesReducer'

function gauge(): string {
  return 'metric.type="run.googleapis.com/container/instance_count"'
}

function aligner(name: string) {
  return { 'aggregation.perSeriesAligner': name }
}

const policies = '/v3/projects/tukiprod/alertPolicies'

describe('an alert policy is judged before it is kept', () => {
  const conditionThreshold = {
    filter: gauge(),
    aggregations: [{ alignmentPeriod: '60s', perSeriesAligner: 'ALIGN_MAX' }],
    ...{ comparison: 'COMPARISON_GT', thresholdValue: 3, duration: '120s' },
  }
  const policy = { displayName: 'p', combiner: 'OR', conditions: [condition(conditionThreshold)] }

  function condition(threshold: object) {
    return { displayName: 'c', conditionThreshold: threshold }
  }

  test('as it is, it is kept, named and dated', async () => {
    const { send } = await opened()
    const { status, json } = await send('POST', policies, policy)
    expect([status, json]).toMatchObject([
      200,
      {
        name: expect.stringMatching(/^projects\/tukiprod\/alertPolicies\//),
        conditions: [{ name: expect.stringMatching(/\/conditions\//) }],
        mutationRecord: { mutateTime: '2026-12-01T14:00:00.000Z' },
      },
    ])
  })

  test.for([
    ['it has a condition', { conditions: [] }, /between 1 and 6/],
    ['it has a combiner', { combiner: 0 }, /combiner/],
    ['its filter names a metric', withThreshold({ filter: 'a="b"' }), /parse/],
    ['it is aligned', withThreshold({ aggregations: [] }), /aggregations/],
    ['it lasts whole minutes', withThreshold({ duration: '90s' }), /multiple of 60s/],
    ['its comparison is one', withThreshold({ comparison: 'COMPARISON_ODD' }), /comparison/],
    ['its labels are labels', { userLabels: { A: 'b' } }, /Label "A"/],
    ['its channels exist', { notificationChannels: ['projects/tukiprod/x'] }, /channel/],
    ['its fields are known', { surprise: 1 }, /surprise/],
  ] as const)('%s', async ([, changed, message]) => {
    const { cloud, send } = await opened()
    const { status, json } = await send('POST', policies, { ...policy, ...changed })
    expect([400, 404]).toContain(status)
    expect(refused.parse(json).error.message).toMatch(message)
    expect(cloud.monitoring.writes).toBe(0)
  })

  function withThreshold(changed: object) {
    return { conditions: [condition({ ...conditionThreshold, ...changed })] }
  }

  test('a mask keeps the rest; an unknown one, and a strange condition, are refused', async () => {
    const { cloud, send } = await opened()
    const [seeded] = cloud.monitoring.policies()
    const path = `/v3/${seeded?.name}`
    const named = await send('PATCH', `${path}?updateMask=display_name`, { displayName: 'other' })
    expect(named.json).toMatchObject({ displayName: 'other', conditions: seeded?.conditions })
    expect((await send('PATCH', `${path}?updateMask=colour`, {})).status).toBe(400)
    const strange = { conditions: [{ ...policy.conditions[0], name: 'projects/other/c' }] }
    expect((await send('PATCH', `${path}?updateMask=conditions`, strange)).status).toBe(400)
    const anew = await send('PATCH', `${path}?updateMask=conditions`, policy)
    expect(anew.json).not.toMatchObject({ conditions: [{ name: seeded?.conditions[0]?.name }] })
    expect((await send('PATCH', `${policies}/none`, {})).status).toBe(404)
  })
})

describe('a dashboard is judged before it is kept', () => {
  const dashboards = '/v1/projects/tukiprod/dashboards'
  const name = 'projects/tukiprod/dashboards/d'
  const tile = { width: 6, height: 4, widget: { title: 't' } }
  const dashboard = { name, displayName: 'd', mosaicLayout: { columns: 12, tiles: [tile] } }

  test('its name is taken once, and a replacement brings the etag', async () => {
    const { send } = await opened()
    const { json } = await send('POST', dashboards, dashboard)
    const { etag } = z.looseObject({ etag: z.string() }).parse(json)
    const again = await send('POST', dashboards, dashboard)
    expect([again.status, refused.parse(again.json).error.status]).toEqual([409, 'ALREADY_EXISTS'])
    const bare = await send('PATCH', `${dashboards}/d`, dashboard)
    expect(refused.parse(bare.json).error.message).toMatch(/non empty etag/)
    const other = await send('PATCH', `${dashboards}/d`, { ...dashboard, etag: 'x' })
    expect([other.status, refused.parse(other.json).error.status]).toEqual([409, 'ABORTED'])
    const right = await send('PATCH', `${dashboards}/d`, { ...dashboard, etag })
    expect([right.status, right.json]).not.toMatchObject([200, { etag }])
    expect(right.status).toBe(200)
    expect((await send('GET', `${dashboards}/none`)).status).toBe(404)
    expect((await send('GET', '/v1/projects/other/dashboards/d')).status).toBe(403)
  })

  test.for([
    ['its tiles are within its columns', { ...tile, xPos: 7 }],
    ['its charts have a query', { ...tile, widget: { xyChart: { dataSets: [] } } }],
    ['its widgets are known', { ...tile, widget: { surprise: {} } }],
  ] as const)('%s', async ([, wrong]) => {
    const { cloud, send } = await opened()
    const mosaicLayout = { columns: 12, tiles: [wrong] }
    expect((await send('POST', dashboards, { ...dashboard, mosaicLayout })).status).toBe(400)
    expect(cloud.monitoring.writes).toBe(0)
  })
})
