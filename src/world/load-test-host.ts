/** Where a test may send its load: a production checkout would sell real tickets. Pure. facts/workload.md, 6. */
import { Fault } from './fault.ts'

/** A host of the list as it stands there, or with a port where the list names none. Throws a Fault. */
export function assertAllowed(host: string, allowed: readonly string[]): void {
  // Anything beside a host and a port would lead elsewhere than it reads: user@, /path, ?query.
  const isPlain = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/.test(host)
  const bare = host.replace(/:\d{1,5}$/, '')
  if (isPlain && (allowed.includes(host) || allowed.includes(bare))) return
  throw new Fault('forbidden', 'no', `${host} is not among policy.loadTestHosts`)
}
