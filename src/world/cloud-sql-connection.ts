/**
 * The connection of one write: it is opened first, and the clearance is spent as the bytes are
 * handed to it.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

export type GuardedConnection = {
  readonly agent: HttpAgent | HttpsAgent
  /** Whether bytes can have left: before that, whatever went wrong, nothing was sent. */
  readonly opened: () => boolean
  /** What `spend` threw, if it did. */
  readonly refusal: () => unknown
}

/**
 * Spending the clearance before name look-up, TCP and TLS would leave seconds in which the process
 * may be frozen and wake after a takeover. node:http writes nothing before the agent hands it a
 * socket, so the clock is looked at there.
 */
export function guardedConnection(
  root: URL,
  deadline: AbortSignal,
  spend: () => void,
): GuardedConnection {
  // No keep-alive: each write has a connection of its own, so that a second request cannot slip
  // past the guard.
  const secure = root.protocol === 'https:'
  const agent = secure ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false })
  const connect = agent.createConnection.bind(agent)
  let opened = false
  let refusal: unknown

  agent.createConnection = (options, callback) => {
    const socket = connect(options)
    if (!socket || callback === undefined)
      throw new Error('node:http no longer takes its socket from a callback')
    const failed = (error: Error): void => callback(error, socket)
    socket.once('error', failed)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.off('error', failed)
      try {
        deadline.throwIfAborted()
        spend()
      } catch (error) {
        refusal = error
        socket.destroy()
        callback(error instanceof Error ? error : new Error(String(error)), socket)
        return
      }
      opened = true
      callback(null, socket)
    })
    return undefined
  }
  return { agent, opened: () => opened, refusal: () => refusal }
}
