/** The host with a small bot in the product's place: what starts, dies, comes back, and is left behind. */
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type RehearsalOptions, startRehearsal } from '../../src/rehearsal/host.ts'
import { temporaryFolder } from '../ledger/temporary.ts'
import { follow } from './page/follower.ts'

const botEntry = fileURLToPath(new URL('stand-in-bot.ts', import.meta.url))
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function started(given: Partial<RehearsalOptions> = {}) {
  const lines: string[] = []
  const dataFolder = given.dataFolder ?? temporaryFolder()
  const rehearsal = await startRehearsal({
    dataFolder,
    env: { PATH: process.env.PATH },
    botEntry,
    print: (line) => lines.push(line),
    ...given,
  })
  if (rehearsal.kind === 'refused') throw new Error(rehearsal.sentence)
  stops.push(() => rehearsal.stop())
  return { rehearsal, lines, dataFolder }
}

test('it prints three lines, and the channel is alive without typing', async () => {
  const { rehearsal, lines } = await started()
  expect(lines).toEqual([rehearsal.url, 'rehearsal: nothing real is touched', 'to stop: Ctrl-C'])
  const page = await follow(rehearsal.url, 'U0ANA', 'C0INCIDENT')
  stops.push(page.stop)
  await page.says('2,904 of 10,000')
  expect(page.state().gauge?.supported).toBe('2,904')
})

test('a plug pulled before a resize kills the bot with its change sent; the message goes on', async () => {
  const { rehearsal } = await started()
  const ana = await follow(rehearsal.url, 'U0ANA', 'C0INCIDENT')
  const luis = await follow(rehearsal.url, 'U0LUIS', 'C0INCIDENT')
  stops.push(ana.stop, luis.stop)
  await ana.says('2,904 of 10,000')
  await ana.do({
    kind: 'type',
    as: 'U0ANA',
    channel: 'C0INCIDENT',
    text: '/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720',
  })
  await luis.says('asks: resize')
  await ana.stage((view) => view.resize === 'asked')
  await ana.do({ kind: 'plug' })
  await ana.stage((view) => view.plug === 'armed')
  const asked = luis.find('asks: resize')
  const click = { kind: 'click', channel: 'C0INCIDENT', action: 'approve', ...asked }
  await ana.do({ ...click, as: 'U0ANA' })
  await ana.says('You asked for this yourself')
  expect(luis.text()).not.toContain('You asked for this yourself')
  await luis.do({ ...click, as: 'U0LUIS' })
  await luis.stage((view) => view.bot.kind === 'dead' && view.plug === 'idle')
  await luis.says('I was stopped after sending; I looked; it is done.')
  const view = await luis.stage(({ bot }) => bot.kind === 'up')
  expect(view.lastAbsenceMs).toBeGreaterThan(2900)
  expect(luis.find('I was stopped after sending').ts).toBe(asked.ts)
})

test('the plug pulled outside of a resize kills at once, and the bot comes back', async () => {
  const { rehearsal } = await started()
  const page = await follow(rehearsal.url, 'U0ANA', 'C0INCIDENT')
  stops.push(page.stop)
  await page.says('2,904 of 10,000')
  await page.do({ kind: 'plug' })
  await page.stage(({ bot }) => bot.kind === 'dead')
  const typed = { kind: 'type', as: 'U0ANA', channel: 'C0INCIDENT', text: '/capacity status' }
  expect(await page.do(typed)).toMatchObject({ kind: 'failed', error: 'dispatch_failed' })
  await page.stage(({ bot }) => bot.kind === 'up')
})

test('a taken port that was asked for is refused', async () => {
  const other = createServer()
  const taken = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => {
      resolve(z.object({ port: z.number() }).parse(other.address()).port)
    }),
  )
  await expect(started({ port: taken })).rejects.toThrow(`Port ${taken} is taken`)
  other.close()
})

test('a second rehearsal on one folder is sent to the first, and empties nothing', async () => {
  const { rehearsal, dataFolder } = await started()
  await expect(started({ dataFolder })).rejects.toThrow(`already running at ${rehearsal.url}`)
  expect(existsSync(join(dataFolder, 'rehearsal', 'bot.log'))).toBe(true)
})

test('when it stops, the bot is gone, the port is free and the folder is released', async () => {
  const { rehearsal, dataFolder } = await started()
  await rehearsal.stop()
  expect(await rehearsal.ended).toBe(0)
  await expect(fetch(rehearsal.url)).rejects.toThrow('fetch failed')
  const again = await started({ dataFolder, port: Number(new URL(rehearsal.url).port) })
  expect(again.rehearsal.url).toBe(rehearsal.url)
})

test('a bot that does not start ends the host with 1 and its last words', async () => {
  const dataFolder = temporaryFolder()
  const broken = fileURLToPath(new URL('no-such-bot.ts', import.meta.url))
  const options = { dataFolder, env: { PATH: process.env.PATH }, botEntry: broken }
  const rehearsal = await startRehearsal(options)
  expect(rehearsal).toMatchObject({ kind: 'refused', exitCode: 1 })
  expect(rehearsal.kind === 'refused' ? rehearsal.sentence : '').toContain('MODULE_NOT_FOUND')
})
