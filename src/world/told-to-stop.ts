/** When this process is told to end. */
import { fstatSync } from 'node:fs'
import { ifStillRunning } from './clock.ts'

/** Whoever told this process to stop kills it soon after: Cloud Run after 10 s. facts/workload.md. */
const endWithinMs = 8_000

/** A signal; or, for the child of a rehearsal's host, the end of its pipe: it never outlives the host. */
export function toldToStop({ mayBeChild }: { readonly mayBeChild: boolean }): Promise<void> {
  const isChild = mayBeChild && (fstatSync(0).isFIFO() || fstatSync(0).isSocket())
  return new Promise((resolve) => {
    const stop = () => {
      if (isChild) process.stdin.destroy()
      resolve()
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    if (isChild) process.stdin.once('end', stop).resume()
  })
}

/**
 * Whatever still hangs then, in a database that answers nobody, ends with the process: what was under way
 * is in the ledger, and whoever comes next goes on with it.
 */
export function endSoon(late: () => void): void {
  ifStillRunning(endWithinMs, () => {
    late()
    process.exit(1)
  })
}
