/**
 * Every runbook run whole, from Slack's wire to its last step, and its way back: the real bot in the local cloud, which
 * sees a database, a pooler and a broker on their own wires. Where minutes of calm are asked for, people go past.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { database, type LedgerEvent } from '../../e2e/bot.ts'
import { walkedBoxes } from '../../e2e/boxes.ts'
import { projectRoot } from '../../e2e/process.ts'
import { until } from '../../e2e/until.ts'
import { onWalk, type Walk, type Walked, writable } from '../../e2e/walk.ts'

const tooLarge = 'more than this machine plays'

/** What people went past; what a small machine cannot play differs from one to the next. */
function pastOf({ skipped }: Walked): readonly string[] {
  return skipped.map(reasonOf).filter((reason) => !reason.includes(tooLarge))
}

function reasonOf({ type, why }: LedgerEvent): string {
  return type === 'run-parked' ? JSON.stringify(why) : 'it watched'
}

type Ends = { readonly said: RegExp; readonly past?: readonly string[] }

/** Runs it whole; gives the command for its way back. */
async function through({ run }: Walk, command: string, { said, past = [] }: Ends): Promise<string> {
  const walked = await run(`/runbook start ${command}`)
  expect(walked.said.text).toMatch(said)
  expect(pastOf(walked)).toEqual(past)
  return `/runbook undo ${walked.id}`
}

const verified = { said: /^Done and verified: / }
const watched = { said: /^Done, not verified: .*went past step/, past: ['it watched'] }
const watchedTwice = { ...watched, past: ['it watched', 'it watched'] }

const threeTimes = { ...watched, past: ['it watched', 'it watched', 'it watched'] }

/** How the way back from each box's run ends, the last first; null: there is none. The ninth offers nothing. */
const checklistBackwards: readonly { readonly box: number; readonly says: RegExp | null }[] = [
  { box: 8, says: /^Done and verified: (stop the load test|a plan of)/ },
  { box: 7, says: /^Done and verified: move the threshold .* from 472 to 648/ },
  { box: 6, says: null },
  { box: 5, says: /^Done and verified: .*connMaxAgeSeconds 600 -&gt; 0/ },
  { box: 4, says: /^Blocked: .*Requests admitted per instance .*200 of 36/ },
  { box: 3, says: /^Blocked: .*Supported users fall from 7,920 to 3,300/ },
  { box: 2, says: /^Done and verified: / },
  { box: 1, says: /^Blocked: .*Supported users fall from 7,920 to 5,280/ },
]

