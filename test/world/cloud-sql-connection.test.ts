/**
 * The connection of a write, over TLS too: what stands, what is spent and what leaves, in that
 * order.
 */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { createServer, request as httpsRequest } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { guardedConnection } from '../../src/world/cloud-sql-connection.ts'

// Anonymous Diffie-Hellman: TLS without a certificate, so that no private key lies in the
// repository.
const anonymous = { ciphers: 'ADH-AES256-GCM-SHA384:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const
const running: (() => void)[] = []

afterEach(() => {
  for (const stop of running.splice(0)) stop()
})

function portOf(server: { readonly address: () => unknown }): number {
  return z.object({ port: z.int() }).parse(server.address()).port
}

async function secureServer() {
  const bodies: string[] = []
  const shaken: string[] = []
  const server = createServer({ ...anonymous, dhparam: 'auto' }, async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk))
    response.end('{}')
  })
  server.on('secureConnection', () => shaken.push('handshake'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  running.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { root: new URL(`https://127.0.0.1:${portOf(server)}`), bodies, shaken }
}

const patience = () => AbortSignal.timeout(2_000)

test('over TLS the clearance is spent after the handshake and before the first byte', async () => {
  const { root, bodies, shaken } = await secureServer()
  const order: string[] = []
  const connection = guardedConnection(root, patience(), () => {
    order.push(...shaken, 'spent', ...bodies)
  })
  const tls = { ...anonymous, rejectUnauthorized: false }
  const request = httpsRequest(root, { method: 'PATCH', agent: connection.agent, ...tls })
  expect(connection.opened()).toBe(false)
  request.end('{"tier":"x"}')
  const [response] = await once(request, 'response')
  response.resume()
  expect(order).toEqual(['handshake', 'spent'])
  expect(bodies).toEqual(['{"tier":"x"}'])
  expect(connection.opened()).toBe(true)
})

test('over TLS a clearance that cannot be spent lets nothing leave', async () => {
  const { root, bodies } = await secureServer()
  const refusal = new Error('too late')
  const connection = guardedConnection(root, patience(), () => {
    throw refusal
  })
  const tls = { ...anonymous, rejectUnauthorized: false }
  const request = httpsRequest(root, { method: 'PATCH', agent: connection.agent, ...tls })
  request.end('{"tier":"x"}')
  expect(await once(request, 'error')).toEqual([refusal])
  expect([connection.opened(), connection.refusal(), bodies]).toEqual([false, refusal, []])
})

test('an untrusted server gets nothing, and the clearance stays', async () => {
  const { root, bodies } = await secureServer()
  let spent = 0
  const connection = guardedConnection(root, patience(), () => {
    spent += 1
  })
  const request = httpsRequest(root, { method: 'PATCH', agent: connection.agent, ...anonymous })
  request.end('{"tier":"x"}')
  await once(request, 'error')
  expect([connection.opened(), spent, bodies]).toEqual([false, 0, []])
})

test('a connection that comes after the deadline is not used', async () => {
  const bytes: string[] = []
  const server = createTcpServer((socket) => {
    socket.on('data', (chunk) => bytes.push(String(chunk)))
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  running.push(() => void server.close())
  const root = new URL(`http://127.0.0.1:${portOf(server)}`)
  const late = new AbortController()
  let spent = 0
  const connection = guardedConnection(root, late.signal, () => {
    spent += 1
  })
  const request = httpRequest(root, { method: 'PATCH', agent: connection.agent })
  request.end('{"tier":"x"}')
  late.abort()
  await once(request, 'error')
  expect([connection.opened(), spent, bytes]).toEqual([false, 0, []])
})
