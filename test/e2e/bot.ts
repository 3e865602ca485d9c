/** The real bot between a local workspace and a local cloud, and the people who type and click. contract.md, 2. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { z } from 'zod'
import {
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '../../src/rehearsal/cloud/local-cloud.ts'
import { buttonsOf } from '../../src/rehearsal/slack/blocks.ts'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { type LocalSlack, startLocalSlack } from '../../src/rehearsal/slack/local-slack.ts'
import { type Environment, freePort, projectRoot, type Running, run } from './process.ts'
import { type Switchboard, startSwitchboard } from './switchboard.ts'
import { until } from './until.ts'

export const incident = 'C0INCIDENT'
export const database = 'tuki-db-prod'
export const upgrade = `/runbook do patch-cloud-sql-tier database=${database} tier=db-custom-8-30720`

export const ids = { ana: 'U0ANA', luis: 'U0LUIS', eve: 'U0EVE' } as const
export type Name = keyof typeof ids

export type LedgerEvent = Readonly<Record<string, unknown>> & { readonly type: string }

/** One process of the bot at a time, on a port of its own. */
export type Instance = {
  /** Where it takes signed requests. */
  readonly eventsUrl: string
  /** Starts the bot and waits until it is ready; the one before must have ended. */
  start: () => Promise<Running>
  bot: () => Running
}

export type Stage = Instance & {
  /** A second one beside it, in the same surroundings but for `env`. */
  another: (env: Environment) => Promise<Instance>
  /** Whom Slack asks from now on; at first this one. */
  talkTo: (instance: Instance) => void
  readonly slack: LocalSlack
  readonly cloud: LocalCloud
  readonly switchboard: Switchboard
  readonly signingSecret: string
  readonly botToken: string
  readonly dataFolder: string
  type: (who: Name, text: string) => Promise<void>
  /** Clicks the button of that name on the newest of the bot's messages that has it, or on this one. */
  click: (who: Name, button: string, on?: Message) => Promise<void>
  /** Fills in the modal that stands open before somebody, and submits it; resolves when the app has answered. */
  fill: (who: Name, title: RegExp, values: Readonly<Record<string, string>>) => Promise<void>
  /** The newest message of the bot to everybody whose text fits; `on`: only as that one is now. */
  said: (pattern: RegExp, on?: Message) => Promise<Message>
  /** The newest message to this person alone whose text fits. */
  told: (who: Name, pattern: RegExp) => Promise<Message>
  /** Everything that anybody can read in the channel. */
  all: () => readonly Message[]
  events: () => readonly LedgerEvent[]
  /** Of one run. */
  eventsOf: (run: string) => readonly LedgerEvent[]
  /** For whoever looks why something did not come: all messages with their buttons, and `output`. */
  shown: () => string
  /** Everything that the bots of this stage wrote to their streams. */
  output: () => string
  close: () => Promise<void>
}

export type StageOptions = {
  /** The System document's text, changed. */
  readonly document?: (text: string) => string
  readonly cloud?: Partial<LocalCloudOptions>
  readonly env?: Environment
}

