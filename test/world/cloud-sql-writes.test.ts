/** A write that did not go well: what reached the cloud, and what is known afterwards. */
import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connectCloudSql } from '../../src/world/cloud-sql.ts'
import { faultOf, tuki, upgrade } from './tuki-cloud.ts'

describe('the clearance', () => {
  test('past sendBefore nothing is sent: the cloud has seen no request', async () => {
    const { writer, cloud, clock, clearance } = await tuki()
    const late = clearance()
    clock.forward(5_001)
    const fault = await faultOf(writer.patch(late, upgrade))
    expect(fault).toMatchObject({ code: 'expired', sent: 'no' })
    expect(cloud.requests).toEqual([])
  })

  test('it is spent once: a second patch sends nothing', async () => {
    const { writer, cloud, clearance } = await tuki()
    const once = clearance()
    await writer.patch(once, upgrade)
    const fault = await faultOf(writer.patch(once, { ...upgrade, settingsVersion: '18' }))
    expect(fault).toMatchObject({ code: 'expired', sent: 'no' })
    expect(cloud.requests).toHaveLength(1)
  })

  test('of two patches at the same moment with one clearance one is sent', async () => {
    const { writer, cloud, clearance } = await tuki()
    const once = clearance()
    const outcomes = await Promise.allSettled([
      writer.patch(once, upgrade),
      writer.patch(once, upgrade),
    ])
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(cloud.requests).toHaveLength(1)
  })

  test('one for another database sends nothing', async () => {
    const { writer, cloud, clearance } = await tuki()
    const fault = await faultOf(writer.patch(clearance('databases.tuki-db-replica'), upgrade))
    expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(cloud.requests).toEqual([])
  })

  test('it is looked at when the connection stands, not when the call began', async () => {
    const { writer, cloud, clock, clearance } = await tuki()
    const cleared = clearance()
    const work = faultOf(writer.patch(cleared, upgrade))
    clock.forward(6_000)
    expect(await work).toMatchObject({ code: 'expired', sent: 'no' })
    expect(cloud.requests).toEqual([])
  })

  test('a body that our own schema refuses does not use it up', async () => {
    const { writer, cloud, clearance } = await tuki()
    const cleared = clearance()
    const shouting = { ...upgrade, userLabels: { Intent: 'I1' } }
    const fault = await faultOf(writer.patch(cleared, shouting))
    expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(cloud.requests).toEqual([])
    await writer.patch(cleared, upgrade)
    expect(cloud.writes).toBe(1)
  })
})

describe('a write that is refused', () => {
  test('a stale version is refused with 412 and changes nothing', async () => {
    const { writer, cloud, clearance } = await tuki()
    const stale = { ...upgrade, settingsVersion: '16' }
    const fault = await faultOf(writer.patch(clearance(), stale))
    expect(fault).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(cloud.requests).toHaveLength(1)
    expect(cloud.writes).toBe(0)
    expect(cloud.instance('tuki-db-prod').settingsVersion).toBe('17')
  })

  test('while an operation runs, another one is busy', async () => {
    const { writer, cloud, clearance } = await tuki()
    await writer.patch(clearance(), upgrade)
    const next = { ...upgrade, settingsVersion: '18' }
    const fault = await faultOf(writer.patch(clearance(), next))
    expect(fault).toMatchObject({ code: 'busy', sent: 'no' })
    expect(cloud.writes).toBe(1)
  })

  test('a tier that is none is invalid, with Google’s own words', async () => {
    const { writer, cloud, clearance } = await tuki()
    const odd = { ...upgrade, tier: 'db-custom-3-7680' }
    const fault = await faultOf(writer.patch(clearance(), odd))
    expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(fault.message).toContain('Invalid Tier (db-custom-3-7680) for (ENTERPRISE) Edition')
    expect(cloud.writes).toBe(0)
  })

  test.each([
    ['rate-limited', 'rate-limited', 6_000],
    ['busy', 'busy', null],
    ['stale', 'version-moved', null],
    ['forbidden', 'forbidden', null],
  ] as const)('%s is a no, sent once and never again', async (how, code, retryAfterMs) => {
    const { writer, cloud, clearance } = await tuki({ speed: 10 })
    cloud.provoke({ on: 'write', how })
    const fault = await faultOf(writer.patch(clearance(), upgrade))
    expect(fault).toMatchObject({ code, sent: 'no', retryAfterMs })
    expect(cloud.requests).toHaveLength(1)
    expect(cloud.writes).toBe(0)
  })

  test('an instance that does not exist is not-found', async () => {
    const { writer, clearance } = await tuki()
    const nowhere = { ...upgrade, instance: 'tuki-db-test' }
    const fault = await faultOf(writer.patch(clearance('databases.tuki-db-test'), nowhere))
    expect(fault).toMatchObject({ code: 'not-found', sent: 'no' })
  })
})

