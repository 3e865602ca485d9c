/** A write to Cloud Run that did not go well: what reached it, and what is known afterwards. */
import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connectCloudRun } from '../../src/world/cloud-run.ts'
import { faultOf } from './tuki-cloud.ts'
import { boundText, documentOf, tukiRun } from './tuki-run.ts'

const settings = { maxInstances: 150 } as const

describe('the clearance', () => {
  test('past sendBefore nothing is sent', async () => {
    const { writer, clock, clearance, change, sent } = await tukiRun()
    const wished = await change(settings)
    const late = clearance()
    clock.forward(5_001)
    expect(await faultOf(writer.patch(late, wished))).toMatchObject({ code: 'expired', sent: 'no' })
    expect(sent()).toEqual([])
  })

  test('it is looked at when the connection stands, not when the call began', async () => {
    const { writer, cloud, clock, clearance, change, sent } = await tukiRun()
    const wished = await change(settings)
    const cleared = clearance()
    const reads = cloud.requests.length
    const work = faultOf(writer.patch(cleared, wished))
    while (cloud.requests.length === reads) await new Promise((done) => setImmediate(done))
    clock.forward(6_000)
    expect(await work).toMatchObject({ code: 'expired', sent: 'no' })
    expect(sent()).toEqual([])
  })

  test('of two patches at the same moment with one clearance one is sent', async () => {
    const { writer, clearance, change, sent } = await tukiRun()
    const once = clearance()
    const wished = await change(settings)
    const outcomes = await Promise.allSettled([
      writer.patch(once, wished),
      writer.patch(once, wished),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(sent()).toHaveLength(1)
  })

  test('one for another service sends nothing', async () => {
    const { writer, clearance, change, sent } = await tukiRun()
    const other = clearance('services.celery-worker')
    const fault = await faultOf(writer.patch(other, await change(settings)))
    expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(sent()).toEqual([])
  })
})

describe('a write that is refused', () => {
  test('a version that moved is seen before anything is sent', async () => {
    const { writer, cloud, clock, clearance, change, sent } = await tukiRun()
    const stale = await change(settings)
    await writer.patch(clearance(), stale)
    clock.forward(30_000)
    const again = await faultOf(writer.patch(clearance(), { ...stale, intent: 'i-2' }))
    expect(again).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect([sent().length, cloud.writes]).toEqual([1, 1])
  })

  test('one that moved behind a lagging read is refused by Cloud Run itself, with 409', async () => {
    const { writer, cloud, clock, clearance, change, sent } = await tukiRun({ readLagMs: 3_000 })
    clock.forward(3_000)
    const stale = await change(settings)
    await writer.patch(clearance(), stale)
    const again = await faultOf(writer.patch(clearance(), stale))
    expect(again).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(again.message).toContain('409')
    expect([sent().length, cloud.writes]).toEqual([2, 1])
  })

  test.each([
    ['rate-limited', 'rate-limited', 6_000],
    ['stale', 'version-moved', null],
    ['busy', 'version-moved', null],
    ['forbidden', 'forbidden', null],
  ] as const)('%s is a no, sent once and never again', async (how, code, retryAfterMs) => {
    const { writer, cloud, clearance, change, sent } = await tukiRun({ speed: 10 })
    const wished = await change(settings)
    cloud.provoke({ on: 'write', how })
    const fault = await faultOf(writer.patch(clearance(), wished))
    expect(fault).toMatchObject({ code, sent: 'no', retryAfterMs })
    expect([sent().length, cloud.writes]).toEqual([1, 0])
  })

  test('what Cloud Run has no shape for is invalid, with its own words', async () => {
    const { writer, cloud, clearance, change } = await tukiRun()
    const fault = await faultOf(writer.patch(clearance(), await change({ memoryGib: 32 })))
    expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(fault.message).toContain('does not go with 4 CPU')
    expect(cloud.writes).toBe(0)
  })

  test.for([
    ['a pooler without an address', { 'database.through': 'another' }, /names no host of another/],
    ['a setting without a binding', { 'celery.concurrency': 6 }, /binds celery.concurrency to/],
  ] as const)('%s is refused before anything is sent', async ([, wished, why]) => {
    const { writer, clearance, change, sent } = await tukiRun()
    const fault = await faultOf(writer.patch(clearance(), await change(wished)))
    expect(fault).toMatchObject({
      code: 'invalid',
      sent: 'no',
      message: expect.stringMatching(why),
    })
    expect(sent()).toEqual([])
  })
})

describe('a write whose fate is not known', () => {
  test('a reply lost after it took effect is unknown; a second send finds the first', async () => {
    const { reader, writer, cloud, clock, clearance, change } = await tukiRun()
    const wished = await change({ concurrency: 36 })
    cloud.provoke({ on: 'write', how: 'reply-lost' })
    const fault = await faultOf(writer.patch(clearance(), wished))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'unknown' })
    expect((await reader.service('backend')).intent).toBe('i-1')
    expect(await reader.revisionOf('backend', 'i-1')).toMatchObject({ isReady: false })
    clock.forward(30_000)
    const again = await faultOf(writer.patch(clearance(), wished))
    expect(again).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(cloud.writes).toBe(1)
  })

  test('a request lost on its way is unknown too, and nothing is there', async () => {
    const { reader, writer, cloud, clearance, change, sent } = await tukiRun()
    const wished = await change(settings)
    cloud.provoke({ on: 'write', how: 'request-lost' })
    const fault = await faultOf(writer.patch(clearance(), wished))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'unknown' })
    expect((await reader.service('backend')).intent).toBeNull()
    expect([sent().length, cloud.writes]).toEqual([1, 0])
  })

  test('503 is unknown, whether it took effect or not, and is never sent again', async () => {
    const { writer, cloud, clearance, change, sent } = await tukiRun()
    const wished = await change(settings)
    cloud.provoke({ on: 'write', how: 'unavailable' })
    const before = await faultOf(writer.patch(clearance(), wished))
    expect(before).toMatchObject({ code: 'server-error', sent: 'unknown' })
    expect([sent().length, cloud.writes]).toEqual([1, 0])
    cloud.provoke({ on: 'write', how: 'reply-unavailable' })
    const after = await faultOf(writer.patch(clearance(), wished))
    expect(after).toMatchObject({ code: 'server-error', sent: 'unknown' })
    expect([sent().length, cloud.writes]).toEqual([2, 1])
  })

  test('no answer in time is unknown', async () => {
    const { writer, cloud, clearance, change } = await tukiRun({ timeOutMs: 500 })
    const wished = await change(settings)
    cloud.provoke({ on: 'write', how: 'silence' })
    const fault = await faultOf(writer.patch(clearance(), wished))
    expect(fault).toMatchObject({ code: 'time-out', sent: 'unknown' })
    expect(cloud.writes).toBe(1)
  })

  test.for([
    [412, 'version-moved', 'no'],
    [408, 'time-out', 'unknown'],
    [200, 'unreadable', 'unknown'],
    [502, 'server-error', 'unknown'],
  ] as const)('a page of HTML with %i is %s, sent: %s', async ([status, code, sent]) => {
    const { cloud, clock, clearance, change } = await tukiRun()
    const wished = await change(settings)
    const proxied = await startProxy(cloud.root, status)
    const document = documentOf(boundText)
    const { writer } = connectCloudRun({ document, apiRoot: proxied.root, clock })
    const fault = await faultOf(writer.patch(clearance(), wished))
    expect(fault).toMatchObject({ code, sent })
    expect(proxied.patches()).toBe(1)
  })

  test('a refused connection is unreachable, and nothing was sent', async () => {
    const { writer, cloud, clearance, change } = await tukiRun()
    const wished = await change(settings)
    await cloud.stop()
    const fault = await faultOf(writer.patch(clearance(), wished))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'no' })
  })
})

/** Passes reads on, and answers a PATCH with a page of its own. */
async function startProxy(root: string, status: number) {
  let patches = 0
  const server = createServer(async (request, response) => {
    if (request.method === 'PATCH') {
      patches += 1
      request.resume()
      response.writeHead(status, { 'content-type': 'text/html' })
      response.end('<html>Welcome to the hotel</html>')
      return
    }
    const answer = await fetch(`${root}${request.url}`)
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => void server.close())
  const { port } = z.object({ port: z.int() }).parse(server.address())
  return { root: `http://127.0.0.1:${port}`, patches: () => patches }
}
