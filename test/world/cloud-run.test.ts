/** The adapter against a Cloud Run that answers over real HTTP: what is read, and what one write leaves behind. */
import { describe, expect, test } from 'vitest'
import { faultOf } from './tuki-cloud.ts'
import { boundText, tukiRun } from './tuki-run.ts'

const read = (value: unknown) => ({ kind: 'read', value })

describe('reading', () => {
  test('a service is read as the document would have it, and nothing is written', async () => {
    const { reader, cloud } = await tukiRun()
    const { settings, ...rest } = await reader.service('backend')
    expect(rest).toMatchObject({
      ...{ isReconciling: false, problem: null, intent: null },
      latestReadyRevision: 'backend-00001-loc',
      serving: [{ revision: 'backend-00001-loc', percent: 100 }],
    })
    expect(Object.fromEntries(settings)).toEqual({
      minInstances: read(3),
      maxInstances: read(200),
      concurrency: read(200),
      cpu: read(4),
      memoryGib: read(8),
      'gunicorn.workerClass': read('sync'),
      'gunicorn.workers': read(9),
      'gunicorn.threads': read(1),
      'django.connMaxAgeSeconds': read(0),
      'database.through': read('direct'),
    })
    expect(cloud.writes).toBe(0)
  })

  test('a worker pool has one number of instances, and no requests', async () => {
    const { reader } = await tukiRun()
    const { settings } = await reader.service('celery-beat')
    expect(Object.fromEntries(settings)).toEqual({
      minInstances: read(1),
      maxInstances: read(1),
      cpu: read(1),
      memoryGib: read(0.5),
      'database.through': read('direct'),
    })
  })

  test('an address that the document does not name is told, and not guessed', async () => {
    const bound = boundText.replace('host: 10.20.0.3 ', 'host: 10.9.9.9 ')
    const { reader } = await tukiRun({ bound })
    const { settings } = await reader.service('backend')
    expect(settings.get('database.through')).toEqual({
      kind: 'unread',
      why: '10.20.0.3 is the host of no database or pooler of the document',
    })
    expect(settings.get('gunicorn.workers')).toEqual(read(9))
  })

  test('a service that the document binds to nothing is not asked for', async () => {
    const { reader, cloud } = await tukiRun()
    expect(await faultOf(reader.service('frontend'))).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(cloud.requests).toEqual([])
  })

  test('what is not there is not-found; a revision that is not there is none', async () => {
    const bound = boundText.replace('services/celery-worker', 'services/celery-gone')
    const { reader } = await tukiRun({ bound })
    expect(await faultOf(reader.service('celery-worker'))).toMatchObject({
      ...{ code: 'not-found', sent: 'no' },
    })
    expect(await reader.revision('backend', 'backend-00099')).toBeNull()
    expect(await reader.revision('backend', 'backend-00001-loc')).toEqual({
      name: 'backend-00001-loc',
      isReady: true,
    })
    expect((await faultOf(reader.operation('backend', 'none'))).code).toBe('not-found')
  })

  test('a read survives two 503 and gives up at the third; a limit is not pushed', async () => {
    const { reader, cloud } = await tukiRun()
    for (let i = 0; i < 2; i += 1) cloud.provoke({ on: 'read', how: 'unavailable' })
    expect((await reader.service('backend')).problem).toBeNull()
    for (let i = 0; i < 3; i += 1) cloud.provoke({ on: 'read', how: 'unavailable' })
    expect((await faultOf(reader.service('backend'))).code).toBe('server-error')
    expect(cloud.requests).toHaveLength(6)
    cloud.provoke({ on: 'read', how: 'rate-limited' })
    expect((await faultOf(reader.service('backend'))).retryAfterMs).toBe(60_000)
    expect(cloud.requests).toHaveLength(7)
  })

  test('a read that is not answered ends at its time-out', async () => {
    const { reader, cloud } = await tukiRun({ timeOutMs: 300 })
    cloud.provoke({ on: 'read', how: 'silence' })
    expect(await faultOf(reader.service('backend'))).toMatchObject({ code: 'time-out', sent: 'no' })
  })
})

describe('a change of instances', () => {
  test('holds soon, makes no revision, and leaves what it does not name', async () => {
    const { reader, writer, cloud, clock, clearance, change } = await tukiRun()
    const before = cloud.service('backend')
    const { name } = await writer.patch(clearance(), await change({ maxInstances: 150 }))
    expect((await reader.service('backend')).isReconciling).toBe(true)
    clock.forward(2_000)
    expect(await reader.operation('backend', name)).toMatchObject({ isDone: true, error: null })
    const after = cloud.service('backend')
    expect(after.scaling).toEqual({ minInstanceCount: 3, maxInstanceCount: 150 })
    expect(after.template).toEqual(before.template)
    expect(after.annotations).toEqual({ team: 'tickets', 'plimsoll-intent': 'i-1' })
    expect(cloud.writes).toBe(1)
  })

  test('to none at all is said, and not left out', async () => {
    const { writer, cloud, clearance, change } = await tukiRun()
    await writer.patch(clearance(), await change({ minInstances: 0 }))
    expect(cloud.service('backend').scaling).toEqual({
      minInstanceCount: 0,
      maxInstanceCount: 200,
    })
  })

  test('of a worker pool is one number; two are refused before anything is sent', async () => {
    const { writer, cloud, clearance, change, sent } = await tukiRun()
    const beat = { service: 'celery-beat' }
    const cleared = clearance('services.celery-beat')
    const uneven = await change({ maxInstances: 2 }, beat)
    expect(await faultOf(writer.patch(cleared, uneven))).toMatchObject({
      code: 'invalid',
      sent: 'no',
    })
    expect(sent()).toEqual([])
    await writer.patch(cleared, await change({ minInstances: 2, maxInstances: 2 }, beat))
    expect(cloud.service('beat').scaling).toEqual({ manualInstanceCount: 2 })
  })
})

