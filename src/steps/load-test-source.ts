/** What plays load tests, or a Fault that says what to set. */
import { Fault } from '../world/fault.ts'
import type { LoadTestReader, LoadTestWriter } from '../world/ports/load-test.ts'
import type { WorldReader, WorldWriter } from '../world/world.ts'

export function loadTestReader({ loadTest }: WorldReader): LoadTestReader {
  if ('unconfigured' in loadTest) throw new Fault('unreachable', 'no', loadTest.remedy)
  return loadTest
}

export function loadTestWriter({ loadTest }: WorldWriter): LoadTestWriter {
  if ('unconfigured' in loadTest) throw new Fault('unreachable', 'no', loadTest.remedy)
  return loadTest
}
