/** A line of its own between one instance and the cloud: what went over it is known, and a question can wait there. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'

export type Front = {
  /** What the instance has as GOOGLE_API_ROOT. */
  readonly root: string
  /** The methods of what arrived, in order. */
  readonly arrived: readonly string[]
  readonly stop: () => Promise<void>
}

/** `passing`: what goes on is not sent before it resolves. */
export async function startFront(
  cloud: string,
  passing: (method: string) => Promise<void>,
): Promise<Front> {
  const arrived: string[] = []
  const server = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.int() }).parse(server.address())

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    arrived.push(method)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const type = headers['content-type']
    const answer = await fetch(`${cloud}${url}`, {
      method,
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    })
    const text = await answer.text()
    await passing(method)
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? '',
      date: answer.headers.get('date') ?? '',
    })
    response.end(text)
  }

  return {
    root: `http://127.0.0.1:${port}`,
    arrived,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
