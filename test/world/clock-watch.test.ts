/** A clock that differs from Google's or Slack's is noticed by the answers that come anyway. DESIGN.md, 3. */
import { createServer } from 'node:http'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import {
  type ClockWatch,
  hostsOfGoogleAndSlack,
  skewOf,
  watchClocks,
} from '../../src/world/clock-watch.ts'
import { connectCloudSql } from '../../src/world/cloud-sql.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const clock = { now: () => Date.now() }
const instances = [{ name: 'tuki-db-prod', tier: 'db-custom-2-7680' }]

async function cloudOff(byMs: number) {
  const cloud = await startLocalCloud({
    ...{ project: 'tukiprod', instances },
    clock: { now: () => Date.now() + byMs },
  })
  ends.push(cloud.stop)
  return cloud.root
}

/** A server of Slack's, whose clock is off. */
async function slackOff(byMs: number): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('date', new Date(Date.now() + byMs).toUTCString())
    response.end('{"ok":true}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  ends.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `http://127.0.0.1:${z.object({ port: z.int() }).parse(server.address()).port}/api/`
}

function watched(local: { google: string | null; slack: string | null }): ClockWatch {
  const watch = watchClocks(hostsOfGoogleAndSlack(local), clock)
  ends.push(watch.stop)
  return watch
}

describe('the clocks of the others', () => {
  test.each([
    [60_000, -60],
    [-60_000, 60],
    [0, 0],
  ])('Google %i ms off is seen through its own client', async (byMs, seconds) => {
    const google = await cloudOff(byMs)
    const watch = watched({ google, slack: null })
    const { reader } = connectCloudSql({ project: 'tukiprod', apiRoot: google, clock })
    await reader.instance('tuki-db-prod')
    const [skew] = watch.skews()
    expect(skew?.of).toBe('google')
    expect(Math.abs((skew?.skewSeconds ?? 99) - seconds)).toBeLessThanOrEqual(1.5)
  })

  test('Slack is seen through fetch, and the newest answer counts', async () => {
    const [slack, right] = [await slackOff(30_000), await slackOff(0)]
    const watch = watched({ google: null, slack })
    await fetch(`${slack}auth.test`).then((answer) => answer.text())
    expect(watch.skews()).toMatchObject([{ of: 'slack' }])
    expect(watch.skews()[0]?.skewSeconds).toBeLessThan(-28)
    await fetch(`${right}auth.test`).then((answer) => answer.text())
    expect(watch.skews()).toHaveLength(1)
  })

  test('nobody else is believed, and a watch that was stopped hears nothing', async () => {
    const slack = await slackOff(30_000)
    const watch = watched({ google: null, slack: null })
    await fetch(slack).then((answer) => answer.text())
    expect(watch.skews()).toEqual([])
    const stopped = watched({ google: null, slack })
    stopped.stop()
    await fetch(slack).then((answer) => answer.text())
    expect(stopped.skews()).toEqual([])
  })

  test('clocks that agree are never said to differ, however long an answer takes', () => {
    const ms = fc.integer({ min: 0, max: 10_000 })
    fc.assert(
      fc.property(fc.integer({ min: 1e12, max: 2e12 }), ms, ms, (from, there, back) => {
        const date = Math.floor((from + there) / 1000) * 1000
        expect(skewOf({ from, to: from + there + back, date })).toBe(0)
      }),
    )
  })
})
