/** The simulated Cloud Run behaves as the real adapter does against the local cloud: one contract, run over both. */
import { describe, expect, test } from 'vitest'
import { mintClearance } from '../../src/world/clearance.ts'
import type { CloudRunPatch } from '../../src/world/ports/cloud-run.ts'
import { handClock } from '../world/hand-clock.ts'
import { faultOf } from '../world/tuki-cloud.ts'
import { documentOf, settingsOf, siteText, tukiRun } from '../world/tuki-run.ts'
import { simulateCloudRun, type TestCloudRun } from './simulated-cloud-run.ts'
import type { Mishap } from './simulated-world.ts'

type Opened = { readonly clock: ReturnType<typeof handClock>; readonly cloud: TestCloudRun }
type Opener = (options?: { readonly readLagMs?: number }) => Promise<Opened>

const simulated: Opener = async ({ readLagMs = 0 } = {}) => {
  const clock = handClock()
  const cloud = simulateCloudRun({ clock, document: documentOf(siteText), readLagMs })
  return { clock, cloud }
}

const real: Opener = async ({ readLagMs = 0 } = {}) => {
  const options = { rollOutSeconds: 12, document: siteText, readLagMs }
  const { clock, cloud, reader, writer, sent } = await tukiRun(options)
  const provoke = (mishap: Mishap): void => {
    if (typeof mishap === 'object') throw new Error('the local cloud has no late letters')
    cloud.provoke({ on: 'write', how: mishap })
  }
  const counts = { writes: () => cloud.writes, arrivals: () => sent().length }
  return { clock, cloud: { reader, writer, provoke, ...counts } }
}

const cleared = (clock: Opened['clock'], target = 'services.backend') =>
  mintClearance({ intent: 'i-1', target, request: 'sha', sendBefore: clock.now() + 5_000 })

async function patchOf(
  { cloud }: Opened,
  settings: object,
  intent = 'i-1',
): Promise<CloudRunPatch> {
  const { etag } = await cloud.reader.service('backend')
  return { service: 'backend', etag, intent, settings: settingsOf(settings) }
}

for (const [name, open] of [
  ['the local cloud through the adapter', real],
  ['the simulated world', simulated],
] as const)
  describe(name, () => {
    reads(open)
    writes(open)
    goesWrong(open)
  })

const read = (value: unknown) => ({ kind: 'read', value })

function reads(open: Opener): void {
  test('a service is read whole', async () => {
    const { reader } = (await open()).cloud
    const { settings, etag, serving, latestReadyRevision, ...rest } =
      await reader.service('backend')
    expect(rest).toMatchObject({ isReconciling: false, problem: null, intent: null })
    expect(etag).toMatch(/./)
    expect(serving).toEqual([{ revision: latestReadyRevision, percent: 100 }])
    expect(Object.fromEntries(settings)).toEqual({
      ...{ minInstances: read(3), maxInstances: read(200), concurrency: read(200) },
      ...{ cpu: read(4), memoryGib: read(8), 'database.through': read('direct') },
      ...{ 'gunicorn.workerClass': read('sync'), 'gunicorn.workers': read(9) },
      ...{ 'gunicorn.threads': read(1), 'django.connMaxAgeSeconds': read(0) },
    })
  })

  test('what is not there is not-found, or none', async () => {
    const { reader } = (await open()).cloud
    expect(await faultOf(reader.operation('backend', 'op-none'))).toMatchObject({
      ...{ code: 'not-found', sent: 'no' },
    })
    expect((await faultOf(reader.service('frontend'))).code).toBe('invalid')
    expect(await reader.revision('backend', 'backend-none')).toBeNull()
    expect(await reader.revisionOf('backend', 'i-1')).toBeNull()
  })

  test('reads that lag show the world as it was', async () => {
    const opened = await open({ readLagMs: 3_000 })
    const { clock, cloud } = opened
    clock.forward(5_000)
    await cloud.writer.patch(cleared(clock), await patchOf(opened, { concurrency: 36 }))
    clock.forward(2_999)
    expect((await cloud.reader.service('backend')).intent).toBeNull()
    expect(await cloud.reader.revisionOf('backend', 'i-1')).toBeNull()
    clock.forward(1)
    expect(await cloud.reader.service('backend')).toMatchObject({
      ...{ intent: 'i-1', isReconciling: true },
    })
  })
}

