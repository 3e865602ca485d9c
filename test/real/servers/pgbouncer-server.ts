/** A real PgBouncer process in front of one PostgreSQL, on a free port of this machine. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { freePort, start, temporaryFolder } from './program.ts'

export type PgBouncerServer = {
  readonly adminUrl: string
  readonly url: string
  readonly connect: () => Promise<Client>
  readonly admin: () => Promise<Client>
  readonly remove: () => Promise<void>
}

export async function startPgBouncer(databasePort: number): Promise<PgBouncerServer> {
  const folder = await temporaryFolder('pgbouncer')
  const port = await freePort()
  const url = `postgres://shop@127.0.0.1:${port}/shop`
  const adminUrl = `postgres://plimsoll@127.0.0.1:${port}/pgbouncer`
  const file = join(folder.path, 'pgbouncer.ini')
  await writeFile(
    file,
    `[databases]
shop = host=127.0.0.1 port=${databasePort} dbname=postgres user=shop
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
admin_users = plimsoll
pool_mode = transaction
default_pool_size = 5
server_login_retry = 1
`,
  )
  await chmod(file, 0o644)

  async function connect(to = url): Promise<Client> {
    const client = new Client({ connectionString: to })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  const program = await start({
    program: '/usr/sbin/pgbouncer',
    args: [file],
    signal: 'KILL',
    isReady: () =>
      connect(adminUrl).then(
        (client) => client.end().then(() => true),
        () => false,
      ),
  }).catch(async (error: unknown) => {
    await folder.remove()
    throw error
  })
  let isRunning = true
  return {
    adminUrl,
    url,
    connect: () => connect(),
    admin: () => connect(adminUrl),
    remove: async () => {
      if (!isRunning) return
      isRunning = false
      await program.stop()
      await folder.remove()
    },
  }
}
