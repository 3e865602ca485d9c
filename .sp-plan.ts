import fc from 'fast-check'
import { plan } from './src/define/planner.ts'
import { catalogue } from './src/steps/index.ts'
import { randomSystem } from './test/capacity/random-system.ts'
import { spelled } from './test/capacity/spelled.ts'
const small = { tierVcpus: [4, 8], shapes: [{ cpu: 1, memoryGib: 2 }], processesPerVcpu: 1, threads: [4], minInstances: [], poolSizes: [40] }
const hasty = { today: '2026-11-23', catalogue, domain: small, part: 0.01 }
const t = process.cpuUsage()
let worst: number[] = []
fc.assert(fc.property(randomSystem, fc.integer({ min: 1, max: 20000 }), (system, users) => {
  const a = process.cpuUsage()
  const f = plan(system, users, hasty); spelled(f)
  const b = process.cpuUsage(a); worst.push(b.user / 1000)
}), { numRuns: 200, seed: 5 })
const b = process.cpuUsage(t)
worst.sort((x, y) => y - x)
console.log('total', b.user / 1000, 'plan', worst.reduce((x, y) => x + y, 0), 'top', worst.slice(0, 12).map(Math.round), 'median', worst[100])
