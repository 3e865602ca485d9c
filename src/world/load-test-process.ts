/** The processes of a load test: whether one is still ours, and its end. */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { foldersOf, keptOf } from './load-test-folder.ts'
import type { Clock } from './world.ts'

/** Whether the process is there and is the warden of this folder: a number is used again. */
export function isAlive(pid: number, folder: string): boolean {
  return processesOf(folder).includes(pid)
}

/** The warden and k6: both have the folder in their command, and so may a person's editor. */
function processesOf(folder: string): readonly number[] {
  return commands()
    .filter(({ command }) => /load-test-warden|--address/.test(command))
    .flatMap(({ pid, command }) => (command.includes(folder) ? [pid] : []))
}

type Process = { readonly pid: number; readonly command: string }

/** Linux has them in files, everybody else in `ps`. */
function commands(): readonly Process[] {
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' })
      .stdout.split('\n')
      .map((line) => ({ pid: Number.parseInt(line, 10), command: line }))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
}

/** '' where it ended just now. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return ''
    throw error
  }
}

/** All of its group; nothing where there is none any more. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Tests that began and did not end: their bot is gone, and whatever of them runs must not. */
export async function endStrays(root: string, clock: Clock): Promise<void> {
  for (const name of await foldersOf(root)) {
    const folder = join(root, name)
    const { ended } = await keptOf(folder)
    for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
    if (ended !== null) continue
    const record = { code: null, signal: null, ending: 'orphaned', said: '' }
    await writeFile(join(folder, 'ended.json'), JSON.stringify({ endedAt: clock.now(), ...record }))
  }
}

/** Where k6 says how it stands: on this machine alone, at a port that nobody has now. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `127.0.0.1:${address.port}`
}
