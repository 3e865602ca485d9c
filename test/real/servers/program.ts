/**
 * Real servers for the tests: each in a folder of its own, not as root, and gone when the test is,
 * however it ends.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** PostgreSQL and PgBouncer refuse root: then they run as the account that Debian's package made. */
async function account(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((one) => one.startsWith('postgres:'))
  const [, , uid, gid] = (line ?? '').split(':')
  if (uid === undefined || gid === undefined) throw new Error('no account named postgres')
  return { uid: Number(uid), gid: Number(gid) }
}

export type Folder = { readonly path: string; readonly remove: () => Promise<void> }

export async function temporaryFolder(name: string): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), `plimsoll-${name}-`))
  const { uid, gid } = await account()
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Runs it to its end, in the server's account. */
export async function run(program: string, args: readonly string[]): Promise<void> {
  const ended = spawnSync(program, args, { ...(await account()), cwd: tmpdir(), encoding: 'utf8' })
  if (ended.status !== 0) throw new Error(`${program}: ${ended.stderr || ended.error?.message}`)
}

export type Program = { readonly stop: () => Promise<void> }

// Its input is a pipe that we hold: should we be killed, it closes, and the server is told to stop.
const warden = `
exec 3<&0
signal=$1; group=$2; shift 2
$group "$@" 3<&- </dev/null &
child=$!
{ cat <&3 >/dev/null; kill "-$signal" -- "\${group:+-}$child" 2>/dev/null; } &
wait "$child"
`

export type Start = {
  readonly program: string
  readonly args: readonly string[]
  /** KILL where nothing is to be kept: what else ends a pooler at once differs from version to version. */
  readonly signal: 'INT' | 'KILL'
  readonly isReady: () => Promise<boolean>
  /** As whoever runs the tests: for programs out of their own cache. */
  readonly inOurAccount?: boolean
  /** Its children are told too: they would go on without it. */
  readonly withChildren?: boolean
}

export async function start(options: Start): Promise<Program> {
  const { program, args, signal, isReady, inOurAccount = false, withChildren = false } = options
  const told = [signal, withChildren ? 'setsid' : '', program, ...args]
  const process = spawn('bash', ['-c', warden, 'warden', ...told], {
    ...(inOurAccount ? {} : await account()),
    cwd: tmpdir(),
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000)
  })
  const exited = once(process, 'exit')
  const stop = async (): Promise<void> => {
    process.stdin.end()
    await exited
  }
  for (let tries = 0; !(await isReady()); tries += 1) {
    if (process.exitCode !== null || tries > 200) {
      await stop()
      throw new Error(`${program} did not start: ${said}`)
    }
    await wait(50)
  }
  return { stop }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
