/** Everything of a rehearsal but its address: local cloud, local Slack, page, plug, and the bot as a child. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BotProcess, startBot } from './bot-process.ts'
import { instancesOf } from './cloud/document-instances.ts'
import { type LocalCloud, type LocalInstance, startLocalCloud } from './cloud/local-cloud.ts'
import { openingCommand } from './page/commands.ts'
import { createPage } from './page/page-server.ts'
import type { Stage, StageView } from './page/stage.ts'
import { createPlug } from './plug.ts'
import { freePort } from './ports.ts'
import { buttonsOf } from './slack/blocks.ts'
import { type LocalSlack, startLocalSlack } from './slack/local-slack.ts'
import { openTroubleDesk } from './trouble-desk.ts'

export type WorkshopOptions = {
  /** Judged before: a rehearsal beside anything real was refused by the configuration. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What is started as the bot; absent: this program. */
  readonly botEntry?: string
}

export type Workshop = {
  readonly pageServer: Server
  readonly botLog: string
  /** The bot answered for the first time. */
  readonly ready: Promise<void>
  /** The bot does not start; with its exit code. */
  readonly givenUp: Promise<number | null>
  stop: () => Promise<void>
}

/** Long enough to be seen, short enough not to be waited for. */
const restartAfterMs = 3000
const firstMember = 'U0ANA'
const channel = 'C0INCIDENT'

export async function openWorkshop(options: WorkshopOptions, botFolder: string): Promise<Workshop> {
  const clock = { now: Date.now }
  const watchers = new Set<() => void>()
  const onChange = (): void => watchers.forEach((tell) => void tell())
  const botPort = await freePort()
  const botUrl = `http://127.0.0.1:${botPort}`
  const botLog = join(botFolder, 'bot.log')
  const secrets = { botToken: 'xoxb-rehearsal', signingSecret: randomBytes(16).toString('hex') }
  const slack = await startLocalSlack({ ...secrets, deliverTo: () => `${botUrl}/slack/events` })
  slack.subscribe(onChange)
  const document = documentOf(options)
  const { project, instances } = instancesOf(document)
  const cloud = await startLocalCloud({
    ...{ project, instances, document },
    // Killed with the change taken and unanswered: the reply has nobody to go to.
    beforeReply: async () => ((await plug.changeArrived()) ? 'drop' : 'reply'),
    onWrite: (mishap) => desk.wrote(mishap),
  })
  const desk = openTroubleDesk({ cloud, clock, onChange })
  const resize = (): StageView['resize'] => resizeOf(slack, cloud, instances)
  const plug = createPlug({ resize, kill: () => bot.kill(), onChange })
  const stage: Stage = {
    view: () => ({
      bot: bot.state(),
      plug: plug.state(),
      resize: resize(),
      lastAbsenceMs: bot.lastAbsenceMs(),
      trouble: desk.view(),
    }),
    subscribe: (listener) => {
      watchers.add(listener)
      return () => watchers.delete(listener)
    },
    pullPlug: plug.pull,
    arm: desk.arm,
    switch: desk.switch,
  }
  const page = createPage({ slack, stage, clock })
  const [ready, givenUp] = [pending<void>(), pending<number | null>()]
  ready.promise.then(() => page.type(firstMember, channel, openingCommand))
  const bot: BotProcess = startBot({
    entry: options.botEntry ?? fileURLToPath(new URL('../../bin/plimsoll.mjs', import.meta.url)),
    env: botEnv({ options, slack, cloud, secrets, botPort, botFolder }),
    readyUrl: `${botUrl}/readyz`,
    logFile: botLog,
    restartAfterMs,
    clock,
    onChange: () => {
      onChange()
      if (bot.state().kind === 'up') ready.resolve()
    },
    onGivenUp: givenUp.resolve,
  })
  const stop = async (): Promise<void> => {
    await bot.stop()
    await Promise.all([page.stop(), slack.stop(), cloud.stop()])
  }
  const { server: pageServer } = page
  return { pageServer, botLog, ready: ready.promise, givenUp: givenUp.promise, stop }
}

const pending = <T>() => Promise.withResolvers<T>()

function documentOf({ env: { PLIMSOLL_SYSTEM: file = 'system.yml' } }: WorkshopOptions): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** A resize waits for its yes as long as somebody can still click `approve`. contract.md, 4. */
function resizeOf(
  slack: LocalSlack,
  cloud: LocalCloud,
  instances: readonly LocalInstance[],
): StageView['resize'] {
  // A replica may be gone by now; work on one is its primary's too.
  const primaries = instances.filter((one) => one.masterInstanceName === undefined)
  const operations = primaries.flatMap(({ name }) => cloud.instance(name).operations)
  if (operations.some(({ status }) => status !== 'DONE')) return 'running'
  const isAsked = slack
    .messages(channel, firstMember)
    .some(({ blocks }) => buttonsOf(blocks).some(({ button }) => button.action_id === 'approve'))
  return isAsked ? 'asked' : 'none'
}

/** These and no others: what contract.md 2 lets through, and the path that programs are found by. */
function botEnv(given: {
  readonly options: WorkshopOptions
  readonly slack: LocalSlack
  readonly cloud: LocalCloud
  readonly secrets: { readonly botToken: string; readonly signingSecret: string }
  readonly botPort: number
  readonly botFolder: string
}): Readonly<Record<string, string>> {
  const { env } = given.options
  return {
    SLACK_BOT_TOKEN: given.secrets.botToken,
    SLACK_SIGNING_SECRET: given.secrets.signingSecret,
    SLACK_API_URL: `${given.slack.url}/api/`,
    GOOGLE_API_ROOT: given.cloud.root,
    PORT: String(given.botPort),
    PLIMSOLL_SYSTEM: env.PLIMSOLL_SYSTEM ?? 'system.yml',
    PLIMSOLL_DATA: given.botFolder,
    PLIMSOLL_RUNBOOKS: env.PLIMSOLL_RUNBOOKS ?? 'runbooks',
    LOG_LEVEL: env.LOG_LEVEL ?? 'info',
    PATH: env.PATH ?? '',
  }
}
