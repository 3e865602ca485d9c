/** Whatever becomes of the PostgreSQL below, nothing that was answered is lost, and the ledger comes back by itself. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { LedgerUnavailable } from '../../../src/ledger/ledger.ts'
import { readingPostgres } from '../../../src/ledger/postgres.ts'
import { auditOf } from '../../../src/runs/audit.ts'
import { pidOf, processesOf } from '../servers/postgres-processes.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'
import { addressOf, databasesOn } from './databases.ts'

let server: PostgresServer
const closing: (() => Promise<unknown>)[] = []
const databases = databasesOn(() => server)
afterEach(async () => {
  await databases.closeAll()
  for (const close of closing.splice(0).reverse()) await close()
})

async function started(settings: Record<string, string> = {}): Promise<PostgresServer> {
  // What a machine would keep, this one keeps.
  server = await startPostgres({ fsync: 'on', ...settings })
  closing.push(server.remove)
  return server
}

const seen = (stream: string, expectedVersion: number) => ({
  ...{ stream, expectedVersion, dueAt: null },
  events: [{ type: 'seen', v: 1 }],
})

/** Appends to streams of its own until it is told to stop; knows what was answered, and for how long nobody did. */
function writerOn(ledger: Ledger, name: string) {
  const answered = new Map<string, number>()
  let [isStopped, faults, longestMs] = [false, 0, 0]
  const lane = async (stream: string): Promise<void> => {
    let version = 0
    while (!isStopped) {
      const begun = performance.now()
      try {
        const result = await ledger.append([seen(stream, version)])
        // An append that nobody answered may have been made: then this one finds it there.
        version = result.kind === 'appended' ? version + 1 : result.version
        if (result.kind === 'appended') answered.set(stream, version)
      } catch (error) {
        if (!(error instanceof LedgerUnavailable)) throw error
        faults += 1
        longestMs = Math.max(longestMs, performance.now() - begun)
        await pause(50)
      }
    }
  }
  const lanes = ['a', 'b', 'c', 'd'].map((lane_) => lane(`run/${name}-${lane_}`))
  return {
    answered,
    faults: () => faults,
    longestMs: () => longestMs,
    count: () => [...answered.values()].reduce((sum, one) => sum + one, 0),
    stop: async () => {
      isStopped = true
      await Promise.all(lanes)
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
type Writer = ReturnType<typeof writerOn>

async function goesOn(writer: Writer): Promise<void> {
  const before = writer.count()
  await expect.poll(() => writer.count(), { timeout: 15_000 }).toBeGreaterThan(before + 20)
}

async function allThere(url: string, writers: readonly Writer[]): Promise<void> {
  const lengths = await readingPostgres(addressOf(url), async (archive) => {
    const audit = await auditOf(archive, null)
    const broken = audit.damage.filter(({ code }) => ['changed', 'missing', 'cut'].includes(code))
    expect(broken).toEqual([])
    const streams = await archive.streams()
    return new Map([...streams].map(([name, head]) => [name, head?.version ?? 0]))
  })
  for (const { answered } of writers)
    for (const [stream, version] of answered)
      expect(lengths.get(stream) ?? 0, stream).toBeGreaterThanOrEqual(version)
}

describe('two instances append while their PostgreSQL', () => {
  test.each<[string, (pid: number) => Promise<void>]>([
    [
      'is restarted',
      async () => {
        await server.stop()
        await pause(500)
        await server.start()
      },
    ],
    [
      'is killed at once',
      async (pid) => {
        process.kill(pid, 'SIGKILL')
        await server.stop()
        await server.start()
      },
    ],
  ])('%s: nothing answered is lost, and they go on by themselves', async (_how, outage) => {
    await started()
    const url = await databases.fresh()
    const writers = [
      writerOn((await databases.opened(url)).ledger, 'one'),
      writerOn((await databases.opened(url)).ledger, 'two'),
    ]
    for (const writer of writers) await goesOn(writer)
    await outage(await pidOf(server))
    for (const writer of writers) await goesOn(writer)
    for (const writer of writers) await writer.stop()
    expect(writers.some((writer) => writer.faults() > 0)).toBe(true)
    await allThere(url, writers)
  })

  test('stands still for 30 s: each append says so in time, and nothing answered is lost', async () => {
    await started()
    const url = await databases.fresh()
    const writer = writerOn((await databases.opened(url)).ledger, 'one')
    await goesOn(writer)
    const all = await processesOf(server)
    try {
      for (const pid of all) process.kill(pid, 'SIGSTOP')
      await pause(30_000)
      expect(writer.faults()).toBeGreaterThan(0)
      expect(writer.longestMs()).toBeLessThan(10_000)
    } finally {
      for (const pid of all) process.kill(pid, 'SIGCONT')
    }
    await goesOn(writer)
    await writer.stop()
    await allThere(url, [writer])
  })

  test('dies and its synchronous standby is promoted: nothing answered is lost', async () => {
    const primary = await started({ wal_level: 'replica', max_wal_senders: '4' })
    const standby = await primary.replica()
    await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '*'`)
    await primary.sql('SELECT pg_reload_conf()')
    const isSynchronous = () => primary.sql('SELECT sync_state FROM pg_stat_replication')
    await expect.poll(isSynchronous, { timeout: 5_000 }).toEqual([{ sync_state: 'sync' }])
    const front = await addressThat(primary.port)
    const url = await databases.fresh()
    const behind = url.replace(`:${primary.port}/`, `:${front.port}/`)
    const writer = writerOn((await databases.opened(behind)).ledger, 'one')
    await goesOn(writer)
    const pid = await pidOf(primary)
    process.kill(pid, 'SIGKILL')
    await standby.sql('SELECT pg_promote()')
    // Its own standby is nobody yet.
    await standby.sql(`ALTER SYSTEM SET synchronous_standby_names = ''`)
    await standby.sql('SELECT pg_reload_conf()')
    front.leadTo(standby.port)
    await goesOn(writer)
    await writer.stop()
    await allThere(behind, [writer])
  })
})

/** One address for whichever server is the primary, as Cloud SQL gives. */
async function addressThat(port: number) {
  let target = port
  const sockets = new Set<Socket>()
  const front = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
  const address = front.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    front.close()
  })
  return {
    port: address.port,
    leadTo: (to: number) => {
      target = to
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** The postmaster: the parent of every other. */
