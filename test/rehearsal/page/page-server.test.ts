/** The page is for this machine and for itself: nobody else's page may act through it. */
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createPage, type Page } from '../../../src/rehearsal/page/page-server.ts'
import { type LocalSlack, startLocalSlack } from '../../../src/rehearsal/slack/local-slack.ts'
import { type Follower, follow } from './follower.ts'

let slack: LocalSlack
let page: Page
let url: string
const followers: Follower[] = []

beforeAll(async () => {
  const secrets = { botToken: 'xoxb-test', signingSecret: 's' }
  slack = await startLocalSlack({ ...secrets, deliverTo: () => null })
  page = createPage({
    slack,
    clock: { now: Date.now },
    stage: {
      view: () => ({
        bot: { kind: 'up', since: 0 },
        plug: 'idle',
        resize: 'none',
        lastAbsenceMs: null,
        trouble: { next: 'nothing', lasting: [], met: null, sent: 0, accepted: 0 },
      }),
      subscribe: () => () => undefined,
      pullPlug: () => undefined,
      arm: () => undefined,
      switch: () => undefined,
    },
  })
  await new Promise<void>((resolve) => page.server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${z.object({ port: z.number() }).parse(page.server.address()).port}`
})
afterAll(async () => {
  for (const follower of followers) await follower.stop()
  await page.stop()
  await slack.stop()
})

/** With headers that `fetch` would not let through. */
function statusOf(path: string, headers: Record<string, string>, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const outgoing = request(`${url}${path}`, { method, headers, agent: false }, (incoming) => {
      incoming.resume()
      resolve(incoming.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const json = { 'content-type': 'application/json' }
const deed = JSON.stringify({ kind: 'plug' })

test('the page names only files of its own, and each is served', async () => {
  const html = await (await fetch(url)).text()
  const named = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => String(path))
  expect(named.length).toBeGreaterThan(5)
  for (const path of named) {
    expect(path).toMatch(/^\//)
    const answer = await fetch(`${url}${path}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  }
})

test('a name that merely points to this machine is refused', async () => {
  expect(await statusOf('/', { host: 'evil.example:3000' })).toBe(403)
  expect(await statusOf('/do', { ...json, host: 'evil.example' }, deed)).toBe(403)
})

test("another page's deed is refused, also as a plain form", async () => {
  expect(await statusOf('/do', { ...json, origin: 'http://evil.example' }, deed)).toBe(403)
  expect(await statusOf('/do', { 'content-type': 'text/plain' }, deed)).toBe(403)
  expect(await statusOf('/do', json, deed)).toBe(200)
})

test('a deed that the page does not know, and a folder above, are refused', async () => {
  expect(await statusOf('/do', json, '{"kind":"reboot"}')).toBe(400)
  expect(await statusOf('/../host.ts', {})).toBe(404)
  expect(await statusOf('/stream?as=U0NOBODY&channel=C0INCIDENT', {})).toBe(404)
})

test('what is said reaches this channel, and an ephemeral its person alone', async () => {
  const watch = async (as: string, channel: string) => {
    const follower = await follow(url, as, channel)
    followers.push(follower)
    return follower
  }
  const ana = await watch('U0ANA', 'C0INCIDENT')
  const luis = await watch('U0LUIS', 'C0INCIDENT')
  const elsewhere = await watch('U0LUIS', 'C0PLATFORM')
  const typed = { kind: 'type', channel: 'C0INCIDENT', as: 'U0ANA' }
  await ana.do({ ...typed, text: 'hello <all> & @luis' })
  await ana.do({ ...typed, text: '/capacity status' })
  await ana.says('hello <all>')
  await ana.says('failed with the error "dispatch_failed"')
  await luis.says('ana typed /capacity status')
  expect(luis.text()).toContain('hello <all> & @luis')
  expect(luis.text()).not.toContain('dispatch_failed')
  expect(elsewhere.text()).toBe('')
})
