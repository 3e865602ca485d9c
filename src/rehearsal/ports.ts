/** Ports of this machine: one by name, the next free one, or any. */
import { createServer, type Server } from 'node:net'

const portsTried = 100

/** The port that it got; null when the one that was asked for is taken. */
export async function listenOn(
  server: Server,
  wanted: { readonly only: number } | { readonly from: number },
): Promise<number | null> {
  if ('only' in wanted) return (await tryPort(server, wanted.only)) ? portOf(server) : null
  for (let port = wanted.from; port < wanted.from + portsTried; port += 1) {
    if (await tryPort(server, port)) return port
  }
  throw new Error(`no free port from ${wanted.from} to ${wanted.from + portsTried - 1}`)
}

/** Free at this moment: for a child that is about to take it. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await tryPort(probe, 0)
  const port = portOf(probe)
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function tryPort(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    }
    server.once('error', onError)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError)
      resolve(true)
    })
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given to us')
  return address.port
}
