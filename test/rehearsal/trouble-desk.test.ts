/** "Make it fail" on the page, over HTTP: armed, met, seen, and taken back. */
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { createPage } from '../../src/rehearsal/page/page-server.ts'
import { lastingTroubles, nextTroubles } from '../../src/rehearsal/page/troubles.ts'
import { startLocalSlack } from '../../src/rehearsal/slack/local-slack.ts'
import { openTroubleDesk } from '../../src/rehearsal/trouble-desk.ts'
import { follow } from './page/follower.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function opened() {
  const clock = { now: Date.now }
  const watchers = new Set<() => void>()
  const slack = await startLocalSlack({
    ...{ botToken: 'xoxb-test', signingSecret: 's', deliverTo: () => null },
  })
  const cloud = await startLocalCloud({
    project: 'tukiprod',
    instances: [{ name: 'tuki-db-prod', tier: 'db-custom-2-7680' }],
    onWrite: (mishap) => desk.wrote(mishap),
  })
  const onChange = () => watchers.forEach((tell) => void tell())
  const desk = openTroubleDesk({ cloud, clock, onChange })
  const bot = { kind: 'up', since: 0 } as const
  const page = createPage({
    ...{ slack, clock },
    stage: {
      view: () => ({
        ...{ bot, plug: 'idle', resize: 'none', lastAbsenceMs: null, trouble: desk.view() },
      }),
      subscribe: (tell) => {
        watchers.add(tell)
        return () => watchers.delete(tell)
      },
      pullPlug: () => undefined,
      ...{ arm: desk.arm, switch: desk.switch },
    },
  })
  page.server.listen(0, '127.0.0.1')
  await once(page.server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(page.server.address())
  const follower = await follow(`http://127.0.0.1:${port}`, 'U0ANA', 'C0INCIDENT')
  stops.push(slack.stop, cloud.stop, page.stop, follower.stop)
  const url = `${cloud.root}/v1/projects/tukiprod/instances/tuki-db-prod`
  const settings = { tier: 'db-custom-8-30720' }
  const patch = () => fetch(url, { method: 'PATCH', body: JSON.stringify({ settings }) })
  return { cloud, follower, patch, read: async () => (await fetch(url)).status }
}

test('a lost reply that is armed is met by the next change, once, and everybody sees it', async () => {
  const { cloud, follower, patch, read } = await opened()
  await follower.do({ kind: 'arm', next: 'reply-lost' })
  await follower.stage(({ trouble }) => trouble.next === 'reply-lost')
  expect(await read()).toBe(200)
  await expect(patch()).rejects.toThrow('fetch failed')
  const { trouble } = await follower.stage(({ trouble: { met } }) => met !== null)
  expect(trouble).toMatchObject({ next: 'nothing', met: { words: 'The reply is lost' } })
  expect(trouble).toMatchObject({ sent: 1, accepted: 1 })
  expect((await patch()).status).toBe(409)
  await follower.stage(({ trouble: now }) => now.sent === 2 && now.accepted === 1)
  expect(cloud.writes).toBe(1)
})

test('what is armed is one thing, and can be taken back', async () => {
  const { cloud, follower, patch } = await opened()
  for (const { how } of nextTroubles) await follower.do({ kind: 'arm', next: how })
  await follower.stage(({ trouble }) => trouble.next === 'operation-fails')
  expect(cloud.trouble.armed()).toHaveLength(1)
  await follower.do({ kind: 'arm', next: 'nothing' })
  await follower.stage(({ trouble }) => trouble.next === 'nothing')
  expect((await patch()).status).toBe(200)
  expect(await follower.do({ kind: 'arm', next: 'an earthquake' }).catch(String)).toMatch(/JSON/)
})

test('what lasts is on until it is switched off', async () => {
  const { cloud, follower, read } = await opened()
  for (const { what } of lastingTroubles) await follower.do({ kind: 'switch', what, to: 'on' })
  const { trouble } = await follower.stage((view) => view.trouble.lasting.length === 3)
  expect(trouble.lasting).toEqual(lastingTroubles.map(({ what }) => what))
  expect([await read(), cloud.trouble.reads().lagMs]).toEqual([503, 5_000])
  for (const { what } of lastingTroubles) await follower.do({ kind: 'switch', what, to: 'off' })
  await follower.stage((view) => view.trouble.lasting.length === 0)
  expect([await read(), cloud.monitoring.stoppedMetrics()]).toEqual([200, []])
})