/** By runbook: run and taken back. */
const walks: Readonly<Record<string, (walk: Walk) => Promise<void>>> = {
  'add-read-replica': async (walk) => {
    const { run, stage } = walk
    const back = await run(await through(walk, 'add-read-replica', watched))
    expect(back.said.text).toMatch(/^Done and verified: delete the read replica/)
    const deleted = stage.cloud.requests.filter(({ method }) => method === 'DELETE')
    expect(deleted.map(({ path }) => path.split('/').at(-1))).toEqual(['tuki-db-read-replica'])
  },
  'celery-backlog': async (walk) => {
    const back = await walk.run(await through(walk, 'celery-backlog', verified))
    expect(back.said.text).toMatch(/^Done and verified: a plan of/)
  },
  'connect-through-pooler': async (walk) => {
    const back = await walk.run(await through(walk, 'connect-through-pooler', watched))
    expect(walk.servers.pooler).toMatchObject({ default_pool_size: '40', server_login_retry: '1' })
    expect(back.said.text).toMatch(/^Blocked: .*Database connections .*1,890 of 390/)
  },
  'connection-exhaustion': async (walk) => {
    const { run, servers, stage } = walk
    const undo = await through(walk, 'connection-exhaustion', watched)
    expect(servers.idle()).toBe(0)
    const back = await run(undo)
    await stage.told('ana', /cannot be undone stays: terminate-sessions: what was not committed/)
    expect(back.said.text).toMatch(/^Blocked: .*Supported users fall from 3,300 to 1,980/)
  },
  'deployment-checklist': async ({ stage, run }) => {
    const { list, runs } = await walkedBoxes(stage, '/runbook start deployment-checklist', 9)
    expect(list.text).toMatch(/9 of 9 done/)
    expect(runs.flatMap(pastOf)).toEqual(['it watched', 'it watched', 'it watched'])
    expect(runs).toHaveLength(checklistBackwards.length)
    for (const { box, says } of checklistBackwards) {
      const undo = `/runbook undo ${runs[box - 1]?.id}`
      if (says !== null) expect((await run(undo)).said.text, `box ${box}`).toMatch(says)
      else {
        await stage.type('ana', undo)
        await stage.told('ana', /^I cannot undo it\. apply-dashboards: the dashboard before is not/)
      }
    }
    await stage.said(/ of 9 done, 3 undone again/, list)
  },
  'immediate-action-plan': async (walk) => {
    const back = await walk.run(await through(walk, 'immediate-action-plan', threeTimes))
    expect(back.said.text).toMatch(/^Blocked: .*Requests admitted per instance/)
  },
  'load-test': async (walk) => {
    const back = await walk.run(await through(walk, 'load-test', watchedTwice))
    await walk.stage.told('ana', /cannot be undone stays: stop-load-test/)
    // Each start is taken back by a stop; none of them runs any more.
    expect(back.said.text).toMatch(/^Done and verified: a plan of 3 steps/)
  },
  'match-threads': async (walk) => {
    const { run } = walk
    const early = await run('/runbook start match-threads')
    expect(early.said.text).toMatch(/^Blocked: .*4,770 of 390 connections/)
    await through(walk, 'connect-through-pooler', watched)
    const back = await run(await through(walk, 'match-threads', verified))
    expect(back.said.text).toMatch(/^Blocked: .*Requests admitted per instance .*200 of 36/)
  },
  'roll-back': async (walk) => {
    const { stage, run } = walk
    const good = stage.cloud.service('backend').latestReadyRevision
    await run('/runbook do scale-service service=backend concurrency=150')
    await until('another revision', () =>
      stage.cloud.service('backend').latestReadyRevision === good ? undefined : true,
    )
    const undo = await through(walk, `roll-back revision=${good}`, watched)
    await stage.type('ana', undo)
    await stage.told('ana', /^I cannot undo it\. set-traffic: the revision before is among/)
  },
  'rotate-to-supported-postgres': async (walk) => {
    const undo = await through(walk, 'rotate-to-supported-postgres', verified)
    await walk.stage.type('ana', undo)
    await walk.stage.told('ana', /^Nothing to undo/)
  },
  'scale-down-after-event': async (walk) => {
    const back = await walk.run(await through(walk, 'scale-down-after-event', verified))
    expect(back.said.text).toMatch(/^Done and verified: move the threshold .* from 312 to 648/)
  },
  'scale-to-10k': async (walk) => {
    const { run, stage } = walk
    await stage.type('ana', '/capacity status')
    await stage.said(/carries 2,904 of 10,000 users/)
    const undo = await through(walk, 'scale-to-10k', threeTimes)
    await stage.type('ana', '/capacity status')
    await stage.said(/carries its 10,000 users, and 10,560 at most/)
    expect(stage.cloud.instance(database).tier).toBe('db-custom-8-30720')
    const back = await run(undo)
    expect(back.said.text).toMatch(/^Blocked: .*Supported users fall from 10,560 to 5,280/)
  },
}

/** One who may approve is there, and what cannot be taken back needs two. */
const withOneYes = (text: string) => writable(text).replace('irreversible: 2', 'irreversible: 1')

describe.concurrent('run whole, and taken back', { timeout: 600_000 }, () => {
  test.each(Object.entries(walks))('%s', (_name, walk) => onWalk({ document: withOneYes }, walk))
})

test('no runbook is left out', () => {
  const files = readdirSync(join(projectRoot, 'runbooks')).filter((name) => name.endsWith('.ts'))
  expect(Object.keys(walks)).toEqual(files.map((name) => name.replace(/\.ts$/, '')).sort())
})
