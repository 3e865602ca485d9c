/** What the reads and writes of Cloud Monitoring share: one time-out, one request, one Fault. */
import { guardedConnection } from './cloud-sql-connection.ts'
import { Fault } from './fault.ts'
import { askerOf, before, credentials } from './google-call.ts'
import { type GoogleMethodName, googleMethods } from './google-methods.ts'
import { refusedMonitoringWrite } from './monitoring-faults.ts'
import {
  type Answered,
  clientsForWrite,
  lazyMonitoring,
  type MonitoringClients,
  monitoringApi,
} from './monitoring-google.ts'
import type { Clock } from './world.ts'

export type MonitoringOptions = {
  readonly project: string
  /** Another root than Google's: loopback only, and then no credentials are loaded or sent. */
  readonly apiRoot?: string
  readonly clock: Clock
  readonly readTimeOutMs?: number
  /** DESIGN.md, 3 counts on 10 s for the whole of a write. */
  readonly writeTimeOutMs?: number
}

export type MonitoringCalls = {
  readonly project: string
  readonly asked: ReturnType<typeof askerOf<MonitoringClients>>
  /** One request and never a second; `spend` is called as its bytes are handed over. */
  readonly sendOnce: <T>(write: Write<T>) => Promise<T>
  readonly clock: Clock
  readonly load: () => Promise<void>
}

type Write<T> = {
  readonly method: GoogleMethodName
  readonly what: string
  readonly spend: () => void
  readonly send: (clients: MonitoringClients) => Promise<T>
}

/** The client's own retrying is off, for writes above all. */
export const noRetries = { retry: null, timeout: 10_000 } as const

export function monitoringCalls(options: MonitoringOptions): MonitoringCalls {
  const { project, apiRoot, clock, readTimeOutMs: timeOutMs = 5_000 } = options
  const api = monitoringApi(apiRoot)
  const clients = lazyMonitoring(apiRoot)
  const asked = askerOf({ api, clients, clock, timeOutMs })

  const sendOnce = async <T>({ method, what, spend, send }: Write<T>): Promise<T> => {
    const deadline = AbortSignal.timeout(options.writeTimeOutMs ?? 10_000)
    const connection = guardedConnection(api.root, deadline, spend)
    let answered: () => Answered | null = () => null
    try {
      const { auth } = await clients()
      const headers = await credentials(auth, api, deadline)
      const own = await clientsForWrite(apiRoot, { headers, connection, deadline })
      answered = own.answered
      return await before(deadline, send(own.clients))
    } catch (error) {
      if (error instanceof Fault) throw error
      const refusal = connection.refusal()
      if (refusal instanceof Fault) throw refusal
      const answer = answered()
      if (answer === null) {
        const sent = connection.opened() ? 'unknown' : 'no'
        const code = deadline.aborted ? 'time-out' : 'unreachable'
        const why = deadline.aborted ? 'no answer in time' : String(error)
        throw new Fault(code, sent, `${what}: ${why}`, { cause: error })
      }
      if (answer.status >= 200 && answer.status < 300)
        throw new Fault('unreadable', 'unknown', `${what}: ${String(error)}`, { cause: error })
      const { permission } = googleMethods[method]
      throw refusedMonitoringWrite(what, answer, { error, now: clock.now(), permission })
    }
  }
  return { project, asked, sendOnce, clock, load: async () => void (await clients()) }
}
