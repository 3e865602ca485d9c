/** Servers for a load with a margin that grows as its square root: Halfin and Whitt, 1981. */
import { ceil } from './arithmetic.ts'
import { waitingProbability } from './queueing/erlang.ts'

export function squareRootStaffing({ offeredLoad, beta }: { offeredLoad: number; beta: number }) {
  const servers = ceil(offeredLoad + beta * Math.sqrt(offeredLoad))
  const utilization = servers === 0 ? 0 : offeredLoad / servers
  const probabilityOfWaiting = waitingProbability({ servers, offeredLoad })
  return { servers, utilization, probabilityOfWaiting }
}
