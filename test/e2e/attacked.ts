/** A bot that somebody attacks: an approval that waits for luis, and a run that has ended. */
import { expect } from 'vitest'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { ids, openStage, type Stage, upgrade } from './bot.ts'
import { click, type Envelope, post, type Signed, signed } from './signed.ts'
import { until } from './until.ts'

export type Expected = {
  readonly status: number
  /** In the answer itself, to the person alone; absent: it is quiet. */
  readonly says?: RegExp
  /** After the answer, to the person alone. */
  readonly tells?: RegExp
}

export type Attacked = {
  readonly stage: Stage
  readonly waiting: Message
  /** Of the approval that waits: `run.token`. */
  readonly token: string
  readonly run: string
  readonly ended: { readonly token: string; readonly ts: string; readonly run: string }
  /** What the form carried that was opened for ana. */
  readonly sealed: string
  /** Nothing was recorded, nothing was sent, the bot lives, and one refusal at most was told, to that person alone. */
  readonly unmoved: (request: Signed, expected: Expected) => Promise<void>
  readonly approving: (envelope?: Envelope) => Signed
  /** How many different requests left no trace so far. */
  readonly requestCount: () => number
}

/** Whoever is not in the local workspace. */
const people: Readonly<Record<string, object>> = {
  U0GUEST: { is_restricted: true },
  U0SINGLE: { is_ultra_restricted: true },
  U0ROBOT: { is_bot: true },
  U0FLOW: { is_workflow_bot: true },
  U0GONE: { deleted: true },
  U0CONNECT: { team_id: 'T0OTHER', is_stranger: true },
  U0HOLDER: {},
  U0PLAIN: {},
}
/** All of them stand in the approvers' group, but who is a member and nothing more. */
const holders = [ids.luis, ...Object.keys(people)].filter((one) => one !== 'U0PLAIN')

export async function openAttacked(): Promise<Attacked> {
  const stage = await openStage()
  stage.switchboard.answerWith((method, { user = '' }) => {
    if (method === 'usergroups.users.list') return { ok: true, users: holders }
    if (method !== 'users.info' || people[user] === undefined) return null
    return { ok: true, user: { id: user, team_id: 'T0PLIMSOLL', name: user, ...people[user] } }
  })
  await stage.start()
  const sealed = await sealedFor(stage)
  await stage.type('ana', upgrade)
  const first = await stage.said(/Needs 1 of/)
  await stage.click('luis', 'Reject')
  await stage.said(/^Rejected/)
  const ended = { ...tokenOf(stage), ts: first.ts }
  await stage.type('ana', upgrade)
  const waiting = await stage.said(/Needs 1 of/)
  const { token, run } = tokenOf(stage)
  const seen = new Set<string>()
  return {
    ...{ stage, waiting, token, run, ended, sealed },
    unmoved: async (request, expected) => {
      await unmoved(stage, request, expected)
      seen.add(`${JSON.stringify(request.headers)} ${request.body}`)
    },
    approving: (envelope = {}) => signed(stage, click({ value: token, ts: waiting.ts }), envelope),
    requestCount: () => seen.size,
  }
}

async function sealedFor(stage: Stage): Promise<string> {
  await stage.type('ana', '/runbook do patch-cloud-sql-tier')
  const modal = await until('a modal', () => stage.slack.modals.of(ids.ana))
  return String(modal.view.private_metadata)
}

function tokenOf(stage: Stage) {
  const asked = stage.events().findLast(({ type }) => type === 'approval-requested')
  const [run = ''] = String(asked?.token).split('.')
  return { token: String(asked?.token), run }
}

async function unmoved(stage: Stage, request: Signed, expected: Expected): Promise<void> {
  const ephemerals = () => stage.slack.log.entries().filter(isEphemeral)
  const before = { events: stage.events().length, told: ephemerals().length }
  const answer = await post(stage, request)
  expect(answer.status).toBe(expected.status)
  if (expected.says === undefined) expect(answer.body.length).toBeLessThan(60)
  else expect(answer.body).toMatch(expected.says)
  // A click's refusal is told after its ack.
  if (expected.tells !== undefined)
    await until('the refusal', () => (ephemerals().length > before.told ? true : undefined))
  const after = ephemerals().slice(before.told)
  expect(after.length).toBe(expected.tells === undefined ? 0 : 1)
  if (expected.tells !== undefined) expect(JSON.stringify(after)).toMatch(expected.tells)
  expect(stage.events()).toHaveLength(before.events)
  expect(stage.cloud.writes).toBe(0)
  expect(stage.bot().hasEnded()).toBe(false)
}

const isEphemeral = (one: { readonly kind: string; readonly method?: string }) =>
  one.kind === 'call' && one.method === 'chat.postEphemeral'
