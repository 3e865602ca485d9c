/** A real Redis on a free port of this machine, in memory alone. */
import { Redis } from 'ioredis'
import { freePort, start } from './program.ts'

export type RedisServer = {
  readonly port: number
  readonly url: string
  readonly client: Redis
  readonly remove: () => Promise<void>
}

export async function startRedis(password: string | null = null): Promise<RedisServer> {
  const guard = password === null ? [] : ['--requirepass', password]
  const port = await freePort()
  const listen = ['--bind', '127.0.0.1', '--port', String(port)]
  const url = `redis://127.0.0.1:${port}/0`
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password === null ? {} : { password }),
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  })
  client.on('error', () => undefined)
  const server = await start({
    program: '/usr/bin/redis-server',
    args: [...listen, '--save', '', '--appendonly', 'no', ...guard],
    signal: 'KILL',
    isReady: () =>
      client.connect().then(
        () => true,
        () => false,
      ),
  })
  return {
    port,
    url,
    client,
    remove: async () => {
      client.disconnect()
      await server.stop()
    },
  }
}
