/** A small Bolt app on a free port, to hold the workspace against the real client and the real receiver. */
import type { Server } from 'node:http'
import { App, LogLevel } from '@slack/bolt'
import { type LocalSlack, startLocalSlack } from '../../../src/rehearsal/slack/local-slack.ts'

export const botToken = 'xoxb-test'
export const signingSecret = 'test-signing-secret'

export type Bench = {
  readonly slack: LocalSlack
  readonly app: App
  stop: () => Promise<void>
}

/** The workspace and a bot that each test gives its listeners. */
export async function startBench(options: {
  readonly listen: (app: App) => void
  readonly secretOfBot?: string
}): Promise<Bench> {
  let eventsUrl: string | null = null
  const slack = await startLocalSlack({ botToken, signingSecret, deliverTo: () => eventsUrl })
  const app = new App({
    token: botToken,
    convoStore: false,
    logLevel: LogLevel.ERROR,
    signingSecret: options.secretOfBot ?? signingSecret,
    clientOptions: { slackApiUrl: `${slack.url}/api/`, retryConfig: { retries: 0 } },
  })
  options.listen(app)
  const server = await app.start({ port: 0, host: '127.0.0.1' })
  eventsUrl = `http://127.0.0.1:${portOf(server)}/slack/events`
  return {
    slack,
    app,
    stop: async () => {
      await app.stop()
      await slack.stop()
    },
  }
}

function portOf(server: unknown): number {
  const address = isServer(server) ? server.address() : null
  if (address === null || typeof address === 'string') throw new Error('the bot does not listen')
  return address.port
}

function isServer(value: unknown): value is Server {
  return typeof value === 'object' && value !== null && 'address' in value
}

/** Asks until the answer is there; a test that waits for ever fails by its time-out. */
export async function eventually<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const answer = ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