describe('a write whose fate is not known', () => {
  test('a reply lost after the write took effect is unknown, and the write is there', async () => {
    const { reader, writer, cloud, clock, clearance } = await tuki()
    cloud.provoke({ on: 'write', how: 'reply-lost' })
    const fault = await faultOf(writer.patch(clearance(), upgrade))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'unknown' })
    expect(cloud.requests).toHaveLength(1)
    expect(await reader.operations('tuki-db-prod')).toMatchObject([{ status: 'pending' }])
    clock.forward(120_000)
    const { tier, userLabels } = await reader.instance('tuki-db-prod')
    expect(tier).toBe('db-custom-8-30720')
    expect(userLabels['plimsoll-intent']).toBe('i1')
    const again = await faultOf(writer.patch(clearance(), upgrade))
    expect(again.code).toBe('version-moved')
    expect(cloud.writes).toBe(1)
  })

  test('the host may drop the reply in exactly that moment', async () => {
    const seen: unknown[] = []
    const { writer, cloud, clearance } = await tuki({
      beforeReply: async (request) => {
        seen.push([request.method, request.path])
        return 'drop'
      },
    })
    const fault = await faultOf(writer.patch(clearance(), upgrade))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'unknown' })
    expect(seen).toEqual([['PATCH', '/v1/projects/tukiprod/instances/tuki-db-prod']])
    expect(cloud.writes).toBe(1)
  })

  test('a request lost on its way is unknown too, and nothing is there', async () => {
    const { reader, writer, cloud, clearance } = await tuki()
    cloud.provoke({ on: 'write', how: 'request-lost' })
    const fault = await faultOf(writer.patch(clearance(), upgrade))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'unknown' })
    expect(await reader.operations('tuki-db-prod')).toEqual([])
    expect([cloud.requests.length, cloud.writes]).toEqual([2, 0])
  })

  test('503 is unknown, whether it took effect or not, and is never sent again', async () => {
    const { writer, cloud, clearance } = await tuki()
    cloud.provoke({ on: 'write', how: 'unavailable' })
    const before = await faultOf(writer.patch(clearance(), upgrade))
    expect(before).toMatchObject({ code: 'server-error', sent: 'unknown' })
    expect([cloud.requests.length, cloud.writes]).toEqual([1, 0])
    cloud.provoke({ on: 'write', how: 'reply-unavailable' })
    const after = await faultOf(writer.patch(clearance(), upgrade))
    expect(after).toMatchObject({ code: 'server-error', sent: 'unknown' })
    expect([cloud.requests.length, cloud.writes]).toEqual([2, 1])
  })

  test('no answer in time is unknown', async () => {
    const { reader, writer, cloud, clearance } = await tuki({}, 1_000)
    await reader.instance('tuki-db-prod')
    cloud.provoke({ on: 'write', how: 'silence' })
    const fault = await faultOf(writer.patch(clearance(), upgrade))
    expect(fault).toMatchObject({ code: 'time-out', sent: 'unknown' })
    expect(cloud.writes).toBe(1)
  })

  test('an answer that is not Google’s is unreadable and unknown', async () => {
    const { clearance, clock } = await tuki()
    const proxy = createServer((_, response) => response.end('<html>Welcome to the hotel</html>'))
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    onTestFinished(async () => void proxy.close())
    const { port } = z.object({ port: z.int() }).parse(proxy.address())
    const apiRoot = `http://127.0.0.1:${port}`
    const { reader, writer } = connectCloudSql({ project: 'tukiprod', apiRoot, clock })
    const fault = await faultOf(writer.patch(clearance(), upgrade))
    expect(fault).toMatchObject({ code: 'unreadable', sent: 'unknown' })
    const read = await faultOf(reader.instance('tuki-db-prod'))
    expect(read).toMatchObject({ code: 'unreadable', sent: 'no' })
  })

  test('a refused connection is unreachable, and nothing was sent', async () => {
    const { reader, writer, cloud, clearance } = await tuki()
    await cloud.stop()
    const cleared = clearance()
    const fault = await faultOf(writer.patch(cleared, upgrade))
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'no' })
    expect((await faultOf(reader.instance('tuki-db-prod'))).code).toBe('unreachable')
  })
})
