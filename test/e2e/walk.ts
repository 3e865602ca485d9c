/** A run walked to its end by people: they approve, say that it is done, or go past what nobody can see. */
import { expect } from 'vitest'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { type LedgerEvent, type Name, openStage, type Stage, type StageOptions } from './bot.ts'
import { run as program } from './process.ts'
import { type Servers, startServers } from './servers.ts'
import { until } from './until.ts'

export type Walked = {
  readonly id: string
  /** The living message as it is at the end. */
  readonly said: Message
  readonly events: readonly LedgerEvent[]
  /** Where people had to go past something: the event that waited for them. */
  readonly skipped: readonly LedgerEvent[]
}

export type Walk = {
  readonly stage: Stage
  readonly servers: Servers
  /** Ana starts it and Luis approves; until it has ended. */
  readonly run: (command: string) => Promise<Walked>
}

/** The System document as production would have it, where every setting can be written. */
export const writable = (text: string): string =>
  text
    .replace('celery: { image: "celery_health_server.py:61" }', 'celery: { args: true }')
    .replace('policy:\n', 'policy:\n  loadTestHosts: [staging.tuki.test]\n')

export async function onWalk(
  options: StageOptions,
  play: (walk: Walk) => Promise<void>,
): Promise<void> {
  const servers = await startServers()
  try {
    const env = { ...servers.env, ...options.env }
    const stage = await openStage({ document: writable, ...options, env })
    servers.watch(stage.cloud)
    try {
      await stage.start()
      await play({ stage, servers, run: (command) => typed(stage, command) })
      await expectSound(stage)
    } finally {
      await stage.close()
    }
  } finally {
    await servers.stop()
  }
}

const ends = /^(Done|Looked|Nothing to do|Not sent|Blocked|Rejected|Expired|Aborted)/

const typed = (stage: Stage, command: string) => walked(stage, () => stage.type('ana', command))

/** The run that `start` asks for. */
export async function walked(stage: Stage, start: () => Promise<void>): Promise<Walked> {
  const before = startedRuns(stage)
  await start()
  const id = await until('a run', () => startedRuns(stage).find((one) => !before.includes(one)), {
    shown: () => lastSaid(stage),
  })
  const skipped: LedgerEvent[] = []
  for (;;) {
    const [message, last] = [livingMessage(stage, id), lastEvent(stage, id)]
    if (message !== undefined && ends.test(message.text))
      return { id, said: message, events: eventsOf(stage, id), skipped }
    if (last !== undefined) await decide(stage, { id, last, message, skipped })
    await until('the run goes on, or ends', () => isNews(stage, id, { message, last }), {
      shown: () => `${JSON.stringify(last)}\n${lastSaid(stage)}\n${stage.output().slice(-2_000)}`,
    })
  }
}

type Moment = {
  readonly message: Message | undefined
  readonly last: LedgerEvent | undefined
}

function isNews(stage: Stage, id: string, { message, last }: Moment): true | undefined {
  const now = livingMessage(stage, id)
  const hasMoved = JSON.stringify(lastEvent(stage, id)) !== JSON.stringify(last)
  const isOver = now !== undefined && ends.test(now.text)
  const hasButtons = JSON.stringify(now?.blocks) !== JSON.stringify(message?.blocks)
  return hasMoved || isOver || hasButtons ? true : undefined
}

const watched = ['watch-begun', 'calm-began', 'calm-ended']

/** What a person does about it; nothing where the bot is at work. */
async function decide(
  stage: Stage,
  {
    id,
    last,
    message,
    skipped,
  }: Moment & { id: string; last: LedgerEvent; skipped: LedgerEvent[] },
): Promise<void> {
  const press = async (who: Name, button: string) => {
    // Its message may not be there yet.
    if (message !== undefined && JSON.stringify(message.blocks).includes(`"text":"${button}"`))
      await stage.click(who, button, message)
  }
  const { type } = last
  if (type === 'approval-requested') return press('luis', 'Approve')
  if (type === 'person-asked') return press('ana', 'Done')
  if (type !== 'run-parked' && !watched.includes(type)) return
  skipped.push(last)
  await stage.type('ana', `/runbook skip ${id} looked at by hand`)
}

function eventsOf(stage: Stage, id: string): readonly LedgerEvent[] {
  return stage.eventsOf(id).filter(({ type }) => type !== 'message-posted')
}

const lastEvent = (stage: Stage, id: string) => eventsOf(stage, id).at(-1)

const startedRuns = (stage: Stage) =>
  stage.events().flatMap(({ type, run }) => (type === 'run-started' ? [String(run)] : []))

const livingMessage = (stage: Stage, id: string) =>
  stage
    .all()
    .find(
      ({ onlyFor, blocks }) => onlyFor === null && JSON.stringify(blocks).includes(`Run \`${id}\``),
    )

const lastSaid = (stage: Stage) =>
  stage
    .all()
    .map(({ text }) => text)
    .join('\n')

/** The ledger, judged by the command line beside the bot. */
async function expectSound({ dataFolder }: Stage): Promise<void> {
  const files = { PLIMSOLL_DATA: dataFolder, PLIMSOLL_SYSTEM: `${dataFolder}/system.yml` }
  const verify = program(['ledger', 'verify'], files)
  expect(await verify.ended, `${verify.stdout()}${verify.stderr()}`).toBe(0)
}
