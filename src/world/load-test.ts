/**
 * Load tests with k6 as a child process: one at a time, in a folder of its own, behind a warden that
 * ends it when we are gone. writes.md; facts/workload.md, 6.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SystemDocument } from '../capacity/system.ts'
import { pause } from './clock.ts'
import { Fault } from './fault.ts'
import { foldersOf, type Kept, keptOf, nowOf } from './load-test-folder.ts'
import { assertAllowed, assertName } from './load-test-host.ts'
import { endStrays, freeAddress, isAlive, killGroup } from './load-test-process.ts'
import { errorOf, readSummary } from './load-test-report.ts'
import { longestSeconds, scriptOf } from './load-test-script.ts'
import type {
  LoadTestPlan,
  LoadTestProgress,
  LoadTestReader,
  LoadTestWriter,
} from './ports/load-test.ts'
import type { Clock } from './world.ts'

const wardenFile = fileURLToPath(new URL('load-test-warden.ts', import.meta.url))
/** How long k6 may take to stop sending after it was told to. */
const stopWithinMs = 8_000
const pollMs = 100

export type LoadTestOptions = {
  /** The program. */
  readonly k6: string
  readonly dataFolder: string
  readonly document: Pick<SystemDocument, 'policy'>
  readonly clock: Clock
}

export type ConnectedLoadTest = {
  readonly reader: Omit<LoadTestReader, 'terms'>
  readonly writer: LoadTestWriter
  /** Ends what an earlier process of this data folder left behind. For the one that holds it alone. */
  readonly endStrays: () => Promise<void>
  readonly close: () => Promise<void>
}

export function connectLoadTest(options: LoadTestOptions): ConnectedLoadTest {
  const { k6, dataFolder, document, clock } = options
  const root = resolve(dataFolder, 'load-tests')
  let warden: ChildProcess | null = null
  let starting: string | null = null

  const progress = async (test: string): Promise<LoadTestProgress> => {
    const kept = await keptOf(join(root, assertName(test)))
    return progressOf(kept, { now: clock.now(), isStarting: starting === test })
  }

  const latest = async () => {
    const [newest] = await foldersOf(root)
    return newest === undefined ? null : { name: newest, progress: await progress(newest) }
  }

  return {
    reader: { progress, latest },
    writer: {
      start: async (clearance, plan) => {
        assertAllowed(plan.host, document.policy.loadTestHosts ?? [])
        const folder = join(root, assertName(plan.name))
        if ((await latest())?.progress.kind === 'running')
          throw new Fault('busy', 'no', 'a load test is running')
        const address = await freeAddress()
        await prepare(folder, plan)
        clearance.spend(clock.now(), 'workload')
        starting = plan.name
        warden = await begin({ folder, k6, address, longestMs: longestSeconds(plan) * 1_000 })
        warden.on('exit', () => {
          starting = null
        })
      },
      stop: async (clearance) => {
        const running = await latest()
        if (running?.progress.kind !== 'running') return null
        clearance.spend(clock.now(), 'workload.loadTest')
        await stopRunning(join(root, running.name))
        return running.name
      },
    },
    endStrays: () => endStrays(root, clock),
    close: async () => {
      if (warden === null || warden.exitCode !== null) return
      const gone = once(warden, 'exit')
      warden.stdin?.end()
      await gone
    },
  }
}

/** A folder that is there already means that this test was started before: never twice. */
async function prepare(folder: string, plan: LoadTestPlan): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true })
  await mkdir(folder).catch((error: unknown) => {
    throw new Fault('busy', 'unknown', `${plan.name} was started before`, { cause: error })
  })
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan))
  await writeFile(join(folder, 'script.js'), scriptOf(plan))
}

type Beginning = {
  readonly folder: string
  readonly k6: string
  readonly address: string
  readonly longestMs: number
}

async function begin({ folder, k6, address, longestMs }: Beginning): Promise<ChildProcess> {
  const child = spawn(process.execPath, [wardenFile, folder, k6, address, String(longestMs)], {
    // A group of its own, of which it is the head: Ctrl-C is for the bot, and the group can be ended.
    detached: true,
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.stdin?.on('error', () => undefined)
  child.on('exit', () => {
    // Should the warden be killed, k6 must not be left to itself.
    if (child.pid !== undefined) killGroup(child.pid)
  })
  await once(child, 'spawn').catch((error: unknown) => {
    throw new Fault('unreachable', 'no', 'the load test could not be started', { cause: error })
  })
  return child
}

async function stopRunning(folder: string): Promise<void> {
  for (let waited = 0; waited < stopWithinMs; waited += pollMs) {
    const { running, ended } = await keptOf(folder)
    if (ended !== null) return
    // Told again each time: the first may come before it listens.
    if (running !== null && waited % 1_000 === 0 && isAlive(running.pid, folder))
      process.kill(running.pid, 'SIGTERM')
    await pause(pollMs)
  }
  throw new Fault('time-out', 'yes', 'the load test was told to stop and has not ended yet')
}

async function progressOf(
  { isThere, folder, running, ended, summary }: Kept,
  { now, isStarting }: { readonly now: number; readonly isStarting: boolean },
): Promise<LoadTestProgress> {
  if (!isThere) return { kind: 'absent' }
  if (ended !== null) {
    const result = readSummary(summary)
    return { kind: 'ended', endedAt: ended.endedAt, result, error: errorOf(ended, result) }
  }
  if (running === null && isStarting) return { kind: 'running', now: null }
  if (running !== null && isAlive(running.pid, folder))
    return { kind: 'running', now: await nowOf(running, now) }
  const error = 'it was killed, and cleaned nothing up'
  return { kind: 'ended', endedAt: running?.startedAt ?? now, result: null, error }
}
