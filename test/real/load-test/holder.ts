/** A process that holds the adapter as the bot does, starts one test, and lives until it is killed. */
import { mintClearance } from '../../../src/world/clearance.ts'
import { systemClock } from '../../../src/world/clock.ts'
import { connectLoadTest } from '../../../src/world/load-test.ts'
import { site } from '../../runs/process.ts'
import { k6Program } from '../servers/cache.ts'
import { planFor } from './plan.ts'

const [dataFolder = '', host = ''] = process.argv.slice(2)
const { writer } = connectLoadTest({
  k6: k6Program,
  dataFolder,
  document: { ...site, policy: { ...site.policy, loadTestHosts: ['127.0.0.1'] } },
  clock: systemClock,
})
const clearance = mintClearance({
  intent: 'i1',
  target: 'workload',
  request: 'sha',
  sendBefore: systemClock.now() + 5_000,
})
await writer.start(clearance, planFor(host, { holdSeconds: 60 }))
process.stdout.write('started\n')
process.stdin.resume()
