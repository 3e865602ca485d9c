/** The line between the bot and the Web API: it can be cut, and single answers can be somebody else's. */
import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'

type Form = Readonly<Record<string, string>>
/** Null: the workspace itself answers. */
export type Operator = (method: string, form: Form) => object | null

export type Switchboard = {
  /** Where the bot finds the Web API. */
  readonly apiUrl: string
  /** Nobody answers until it is mended. */
  cut: () => void
  mend: () => void
  /** The newest operator is asked first. */
  answerWith: (operator: Operator) => void
  stop: () => Promise<void>
}

export async function startSwitchboard(workspaceUrl: string): Promise<Switchboard> {
  const operators: Operator[] = []
  let isCut = false
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    if (isCut) return void response.destroy()
    const method = (request.url ?? '').replace(/^\/api\//, '')
    const form = Object.fromEntries(new URLSearchParams(body))
    const own = operators.map((ask) => ask(method, form)).find((answer) => answer !== null)
    if (own !== undefined) return void response.end(JSON.stringify(own))
    const { authorization = '', 'content-type': type = '' } = request.headers
    const answer = await fetch(`${workspaceUrl}${request.url}`, {
      method: 'POST',
      headers: { authorization, 'content-type': type },
      body,
    }).catch(() => null)
    if (answer === null) return void response.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = z.object({ port: z.int() }).parse(server.address())
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    cut: () => {
      isCut = true
      server.closeAllConnections()
    },
    mend: () => {
      isCut = false
    },
    answerWith: (operator) => operators.unshift(operator),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
