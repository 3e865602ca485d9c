import fc from 'fast-check'
import { plan } from './src/define/planner.ts'
import { catalogue } from './src/steps/index.ts'
import { randomSystem } from './test/capacity/random-system.ts'
const small = { tierVcpus: [4, 8], shapes: [{ cpu: 1, memoryGib: 2 }], processesPerVcpu: 1, threads: [4], minInstances: [], poolSizes: [40] }
let i=0
for(const s of fc.sample(randomSystem,{numRuns:25,seed:7})){ i++
const t=performance.now(); const r=plan(s,3000,{today:'2026-11-23',catalogue,domain:small}); const ms=performance.now()-t
if(ms>200)console.log(i,r.kind,Math.round(ms),r.evaluations,r.kind==='infeasible'?[r.isCut,r.binding.map(b=>b.law).join(),r.nearestUsers]:r.steps.length, Object.keys(s.services).length, Object.keys(s.poolers).length) }
