/** What is observed of Cloud Run, and how it is laid over the document. */
import { describe, expect, test } from 'vitest'
import { viewOf } from '../../src/gate/facts.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import { boundText, documentOf, tukiRun } from './tuki-run.ts'

async function observedBy(
  { reader, clock }: Pick<Awaited<ReturnType<typeof tukiRun>>, 'reader' | 'clock'>,
  document = documentOf(boundText),
) {
  const facts = await observe(document, { ...nowhere.read, cloudRun: reader }, clock)
  return { document, facts, view: viewOf(document, facts, clock.now()) }
}

describe('the services of Cloud Run', () => {
  test('that are as declared are no drift, and nothing of them is unknown', async () => {
    const { document, view } = await observedBy(await tukiRun())
    expect(view).toMatchObject({ drift: [], unknown: [], system: document })
  })

  test('that were changed are drift, and the world counts', async () => {
    const run = await tukiRun()
    await run.writer.patch(
      run.clearance(),
      await run.change({ maxInstances: 150, concurrency: 36 }),
    )
    run.clock.forward(30_000)
    const { view } = await observedBy(run)
    expect(view.drift).toEqual([
      { fact: 'services.backend.maxInstances', declared: 200, observed: 150 },
      { fact: 'services.backend.concurrency', declared: 200, observed: 36 },
    ])
    expect(view.system.services.backend).toMatchObject({ maxInstances: 150, concurrency: 36 })
  })

  test('carry what the gate looks at, which is laid over nothing', async () => {
    const run = await tukiRun()
    await run.writer.patch(run.clearance(), await run.change({ concurrency: 36 }))
    const { facts, view } = await observedBy(run)
    const value = (field: string) =>
      facts.find(({ name }) => name === `services.backend.${field}`) ?? null
    expect(value('operation')).toMatchObject({ value: 'backend-p1' })
    expect(value('revision')).toMatchObject({ value: 'backend-00001-loc' })
    expect(value('latestReadyRevision')).toMatchObject({ value: 'backend-00001-loc' })
    expect(value('etag')).toMatchObject({ value: expect.stringMatching(/./) })
    expect(view.drift).toEqual([])
  })

  test('say why their last change came to nothing, and else nothing of the kind', async () => {
    const run = await tukiRun()
    const problem = async () =>
      (await observedBy(run)).facts.find(({ name }) => name === 'services.backend.problem')
    expect(await problem()).toBeUndefined()
    run.cloud.provoke({ on: 'write', how: 'operation-fails' })
    await run.writer.patch(run.clearance(), await run.change({ maxInstances: 150 }))
    run.clock.forward(30_000)
    expect(await problem()).toMatchObject({ value: expect.stringMatching(/not ready/) })
  })

  test('one setting that cannot be told costs itself alone', async () => {
    const text = boundText.replace('host: 10.20.0.3 ', 'host: 10.9.9.9 ')
    const { view } = await observedBy(await tukiRun({ bound: text }), documentOf(text))
    expect(view.unknown).toEqual([
      'services.backend.database.through',
      'services.celery-worker.database.through',
      'services.celery-beat.database.through',
    ])
  })

  test('a service without a resource is not looked for, and not unknown', async () => {
    const document = documentOf(boundText)
    const { backend, ...others } = document.services
    if (backend === undefined) throw new Error('no backend')
    const { bindings: _gone, ...unbound } = backend
    const services = { ...others, backend: unbound }
    const { facts } = await observedBy(await tukiRun(), { ...document, services })
    expect(facts.some(({ name }) => name.startsWith('services.backend.'))).toBe(false)
    expect(facts.some(({ name }) => name.startsWith('services.celery-worker.'))).toBe(true)
  })

  test('a Cloud Run that does not answer costs its own facts, and says why', async () => {
    const run = await tukiRun()
    await run.cloud.stop()
    const { facts, view } = await observedBy(run)
    expect(new Set(facts.map(({ kind }) => kind))).toEqual(new Set(['unavailable']))
    expect(view.unknown).toContain('services.backend.gunicorn.workers')
  })
})
