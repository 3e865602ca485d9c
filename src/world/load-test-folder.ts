/** What a load test leaves in its folder, and what k6 says of itself while it runs. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { z } from 'zod'
import { type EndedRecord, endedRecord, readNow, runningRecord } from './load-test-report.ts'
import { summaryFile } from './load-test-script.ts'
import type { LoadTestNow } from './ports/load-test.ts'

const answerMs = 1_000

type Running = Readonly<z.infer<typeof runningRecord>>

export type Kept = {
  readonly folder: string
  readonly isThere: boolean
  readonly running: Running | null
  readonly ended: EndedRecord | null
  readonly summary: unknown
}

export async function keptOf(folder: string): Promise<Kept> {
  const [isThere, running, ended, summary] = await Promise.all([
    readOr(() => stat(folder)),
    json(join(folder, 'running.json')),
    json(join(folder, 'ended.json')),
    json(join(folder, summaryFile)),
  ])
  return {
    folder,
    isThere: isThere !== null,
    running: running === null ? null : runningRecord.parse(running),
    ended: ended === null ? null : endedRecord.parse(ended),
    summary,
  }
}

/** The names of all tests, the newest first. */
export async function foldersOf(root: string): Promise<readonly string[]> {
  const names = (await readOr(() => readdir(root))) ?? []
  const made = await Promise.all(
    names.map(async (name) => (await stat(join(root, name))).birthtimeMs),
  )
  return names
    .map((name, index) => ({ name, at: made[index] ?? 0 }))
    .toSorted((a, b) => b.at - a.at)
    .map(({ name }) => name)
}

/** Null: it does not answer yet, or not any more. */
export async function nowOf(
  { address, startedAt }: Running,
  now: number,
): Promise<LoadTestNow | null> {
  const [status, metrics] = await Promise.all([
    asked(address, '/v1/status'),
    asked(address, '/v1/metrics'),
  ])
  return readNow({ status, metrics }, (now - startedAt) / 1_000)
}

async function asked(address: string, path: string): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage | null>()
  const asking = request(`http://${address}${path}`, { timeout: answerMs }, resolve)
  asking.on('error', () => resolve(null)).on('timeout', () => asking.destroy())
  asking.end()
  const answer = await promise
  return answer === null ? null : parsed(await text(answer))
}

async function json(file: string): Promise<unknown> {
  const content = await readOr(() => readFile(file, 'utf8'))
  return content === null ? null : parsed(content)
}

/** k6 writes its summary in place: half of one is none yet. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Null where there is none. */
async function readOr<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
