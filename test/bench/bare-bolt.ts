/** The smallest Bolt app of the bot's shape: one door, one health check, one command, one button. */
import bolt from '@slack/bolt'

const { env } = process
const app = new bolt.App({
  token: env.SLACK_BOT_TOKEN ?? '',
  signingSecret: env.SLACK_SIGNING_SECRET ?? '',
  convoStore: false,
  logLevel: bolt.LogLevel.ERROR,
  clientOptions: { slackApiUrl: env.SLACK_API_URL ?? '', retryConfig: { retries: 0 } },
  customRoutes: [
    {
      path: '/healthz',
      method: 'GET',
      handler: (_request, response) => {
        response.end('ok')
      },
    },
  ],
})
app.command('/capacity', ({ ack }) => ack('heard'))
app.action('approve', ({ ack }) => ack())
await app.client.auth.test()
await app.start({ port: Number(env.PORT), host: '127.0.0.1' })
process.stdin.resume()
process.stdin.once('end', () => process.exit(0))