/** As in the rehearsal, and quicker: what takes 120 s at Google takes a moment. */
const quickCloud = { operationSeconds: 10, restartSeconds: 5, rollOutSeconds: 10, speed: 10 }
const credentials = { botToken: 'xoxb-1-canary-token', signingSecret: 'canary-signing-secret' }

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  let asked = ''
  const slack = await startLocalSlack({ ...credentials, deliverTo: () => asked })
  const switchboard = await startSwitchboard(slack.url)
  const dataFolder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'))
  const system = documentIn(dataFolder, options.document)
  const cloud = await startLocalCloud({
    project: 'tukiprod',
    document: readFileSync(system, 'utf8'),
    instances: [{ name: database, tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' }],
    ...quickCloud,
    ...options.cloud,
  })
  const env = {
    SLACK_BOT_TOKEN: credentials.botToken,
    SLACK_SIGNING_SECRET: credentials.signingSecret,
    SLACK_API_URL: switchboard.apiUrl,
    GOOGLE_API_ROOT: cloud.root,
    PLIMSOLL_DATA: dataFolder,
    PLIMSOLL_SYSTEM: system,
    ...options.env,
  }
  const bots: Running[] = []
  const output = () => bots.map((bot) => `${bot.stdout()}${bot.stderr()}`).join('')
  const instance = async (own: Environment): Promise<Instance> =>
    instanceOf({ ...env, ...own }, await freePort(), { bots, output })
  const first = await instance({})
  asked = first.eventsUrl
  return {
    ...{ ...first, slack, cloud, switchboard, ...credentials, dataFolder, output },
    ...handsAndEyes(slack, output),
    another: instance,
    talkTo: ({ eventsUrl }) => {
      asked = eventsUrl
    },
    events: () => eventsIn(dataFolder),
    eventsOf: (id) => eventsIn(dataFolder, `run/${id}`),
    close: async () => {
      await Promise.all(bots.filter((one) => !one.hasEnded()).map((one) => one.stop()))
      await Promise.all([slack.stop(), cloud.stop(), switchboard.stop()])
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

/** A second where nothing else happens; many times as long where everything does. */
const startWithinMs = 90_000

function instanceOf(
  env: Environment,
  port: number,
  { bots, output }: { bots: Running[]; output: () => string },
): Instance {
  const address = `http://127.0.0.1:${port}`
  let newest: Running | null = null
  return {
    eventsUrl: `${address}/slack/events`,
    start: async () => {
      const started = run(['start'], { ...env, PORT: String(port) })
      newest = started
      bots.push(started)
      await until('the bot is ready', () => isReady(`${address}/readyz`, started), {
        ...{ withinMs: startWithinMs, shown: output },
      })
      return started
    },
    bot: () => {
      if (newest === null) throw new Error('no bot was started')
      return newest
    },
  }
}

function handsAndEyes(slack: LocalSlack, output: () => string) {
  const all = () => {
    const seen = Object.values(ids).flatMap((id) => slack.messages(incident, id))
    return [...new Map(seen.map((message) => [message.ts, message])).values()]
  }
  const shown = () =>
    `${all()
      .map(({ text, blocks }) =>
        [text, ...buttonsOf(blocks).map(({ button }) => button.text.text)].join(' | '),
      )
      .join('\n')}\n${output()}`
  const newest = (what: string, fits: (message: Message) => boolean) =>
    until(what, () => all().findLast(fits), { shown })
  const inTop = ({ onlyFor, threadTs }: Message) => onlyFor === null && threadTs === null
  return {
    all,
    shown,
    type: async (who: Name, text: string) => {
      expect(await slack.command(ids[who], incident, text)).toEqual({ kind: 'acked' })
    },
    click: async (who: Name, name: string, on?: Message) => {
      const messages = () => all().filter((one) => inTop(one) && one.ts === (on?.ts ?? one.ts))
      const place = await until(`a button ${name}`, () => placeOf(messages(), name), { shown })
      const { ts, blockId, actionId } = place
      const outcome = await slack.click(ids[who], incident, ts, blockId, actionId)
      expect(outcome).toEqual({ kind: 'acked' })
    },
    fill: async (who: Name, title: RegExp, values: Readonly<Record<string, string>>) => {
      const fits = () => {
        const modal = slack.modals.of(ids[who])
        return modal !== undefined && title.test(modal.view.title.text) ? modal : undefined
      }
      const modal = await until(`a modal ${title}`, fits, { shown })
      expect(await slack.submit(ids[who], modal.id, values)).toEqual({ kind: 'acked' })
    },
    said: (pattern: RegExp, on?: Message) =>
      newest(
        `${pattern} to everybody`,
        (one) => inTop(one) && one.ts === (on?.ts ?? one.ts) && pattern.test(one.text),
      ),
    told: (who: Name, pattern: RegExp) =>
      newest(`${pattern} to ${who} alone`, ({ onlyFor, text }) => {
        return onlyFor === ids[who] && pattern.test(text)
      }),
  }
}

export function placeOf(messages: readonly Message[], name: string) {
  for (const message of messages.toReversed())
    for (const { block, button } of buttonsOf(message.blocks))
      if (button.text.text === name)
        return {
          ts: message.ts,
          blockId: block.block_id ?? '',
          actionId: button.action_id ?? '',
        }
  return undefined
}

/** No answer is an answer: it is not up yet. A bot that ended will not come. */
async function isReady(url: string, bot: Running): Promise<true | undefined> {
  if (bot.hasEnded()) throw new Error(`the bot ended: ${bot.stdout()}${bot.stderr()}`)
  const answer = await fetch(url, { headers: { connection: 'close' } }).catch(() => null)
  return answer?.ok === true ? true : undefined
}

function documentIn(folder: string, change: StageOptions['document']): string {
  const file = join(folder, 'system.yml')
  const text = readFileSync(join(projectRoot, 'system.yml'), 'utf8')
  writeFileSync(file, change === undefined ? text : change(text))
  cpSync(join(projectRoot, 'examples'), join(folder, 'examples'), { recursive: true })
  return file
}

const eventRow = z.object({ body: z.string() })
const eventShape = z.looseObject({ type: z.string() })

/** What is in the ledger, oldest first; a reader beside the bot. */
function eventsIn(folder: string, stream = '%'): readonly LedgerEvent[] {
  const ledger = new DatabaseSync(join(folder, 'ledger.db'), { readOnly: true, timeout: 2_000 })
  try {
    const inOrder = 'SELECT body FROM events WHERE stream LIKE ? ORDER BY at, stream, version'
    const rows = ledger.prepare(inOrder).all(stream)
    return rows.map((row) => eventShape.parse(JSON.parse(eventRow.parse(row).body)))
  } finally {
    ledger.close()
  }
}
