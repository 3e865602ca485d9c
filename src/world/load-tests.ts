/** Load tests wherever they are played: on this machine, or by the job that the document names. */
import { availableParallelism, totalmem } from 'node:os'
import type { SystemDocument } from '../capacity/system.ts'
import { Fault } from './fault.ts'
import type { ConnectedLoadTest } from './load-test.ts'
import { isOnThisMachine } from './load-test-host.ts'
import type { ConnectedLoadTestJob } from './load-test-job.ts'
import type {
  LatestLoadTest,
  LoadTestReader,
  LoadTestTerms,
  LoadTestWriter,
} from './ports/load-test.ts'

type Parts = {
  /** Null: this machine has no k6. */
  readonly here: Pick<ConnectedLoadTest, 'reader' | 'writer'> | null
  /** Null: the document names none, or Google is not asked. */
  readonly job: Pick<ConnectedLoadTestJob, 'reader' | 'writer'> | null
}

export function loadTestsOf(
  document: Pick<SystemDocument, 'workload' | 'policy'>,
  { here, job }: Parts,
): { readonly reader: LoadTestReader; readonly writer: LoadTestWriter } {
  const parts = [here, job].filter((part) => part !== null)
  const latest = async () => newestOf(await Promise.all(parts.map(({ reader }) => reader.latest())))
  return {
    reader: {
      progress: async (test) => {
        for (const { reader } of parts) {
          const progress = await reader.progress(test)
          if (progress.kind !== 'absent') return progress
        }
        return { kind: 'absent' }
      },
      latest,
      terms: () => termsOf(document, { here, job }),
    },
    writer: {
      start: async (clearance, plan) => {
        const player = plan.tasks === null ? here : job
        if (player === null) throw new Fault('invalid', 'no', 'nothing here plays such a test')
        if ((await latest())?.progress.kind === 'running')
          throw new Fault('busy', 'no', 'a load test is running')
        await player.writer.start(clearance, plan)
      },
      // One of them runs: a start beside it is refused.
      stop: async (clearance) => {
        for (const { reader, writer } of parts)
          if ((await reader.latest())?.progress.kind === 'running') return writer.stop(clearance)
        return null
      },
    },
  }
}

/** Whatever runs; else what ended last. */
function newestOf(all: readonly (LatestLoadTest | null)[]): LatestLoadTest | null {
  const tests = all.filter((one) => one !== null)
  const endedAt = ({ progress }: LatestLoadTest) =>
    progress.kind === 'ended' ? progress.endedAt : Infinity
  return tests.toSorted((a, b) => endedAt(b) - endedAt(a))[0] ?? null
}

function termsOf(
  { workload, policy }: Pick<SystemDocument, 'workload' | 'policy'>,
  parts: Parts,
): LoadTestTerms {
  const { p95Ms, errorRate, loadTestHosts: hosts = [], loadTestJob } = policy
  const { thinkSeconds, requestSeconds } = workload
  const machine = { cores: availableParallelism(), memoryMib: totalmem() / 2 ** 20 }
  const here = parts.here === null ? null : machine
  const job = parts.job === null ? null : (loadTestJob ?? null)
  return {
    ...{ hosts, limits: { p95Ms, errorRate }, thinkSeconds, requestSeconds },
    players: (host) => ({ here, job: isOnThisMachine(host) ? null : job }),
  }
}
