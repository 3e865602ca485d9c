/**
 * Where a test may send its load, since a production checkout would sell real tickets; and how it is
 * named. Pure. facts/workload.md, 6.
 */
import { Fault } from './fault.ts'

/** A host of the list as it stands there, or with a port where the list names none. Throws a Fault. */
export function assertAllowed(host: string, allowed: readonly string[]): void {
  // Anything beside a host and a port would lead elsewhere than it reads: user@, /path, ?query.
  const isPlain = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/.test(host)
  const bare = host.replace(/:\d{1,5}$/, '')
  const isHost = isPlain && URL.parse(`http://${host}`) !== null
  if (isHost && (allowed.includes(host) || allowed.includes(bare))) return
  throw new Fault('forbidden', 'no', `${host} is not among policy.loadTestHosts`)
}

/** A host that is another one on each machine: nobody else's load would reach it. */
export function isOnThisMachine(host: string): boolean {
  const { hostname } = new URL(`http://${host}`)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** Of its folder and of its job. Throws a Fault. */
export function assertName(test: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(test)) return test
  throw new Fault('invalid', 'no', 'a load test is named in lower case letters, digits and hyphens')
}
