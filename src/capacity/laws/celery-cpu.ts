/** The CPU that tasks use fits the cores of all worker instances. capacity.md, 3. */
import { coresPerInstance, instancesSupplied, tasksPerSecond } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { coresTerm, instancesTerm, shown, tasksTerm, total, workloadTerm } from '../terms.ts'

export const celeryCpu = quantityLaw({
  id: 'celery-cpu',
  unit: 'cores',
  depends: 'load',
  capacity: true,
  workload: true,
  subjects: (at) => at.workers,
  demand: (at) => tasksPerSecond(at) * at.system.workload.taskCpuSeconds,
  limit: (at, { it }) =>
    instancesSupplied(at, it, at.system.policy.maxUtilization) * coresPerInstance(it),
  terms: (at, worker, sourceOf) => {
    const tasks = tasksPerSecond(at)
    const cpuSeconds = at.system.workload.taskCpuSeconds
    const instances = instancesTerm(at, worker, sourceOf)
    const cores = coresPerInstance(worker.it)
    return [
      tasksTerm(at, sourceOf),
      workloadTerm(at, 'taskCpuSeconds', sourceOf),
      total('demand', tasks * cpuSeconds, `${shown(tasks)} x ${cpuSeconds} s`),
      instances,
      coresTerm(worker, sourceOf),
      total('limit', Number(instances.value) * cores, `${instances.value} x ${cores}`),
    ]
  },
})
