/**
 * The CPU that requests use fits the cores of all instances: one Python process uses one core.
 * capacity.md, 3.
 */
import { coresPerInstance, cpuTarget, instancesSupplied, requestsPerSecond } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { coresTerm, instancesTerm, requestsTerm, shown, total, workloadTerm } from '../terms.ts'

export const webCpu = quantityLaw({
  id: 'web-cpu',
  unit: 'cores',
  depends: 'load',
  capacity: true,
  workload: true,
  subjects: (at) => at.webs,
  demand: (at, { it }) => requestsPerSecond(at, it) * at.system.workload.requestCpuSeconds,
  limit: (at, { it }) => instancesSupplied(at, it, cpuTarget) * coresPerInstance(it),
  terms: (at, web, sourceOf) => {
    const requests = requestsPerSecond(at, web.it)
    const cpuSeconds = at.system.workload.requestCpuSeconds
    const instances = instancesTerm(at, web, sourceOf)
    const cores = coresPerInstance(web.it)
    return [
      requestsTerm(at, web, sourceOf),
      workloadTerm(at, 'requestCpuSeconds', sourceOf),
      total('demand', requests * cpuSeconds, `${shown(requests)} x ${cpuSeconds} s`),
      instances,
      coresTerm(web, sourceOf),
      total('limit', Number(instances.value) * cores, `${instances.value} x ${cores}`),
    ]
  },
})
