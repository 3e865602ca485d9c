/** `npm start` on a free port and a Chromium in front of it, for the walk and for the pictures. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { chromium, type Page } from 'playwright-core'
import { z } from 'zod'

export type Started = {
  readonly url: string
  /** What `npm start` printed that is the program's and not npm's. */
  readonly lines: readonly string[]
  /** As Ctrl-C does: the whole group is told. True when nothing of it is left. */
  interrupt: () => Promise<boolean>
}

/** Resolves when the address was printed. */
export async function npmStart(): Promise<Started> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'plimsoll-walk-'))
  const port = await freePort()
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, PORT: String(port), PLIMSOLL_DATA: dataFolder }
  const child = spawn('npm', ['start'], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const complaints: string[] = []
  child.stderr.on('data', (chunk) => complaints.push(String(chunk)))
  createInterface(child.stdout).on('line', (line) => {
    if (line !== '' && !line.startsWith('> ')) lines.push(line)
  })
  const exited = once(child, 'exit').then(() => 'exited')
  while (lines.length < 3) {
    if ((await Promise.race([pause(20), exited])) === 'exited') {
      throw new Error(`npm start ended: ${lines.join('\n')}\n${complaints.join('')}`)
    }
  }
  const [url = ''] = lines
  return { url, lines, interrupt: () => interrupted(child, dataFolder, complaints) }
}

async function interrupted(
  child: ChildProcess,
  dataFolder: string,
  complaints: readonly string[],
): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`npm start had ended: ${complaints.join('')}`)
  const group = -(child.pid ?? 0)
  const exited = once(child, 'exit')
  process.kill(group, 'SIGINT')
  await exited
  const deadline = Date.now() + 6000
  while (isAlive(group) && Date.now() < deadline) await pause(50)
  const isGone = !isAlive(group)
  if (!isGone) process.kill(group, 'SIGKILL')
  await rm(dataFolder, { recursive: true, force: true })
  return isGone
}

function isAlive(group: number): boolean {
  try {
    return process.kill(group, 0)
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = z.object({ port: z.number() }).parse(probe.address())
  probe.close()
  return port
}

export type Opened = {
  readonly page: Page
  /** What the page complained about in its console. */
  readonly complaints: readonly string[]
  close: () => Promise<void>
}

/** Chromium asks nobody outside: what it would fetch by itself is switched off. */
export async function openBrowser(
  url: string,
  screen: { readonly width: number; readonly height: number; readonly scale?: number },
): Promise<Opened> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    timeout: 30_000,
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const page = await browser.newPage({
    viewport: { width: screen.width, height: screen.height },
    deviceScaleFactor: screen.scale ?? 1,
  })
  page.setDefaultTimeout(30_000)
  const complaints: string[] = []
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return { page, complaints, close: () => browser.close() }
}
