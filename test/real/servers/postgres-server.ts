/** A real PostgreSQL on a free port of this machine. */
import { readdirSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { freePort, type Program, run, start, temporaryFolder } from './program.ts'

const installed = '/usr/lib/postgresql'

export type PostgresServer = {
  readonly port: number
  readonly folder: string
  readonly url: (user: string, database?: string) => string
  /** A session of its own, ended with the server at the latest. */
  readonly connect: (user: string, application?: string) => Promise<Client>
  /** As the superuser. */
  readonly sql: (text: string) => Promise<readonly Record<string, unknown>[]>
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
  /** A standby of this one, which streams from it. */
  readonly replica: () => Promise<PostgresServer>
  readonly remove: () => Promise<void>
}

export async function startPostgres(settings: Record<string, string>): Promise<PostgresServer> {
  const folder = await temporaryFolder('postgres')
  const data = join(folder.path, 'data')
  try {
    const login = ['-U', 'postgres', '-A', 'trust']
    await run(binary('initdb'), ['-D', data, ...login, '-N', '-E', 'UTF8', '--locale=C'])
    const lines = Object.entries({ fsync: 'off', unix_socket_directories: '', ...settings })
    await appendFile(
      join(data, 'postgresql.conf'),
      lines.map(([name, value]) => `${name} = '${value}'\n`).join(''),
    )
    return await serverOn(folder, data)
  } catch (error) {
    await folder.remove()
    throw error
  }
}

async function serverOn(
  folder: { readonly path: string; readonly remove: () => Promise<void> },
  data: string,
): Promise<PostgresServer> {
  const port = await freePort()
  const clients = new Set<Client>()
  const replicas: PostgresServer[] = []
  let program: Program | null = null

  const url = (user: string, database = 'postgres') =>
    `postgres://${user}@127.0.0.1:${port}/${database}`

  async function connect(user: string, application = 'test'): Promise<Client> {
    const client = new Client({ connectionString: url(user), application_name: application })
    // A restart ends it, and some tests restart: what it was asked tells them so.
    client.on('error', () => clients.delete(client))
    await client.connect()
    clients.add(client)
    return client
  }

  async function sql(text: string) {
    const client = await connect('postgres', 'setup')
    try {
      return (await client.query<Record<string, unknown>>(text)).rows
    } finally {
      clients.delete(client)
      await client.end()
    }
  }

  const server: PostgresServer = {
    port,
    folder: folder.path,
    url,
    connect,
    sql,
    stop: async () => {
      await program?.stop()
      program = null
    },
    start: async () => {
      const listen = ['-c', 'listen_addresses=127.0.0.1', '-p', String(port)]
      program = await start({
        program: binary('postgres'),
        args: ['-D', data, ...listen],
        signal: 'INT',
        isReady: () =>
          sql('SELECT 1').then(
            () => true,
            () => false,
          ),
      })
    },
    replica: async () => {
      const copy = await temporaryFolder('replica')
      const to = join(copy.path, 'data')
      const from = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres']
      await run(binary('pg_basebackup'), [...from, '-D', to, '-R', '-c', 'fast', '-N'])
      const replica = await serverOn(copy, to)
      replicas.push(replica)
      return replica
    },
    remove: async () => {
      for (const replica of replicas) await replica.remove()
      await server.stop()
      await folder.remove()
    },
  }
  await server.start()
  return server
}

function binary(name: string): string {
  const versions = readdirSync(installed).sort((a, b) => Number(b) - Number(a))
  return join(installed, versions[0] ?? '', 'bin', name)
}
