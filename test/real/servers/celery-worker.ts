/** Real Celery workers of one small application, before a real Redis. */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { celeryProgram, pythonProgram } from './cache.ts'
import { start, temporaryFolder } from './program.ts'
import type { RedisServer } from './redis-server.ts'

export type CeleryApplication = {
  /** A worker with prefork, named `<name>`, and further arguments of its command line. */
  readonly worker: (name: string, args: readonly string[]) => Promise<Worker>
  /** So many tasks that sleep so long. */
  readonly send: (tasks: {
    readonly count: number
    readonly seconds: number
    readonly priority?: number
    readonly queue?: string
  }) => void
  /** So many tasks that fail. */
  readonly sendFailing: (tasks: { readonly count: number; readonly queue: string }) => void
  readonly remove: () => Promise<void>
}

export type Worker = { readonly pid: () => Promise<number>; readonly stop: () => Promise<void> }

export async function celeryApplication(redis: RedisServer): Promise<CeleryApplication> {
  const folder = await temporaryFolder('celery')
  await writeFile(
    join(folder.path, 'shop.py'),
    `import time
from celery import Celery
app = Celery('shop', broker='${redis.url}')
app.conf.worker_prefetch_multiplier = 4
@app.task
def nap(seconds):
    time.sleep(seconds)
@app.task
def stumble():
    raise ValueError('as asked')
`,
  )
  const workers: Worker[] = []
  const run = (script: string): void => {
    const sent = spawnSync(pythonProgram, ['-c', script], { cwd: folder.path, encoding: 'utf8' })
    if (sent.status !== 0) throw new Error(sent.stderr)
  }
  return {
    worker: async (name, args) => {
      const place = ['--workdir', folder.path, '-A', 'shop']
      const pidFile = join(folder.path, `${name}.pid`)
      const before = await listening(redis)
      const program = await start({
        program: celeryProgram,
        args: [...place, 'worker', '-n', name, '-P', 'prefork', '--pidfile', pidFile, ...args],
        signal: 'KILL',
        inOurAccount: true,
        withChildren: true,
        isReady: async () => {
          await wait(100)
          return (await listening(redis)) > before
        },
      })
      const worker = {
        pid: async () => Number(await readFile(pidFile, 'utf8')),
        stop: program.stop,
      }
      workers.push(worker)
      return worker
    },
    send: ({ count, seconds, priority = 0, queue = 'celery' }) =>
      run(`from shop import nap
for _ in range(${count}): nap.apply_async((${seconds},), priority=${priority}, queue='${queue}')`),
    sendFailing: ({ count, queue }) =>
      run(`from shop import stumble
for _ in range(${count}): stumble.apply_async(queue='${queue}')`),
    remove: async () => {
      for (const worker of workers) await worker.stop()
      await folder.remove()
    },
  }
}

/** Each worker listens to remote control with one pattern. */
async function listening(redis: RedisServer): Promise<number> {
  return redis.client.publish('/0.celery.pidbox', JSON.stringify(nothing))
}

/** Asked of nobody: a worker that hears it does nothing. */
const nothing = {
  body: Buffer.from(JSON.stringify({ method: 'ping', destination: ['nobody'] })).toString('base64'),
  'content-encoding': 'utf-8',
  'content-type': 'application/json',
  headers: {},
  properties: {
    delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
    body_encoding: 'base64',
    delivery_tag: 'nothing',
  },
}
