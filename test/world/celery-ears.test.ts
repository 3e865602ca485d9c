/** What workers tell of how their tasks end, over a broker on the wire: what is not heard is not counted. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { connectCelery } from '../../src/world/celery.ts'
import { type CeleryEvent, readEvents } from '../../src/world/celery-events.ts'
import { tallyOfTasks } from '../../src/world/celery-tally.ts'
import { systemClock, systemTimers } from '../../src/world/clock.ts'
import { site } from '../runs/process.ts'
import { type BrokerOptions, message, startBroker } from './broker-wire.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function listening(options: BrokerOptions = {}, connectMs = 5_000) {
  const broker = await startBroker(options)
  open.push(broker.stop)
  const timing = { clock: systemClock, timers: systemTimers, pingMs: 40, retryMs: 20, connectMs }
  const { services } = site
  const ears = connectCelery({ brokerUrl: broker.url, services, ...timing }).listen()
  open.push(ears.stop)
  return { broker, ears }
}

const soon = { timeout: 10_000, interval: 10 }
const subscribed = ({ ears }: Listening) =>
  expect.poll(() => ears.heard() !== null, soon).toBe(true)
type Listening = Awaited<ReturnType<typeof listening>>

const from = (hostname: string, event: object) => ({ hostname, pid: 7, clock: 3, ...event })
const beat = (hostname: string, processed: number, active = 0) =>
  message(from(hostname, { type: 'worker-heartbeat', processed, active, freq: 2 }), { hostname })
const bundle = (hostname: string, ...events: readonly object[]) =>
  message(
    events.map((event) => from(hostname, event)),
    { hostname },
  )
const succeeded = (runtime: number) => ({ type: 'task-succeeded', runtime, result: "'x'" })
const failed = { type: 'task-failed', exception: "ValueError('no')", traceback: '...' }

/** What was heard, by worker: a second ping goes out after the answer to the first, so after all that was said. */
async function counted({ broker, ears }: Listening, said: readonly (readonly [string, string])[]) {
  for (const [key, text] of said) broker.say(key, text)
  const pings = () => broker.commands.filter(([name]) => name === 'ping').length
  const before = pings()
  await expect.poll(pings, soon).toBeGreaterThanOrEqual(before + 2)
  const workers = ears.heard()?.workers ?? []
  return new Map(workers.map(({ name, ...rest }) => [name, rest]))
}

describe('a worker', () => {
  test('that tells is counted by how its tasks end, one by one and in bundles', async () => {
    const line = await listening()
    await subscribed(line)
    const workers = await counted(line, [
      ['worker.heartbeat', beat('a@h', 10)],
      ['task.multi', bundle('a@h', { type: 'task-started' }, succeeded(0.5), failed)],
      ['task.succeeded', message(from('a@h', succeeded(1.5)), {})],
      ['task.multi', bundle('a@h', { type: 'task-retried' }, { type: 'task-revoked' })],
    ])
    expect(workers.get('a@h')).toEqual({
      ...{ service: 'celery-worker', succeeded: 2, failed: 1, timed: 2, runSeconds: 2 },
      told: 'all',
    })
  })

  test('whose beats show ended tasks and that tells of none is known by it; an idle one is not', async () => {
    const line = await listening()
    await subscribed(line)
    const workers = await counted(line, [
      ['worker.heartbeat', beat('mute@h', 10, 4)],
      ['worker.heartbeat', beat('idle@h', 5)],
      ['worker.heartbeat', beat('mute@h', 12, 4)],
      ['worker.heartbeat', beat('idle@h', 5)],
      ['worker.heartbeat', beat('mute@h', 12, 4)],
    ])
    expect(workers.get('mute@h')).toMatchObject({ told: 'not-all', succeeded: 0 })
    expect(workers.get('idle@h')).toMatchObject({ told: 'all', succeeded: 0 })
  })
})