describe('a change of a revision', () => {
  test('is named after the intent, serves when it is ready, and is laid on what serves', async () => {
    const { reader, writer, cloud, clock, clearance, change } = await tukiRun()
    const wished = await change({
      ...{ concurrency: 36, cpu: 2, memoryGib: 4, 'database.through': 'pgbouncer' },
      ...{ 'gunicorn.workers': 4, 'gunicorn.workerClass': 'gthread' },
      'django.connMaxAgeSeconds': null,
    })
    const { name } = await writer.patch(clearance(), wished)
    expect(await reader.revisionOf('backend', 'i-1')).toEqual({
      name: 'backend-p1',
      isReady: false,
    })
    expect((await reader.service('backend')).settings.get('concurrency')).toEqual(read(200))
    clock.forward(30_000)
    expect(await reader.operation('backend', name)).toMatchObject({ isDone: true, error: null })
    const { serving, settings } = await reader.service('backend')
    expect(serving).toEqual([{ revision: 'backend-p1', percent: 100 }])
    for (const [setting, value] of wished.settings)
      expect(settings.get(setting)).toEqual(read(value))
    const [container] = cloud.service('backend').template.containers
    expect(container).toMatchObject({
      image: 'us-docker.pkg.dev/tukiprod/site/app:1',
      args: [
        'config.wsgi',
        '--workers=4',
        '--threads=1',
        '--worker-class=gthread',
        '--timeout=300',
      ],
      env: [
        { name: 'DB_CONN_MAX_AGE', value: 'None' },
        { name: 'DB_HOST', value: '10.20.0.10' },
      ],
    })
  })

  test('that never becomes ready fails; the old one serves, and the next is laid on that', async () => {
    const { reader, writer, cloud, clock, clearance, change } = await tukiRun()
    cloud.provoke({ on: 'write', how: 'operation-fails' })
    const { name } = await writer.patch(clearance(), await change({ 'gunicorn.workers': 5 }))
    clock.forward(30_000)
    expect((await reader.operation('backend', name)).error).toMatch(/backend-p1' is not ready/)
    const failed = await reader.service('backend')
    expect(failed).toMatchObject({
      problem: expect.stringContaining('not ready'),
      latestCreatedRevision: 'backend-p1',
      serving: [{ revision: 'backend-00001-loc', percent: 100 }],
    })
    expect(failed.settings.get('gunicorn.workers')).toEqual(read(9))
    await writer.patch(clearance(), await change({ 'gunicorn.threads': 4 }, { intent: 'i-2' }))
    clock.forward(30_000)
    const mended = await reader.service('backend')
    expect(mended.problem).toBeNull()
    expect(mended.settings.get('gunicorn.workers')).toEqual(read(9))
    expect(mended.settings.get('gunicorn.threads')).toEqual(read(4))
  })

  test('after a roll-back is laid on the old revision, and takes the requests again', async () => {
    const { reader, writer, clock, clearance, change } = await tukiRun()
    await writer.patch(clearance(), await change({ concurrency: 36 }))
    clock.forward(30_000)
    const back = await change({}, { intent: 'i-2' })
    await writer.patch(clearance(), { ...back, traffic: 'backend-00001-loc' })
    clock.forward(2_000)
    expect((await reader.service('backend')).settings.get('concurrency')).toEqual(read(200))
    await writer.patch(clearance(), await change({ 'gunicorn.threads': 4 }, { intent: 'i-3' }))
    clock.forward(30_000)
    const { serving, settings } = await reader.service('backend')
    expect(serving).toEqual([{ revision: 'backend-p3', percent: 100 }])
    expect(settings.get('concurrency')).toEqual(read(200))
  })

  test('of Celery goes into the arguments of its worker', async () => {
    const { writer, cloud, clearance, change } = await tukiRun()
    const worker = { service: 'celery-worker' }
    const wished = { 'celery.concurrency': 6, 'celery.prefetchMultiplier': 1 }
    await writer.patch(clearance('services.celery-worker'), await change(wished, worker))
    expect(cloud.service('celery-worker').template.containers[0]?.args).toEqual([
      '--app=config',
      'worker',
      '--concurrency=6',
      '--prefetch-multiplier=1',
    ])
  })

  test('a name of 49 letters still leaves room for the random end of the intent', async () => {
    const long = 'b'.repeat(49)
    const document = boundText.replace('services/backend', `services/${long}`)
    const { reader, writer, clock, clearance, change } = await tukiRun({ document })
    const intent = 'i-0mabc1234xyzxyzxyzxyz98765'
    await writer.patch(clearance(), await change({ concurrency: 36 }, { intent }))
    clock.forward(30_000)
    const made = await reader.revisionOf('backend', intent)
    expect(made).toEqual({ name: `${long}-pzxyzxyz98765`, isReady: true })
  })
})