function writes(open: Opener): void {
  test('the wish and its mark hold at once; the revision serves when it is ready', async () => {
    const opened = await open()
    const { clock, cloud } = opened
    const before = await cloud.reader.service('backend')
    const change = await patchOf(opened, { concurrency: 36, maxInstances: 150 })
    const { name, isDone } = await cloud.writer.patch(cleared(clock), change)
    expect(isDone).toBe(false)
    const rolling = await cloud.reader.service('backend')
    expect(rolling).toMatchObject({
      ...{ isReconciling: true, intent: 'i-1', latestCreatedRevision: 'backend-p1' },
      ...{ serving: before.serving, latestReadyRevision: before.latestReadyRevision },
    })
    expect(rolling.etag).not.toBe(before.etag)
    expect(rolling.settings.get('maxInstances')).toEqual(read(150))
    expect(rolling.settings.get('concurrency')).toEqual(read(200))
    expect(await cloud.reader.revisionOf('backend', 'i-1')).toMatchObject({ isReady: false })
    clock.forward(12_000)
    expect(await cloud.reader.operation('backend', name)).toEqual({
      ...{ name, isDone: true, error: null },
    })
    const after = await cloud.reader.service('backend')
    expect(after).toMatchObject({
      ...{ isReconciling: false, problem: null, latestReadyRevision: 'backend-p1' },
      serving: [{ revision: 'backend-p1', percent: 100 }],
    })
    expect(after.settings.get('concurrency')).toEqual(read(36))
    expect(await cloud.reader.revisionOf('backend', 'i-1')).toMatchObject({ isReady: true })
    expect(cloud.writes()).toBe(1)
  })

  test('instances alone make no revision', async () => {
    const opened = await open()
    const { clock, cloud } = opened
    const { serving } = await cloud.reader.service('backend')
    await cloud.writer.patch(cleared(clock), await patchOf(opened, { minInstances: 5 }))
    clock.forward(2_000)
    const after = await cloud.reader.service('backend')
    expect(after).toMatchObject({ isReconciling: false, serving })
    expect(after.settings.get('minInstances')).toEqual(read(5))
    expect(await cloud.reader.revisionOf('backend', 'i-1')).toBeNull()
  })

  test('all requests go back to an older revision', async () => {
    const opened = await open()
    const { clock, cloud } = opened
    const { latestReadyRevision: first } = await cloud.reader.service('backend')
    await cloud.writer.patch(cleared(clock), await patchOf(opened, { concurrency: 36 }))
    clock.forward(12_000)
    const back = { ...(await patchOf(opened, {}, 'i-2')), traffic: first ?? '' }
    await cloud.writer.patch(cleared(clock), back)
    clock.forward(2_000)
    const { serving, settings } = await cloud.reader.service('backend')
    expect(serving).toEqual([{ revision: first, percent: 100 }])
    expect(settings.get('concurrency')).toEqual(read(200))
  })

  test('a stale version is refused and changes nothing, also behind a lagging read', async () => {
    for (const readLagMs of [0, 3_000]) {
      const opened = await open({ readLagMs })
      const { clock, cloud } = opened
      clock.forward(3_000)
      const patch = await patchOf(opened, { concurrency: 36 })
      await cloud.writer.patch(cleared(clock), patch)
      const stale = await faultOf(cloud.writer.patch(cleared(clock), patch))
      expect(stale).toMatchObject({ code: 'version-moved', sent: 'no' })
      expect([cloud.writes(), cloud.arrivals()]).toEqual([1, readLagMs === 0 ? 1 : 2])
    }
  })

  test('a clearance sends once, in its time, to its target', async () => {
    const opened = await open()
    const { clock, cloud } = opened
    const once = cleared(clock)
    await cloud.writer.patch(once, await patchOf(opened, { concurrency: 36 }))
    const late = cleared(clock)
    clock.forward(12_000)
    const again = await patchOf(opened, { concurrency: 40 }, 'i-2')
    for (const clearance of [once, late])
      expect(await faultOf(cloud.writer.patch(clearance, again))).toMatchObject({
        ...{ code: 'expired', sent: 'no' },
      })
    const other = cleared(clock, 'services.celery-worker')
    expect((await faultOf(cloud.writer.patch(other, again))).code).toBe('invalid')
    expect(cloud.arrivals()).toBe(1)
  })
}

function goesWrong(open: Opener): void {
  test.for([
    { how: 'stale', fault: { code: 'version-moved', sent: 'no' }, writes: 0 },
    { how: 'busy', fault: { code: 'version-moved', sent: 'no' }, writes: 0 },
    {
      how: 'rate-limited',
      fault: { code: 'rate-limited', sent: 'no', retryAfterMs: 60_000 },
      writes: 0,
    },
    { how: 'unavailable', fault: { code: 'server-error', sent: 'unknown' }, writes: 0 },
    { how: 'request-lost', fault: { code: 'unreachable', sent: 'unknown' }, writes: 0 },
    { how: 'reply-lost', fault: { code: 'unreachable', sent: 'unknown' }, writes: 1 },
  ] as const)('$how is this fault, with $writes effects', async ({ how, fault, writes: count }) => {
    const opened = await open()
    const { clock, cloud } = opened
    const patch = await patchOf(opened, { concurrency: 36 })
    cloud.provoke(how)
    expect(await faultOf(cloud.writer.patch(cleared(clock), patch))).toMatchObject(fault)
    expect([cloud.writes(), cloud.arrivals()]).toEqual([count, 1])
    expect((await cloud.reader.service('backend')).intent).toBe(count === 1 ? 'i-1' : null)
  })

  test('a revision that never becomes ready says so, and the old one serves', async () => {
    const opened = await open()
    const { clock, cloud } = opened
    const { serving } = await cloud.reader.service('backend')
    const patch = await patchOf(opened, { concurrency: 36 })
    cloud.provoke('operation-fails')
    const { name } = await cloud.writer.patch(cleared(clock), patch)
    clock.forward(12_000)
    const ended = await cloud.reader.operation('backend', name)
    expect(ended).toMatchObject({ isDone: true, error: expect.stringMatching(/not ready/) })
    const after = await cloud.reader.service('backend')
    expect(after).toMatchObject({ isReconciling: false, serving, problem: ended.error })
    expect(after.settings.get('concurrency')).toEqual(read(200))
    expect(await cloud.reader.revisionOf('backend', 'i-1')).toMatchObject({ isReady: false })
  })
}
