/**
 * Stands between the bot and k6, a process of its own: when the bot is gone, however it went, its
 * pipe closes here, and no load flows any more. Run with: folder, k6, address, longest milliseconds.
 */
import { spawn } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, systemTimers } from './clock.ts'

/** For what k6 does after it stops to send: its clean-up and its summary. */
const farewellMs = 30_000
const keptSigns = 2_000

const [folder = '', k6 = '', address = '', longestMs = '0'] = process.argv.slice(2)

let ending: 'by-itself' | 'stopped' | 'orphaned' | 'too-long' = 'by-itself'
let said = ''

write('running.json', { pid: process.pid, address, startedAt: systemClock.now() })
const child = spawn(
  k6,
  [
    'run',
    '--address',
    address,
    '--no-usage-report',
    '--no-color',
    '--log-format',
    'raw',
    // Whole, so that whoever looks for what a dead bot left finds it by its folder.
    join(folder, 'script.js'),
  ],
  // Nothing of our environment: K6_* in it would beat the script, and a proxy would see the load.
  { cwd: folder, env: { HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
)
// Read, and not kept: should this process be killed, k6's next line of progress kills k6.
child.stdout.resume()
child.stderr.setEncoding('utf8').on('data', (text: string) => {
  said = (said + text).slice(-keptSigns)
})
child.on('error', (error) => end(null, null, error.message))
child.on('close', (code, signal) => end(code, signal, said))

process.stdin.on('close', () => kill('orphaned')).on('error', () => kill('orphaned'))
process.stdin.resume()
process.on('SIGTERM', () => {
  ending = 'stopped'
  child.kill('SIGINT')
  systemTimers.after(farewellMs, () => kill('stopped'))
})
// Signals of a terminal are for the bot.
process.on('SIGINT', () => undefined)
systemTimers.after(Number(longestMs), () => kill('too-long'))

function kill(why: typeof ending): void {
  child.kill('SIGKILL')
  if (ending === 'by-itself') ending = why
}

function end(code: number | null, signal: string | null, text: string): never {
  write('ended.json', { endedAt: systemClock.now(), code, signal, ending, said: text })
  process.exit(0)
}

function write(name: string, content: object): void {
  const file = join(folder, name)
  writeFileSync(`${file}.part`, JSON.stringify(content))
  renameSync(`${file}.part`, file)
}
