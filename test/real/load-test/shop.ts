/** A small shop on this machine that is loaded: what it was asked, and when. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

export type Visit = {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly test: string
  readonly agent: string
  readonly body: string
}

export type Shop = {
  readonly host: string
  readonly visits: readonly Visit[]
  /** How it answers from now on. */
  behave: (how: Partial<{ status: number; waitMs: number }>) => void
  readonly close: () => Promise<void>
}

export async function openShop(): Promise<Shop> {
  const visits: Visit[] = []
  let behaviour = { status: 200, waitMs: 0 }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const { headers, method = '', url = '' } = request
    visits.push({
      at: Date.now(),
      method,
      path: url,
      test: String(headers['x-plimsoll-load-test']),
      agent: String(headers['user-agent']),
      body,
    })
    setTimeout(() => response.writeHead(behaviour.status).end('{}'), behaviour.waitMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    host: `127.0.0.1:${address.port}`,
    visits,
    behave: (how) => {
      behaviour = { ...behaviour, ...how }
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