describe('the tally', () => {
  const beaten = (processed: number, active = 0) => readEvents(beat('a@h', processed, active))
  const told = (...events: readonly object[]) => readEvents(bundle('a@h', ...events))
  const online = message(from('a@h', { type: 'worker-online', processed: 0, active: 0 }), {})
  /** Whether it told of all, in each of these periods. */
  const taken = (...periods: readonly (readonly CeleryEvent[])[]) => {
    const tally = tallyOfTasks()
    return periods.flatMap((events): readonly (string | null)[] => {
      events.forEach(tally.note)
      return tally.take()?.map((one) => one.told) ?? [null]
    })
  }

  test('waits for a bundle until the beat after the one that counts its tasks', () => {
    const late = [...beaten(1), ...beaten(3), ...told(succeeded(1), failed), ...beaten(3)]
    const early = [...beaten(1), ...told(succeeded(1), failed), ...beaten(3), ...beaten(3)]
    expect([taken(late), taken(early)]).toEqual([['all'], ['all']])
    expect(taken(beaten(1), beaten(3), told(succeeded(1), failed), beaten(3))).toEqual([
      ...['all', 'late', 'all', 'all'],
    ])
    expect(taken(beaten(1), beaten(3), beaten(3), beaten(3))).toEqual([
      ...['all', 'late', 'not-all', 'all'],
    ])
  })

  test('finds tasks that were lost on the way, and not one in a hundred', () => {
    const some = Array.from({ length: 99 }, () => succeeded(1))
    const period = (ends: readonly object[]) => [
      ...beaten(0),
      ...told(...ends),
      ...beaten(100),
      ...beaten(100),
    ]
    expect([taken(period(some)), taken(period(some.slice(1)))]).toEqual([['all'], ['not-all']])
  })

  test('takes what was retried, revoked or rejected for told, and for neither end', () => {
    const ends = ['task-retried', 'task-revoked', 'task-rejected'].map((type) => ({ type }))
    expect(taken([...beaten(0), ...told(...ends), ...beaten(3), ...beaten(3)])).toEqual(['all'])
    expect(taken([...beaten(0), ...told({ type: 'task-started' }), ...beaten(1, 1)])).toEqual([
      'all',
    ])
  })

  test('begins anew with a worker that starts again, and knows two under one name', () => {
    expect(taken([...beaten(40), ...readEvents(online), ...beaten(0)])).toEqual(['all'])
    expect(taken([...beaten(40), ...beaten(10), ...beaten(40)])).toEqual(['not-all'])
  })

  test('counts nobody where more speak than anybody has, and counts again after', () => {
    const tally = tallyOfTasks()
    for (let one = 0; one < 2_000; one += 1) readEvents(beat(`w${one}@h`, 1)).forEach(tally.note)
    expect(tally.take()).toBeNull()
    beaten(1).forEach(tally.note)
    expect(tally.take()).toBeNull()
    beaten(1).forEach(tally.note)
    expect(tally.take()).toHaveLength(1)
  })
})

describe('what nobody should send', () => {
  test('breaks nothing and counts as nothing', async () => {
    const line = await listening()
    await subscribed(line)
    const workers = await counted(
      line,
      [
        '',
        'null',
        '{"body":"%%","properties":{"body_encoding":"base64"}}',
        message(null, {}),
        message([1, null, [], 'x', { type: 'task-succeeded' }], {}),
        bundle('', succeeded(1)),
        bundle('x'.repeat(5_000), succeeded(1)),
        bundle('a@h', { type: 7 }, { type: 'task-sent' }, { type: 'worker-heartbeat', active: -1 }),
        message({ ...from('a@h', succeeded(1)), result: 'x'.repeat(1_200_000) }, {}),
        bundle('a@h', failed),
      ].map((text) => ['task.multi', text] as const),
    )
    expect([...workers]).toMatchObject([['a@h', { succeeded: 0, failed: 1 }]])
  })

  test('a run time that is none leaves the task, and no time', () => {
    const read = readEvents(bundle('a@h', { type: 'task-succeeded', runtime: 'long' }))
    expect(read).toEqual([{ kind: 'succeeded', hostname: 'a@h', pid: 7, seconds: null }])
  })

  test('whatever it is, it is read without a throw', () => {
    const said = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((text) => message(JSON.parse(text), {})),
    )
    fc.assert(
      fc.property(said, (text) => {
        expect(readEvents(text).every(({ hostname }) => hostname !== '')).toBe(true)
      }),
    )
  })
})

describe('a broker that is not well', () => {
  test('a connection that is cut is nobody listening, until there is another', async () => {
    const line = await listening()
    await subscribed(line)
    line.broker.say('task.multi', bundle('a@h', succeeded(1)))
    line.broker.cut()
    await expect.poll(line.ears.problem, soon).toMatchObject({ code: 'unreachable', sent: 'no' })
    expect(line.ears.heard()).toBeNull()
    await subscribed(line)
    await expect.poll(line.ears.problem, soon).toBeNull()
    // What was heard before is not told as what was heard since.
    const workers = await counted(line, [['worker.heartbeat', beat('b@h', 1)]])
    expect([...workers.keys()]).toEqual(['b@h'])
  })

  test('one that does not answer any more is left for another', async () => {
    let isDead = false
    const mishap: BrokerOptions['mishap'] = ([name]) =>
      isDead && name === 'ping' ? 'silence' : null
    const line = await listening({ mishap }, 500)
    await subscribed(line)
    isDead = true
    await expect.poll(line.ears.problem, soon).not.toBeNull()
    isDead = false
    await subscribed(line)
  })

  test('a user that may not listen is said, without the password', async () => {
    const { ears } = await listening({
      password: 's3cret',
      mishap: ([name]) => (name === 'psubscribe' ? 'NOPERM no channel for s3cret' : null),
    })
    await expect.poll(ears.problem, soon).toMatchObject({ code: 'forbidden' })
    expect(ears.heard()).toBeNull()
    expect(String(ears.problem())).not.toContain('s3cret')
  })

  test('nothing stays open when it is stopped', async () => {
    const line = await listening()
    await subscribed(line)
    line.ears.stop()
    await expect.poll(line.broker.open, soon).toBe(0)
  })
})
