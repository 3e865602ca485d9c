/** When this process is told to end. */
import { fstatSync } from 'node:fs'

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
