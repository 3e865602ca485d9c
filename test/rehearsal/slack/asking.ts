/** The real client in front of a workspace of its own, and what is refused to it. */
import { LogLevel, webApi } from '@slack/bolt'
import { z } from 'zod'
import { type LocalSlack, startLocalSlack } from '../../../src/rehearsal/slack/local-slack.ts'

const botToken = 'xoxb-test'

export type Asking = {
  readonly slack: LocalSlack
  readonly client: webApi.WebClient
  clientWith: (token: string | undefined) => webApi.WebClient
}

export async function startAsking(): Promise<Asking> {
  const slack = await startLocalSlack({ botToken, signingSecret: 's', deliverTo: () => null })
  const clientWith = (token: string | undefined) => {
    const options = { slackApiUrl: `${slack.url}/api/`, retryConfig: { retries: 0 } }
    return new webApi.WebClient(token, { ...options, logger: silent })
  }
  return { slack, client: clientWith(botToken), clientWith }
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  setName: () => undefined,
  getLevel: () => LogLevel.ERROR,
}

const platformError = z.object({
  data: z.object({
    error: z.string(),
    response_metadata: z.object({ messages: z.array(z.string()).optional() }).optional(),
  }),
})

/** The error code and Slack's messages. */
export async function refusalOf(
  client: webApi.WebClient,
  method: string,
  call: Record<string, unknown>,
): Promise<{ readonly error: string; readonly messages: readonly string[] }> {
  const thrown: unknown = await client.apiCall(method, call).then(
    () => undefined,
    (error: unknown) => error,
  )
  const { data } = platformError.parse(thrown)
  return { error: data.error, messages: data.response_metadata?.messages ?? [] }
}
