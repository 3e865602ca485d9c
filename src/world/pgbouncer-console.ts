/** The admin consoles of a pooler's processes: how they are opened, and what is said of them. */
import { Fault } from './fault.ts'
import { openConnection, type PostgresConnection } from './postgres-connection.ts'
import { postgresFault } from './postgres-faults.ts'
import { type PostgresAddress, readPostgresUrl } from './postgres-url.ts'

/** One process and its place in the list, which is all that is ever said of its URL. */
export type Console = {
  readonly subject: string
  readonly open: () => Promise<PostgresConnection>
}

/** Throws where a URL is not well formed, without repeating it. */
export function consolesOf(adminUrls: readonly string[], connectMs = 3_000): readonly Console[] {
  if (adminUrls.length === 0) throw new Error('PGBOUNCER_ADMIN_URLS names no process')
  const places = new Set<string>()
  return adminUrls.map((url, index) => {
    const subject = `PgBouncer process ${index + 1} of ${adminUrls.length}`
    const read = readPostgresUrl(url)
    const which = `PGBOUNCER_ADMIN_URLS, number ${index + 1},`
    if (read.kind === 'wrong') throw new Error(`${which} ${read.problem}`)
    if (places.has(placeOf(read.address))) throw new Error(`${which} is a process named before`)
    places.add(placeOf(read.address))
    return {
      subject,
      open: () => openConnection(subject, read.address, AbortSignal.timeout(connectMs)),
    }
  })
}

const placeOf = ({ host, port }: PostgresAddress): string => JSON.stringify([host, port])

/** Throws for the first process that failed; what the others did is done. */
export function throwFirst(
  consoles: readonly Console[],
  outcomes: readonly PromiseSettledResult<unknown>[],
): void {
  const isAnyDone = outcomes.some(({ status }) => status === 'fulfilled')
  for (const [index, outcome] of outcomes.entries())
    if (outcome.status === 'rejected') {
      const subject = consoles[index]?.subject ?? ''
      const { reason } = outcome
      const isSent = isAnyDone || (reason instanceof Fault && reason.sent === 'yes')
      throw postgresFault(subject, reason, isSent ? 'yes' : 'unknown')
    }
}

export async function openedAll(
  consoles: readonly Console[],
): Promise<readonly PostgresConnection[]> {
  const openings = await Promise.allSettled(consoles.map(opened))
  const connections = openings.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = openings.find(({ status }) => status === 'rejected')
  if (failed?.status !== 'rejected') return connections
  await Promise.all(connections.map((connection) => connection.end()))
  throw failed.reason
}

export async function opened({ subject, open }: Console): Promise<PostgresConnection> {
  return open().catch((error: unknown) => {
    throw postgresFault(subject, error)
  })
}
