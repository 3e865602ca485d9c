/**
 * The workers' processes keep up with the tasks. Where several services are workers each is judged
 * against all tasks: the document does not say whose task is whose. capacity.md, 3.
 */
import { instancesSupplied, tasksPerSecond } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { instancesTerm, tasksTerm, total, workloadTerm } from '../terms.ts'

export const celeryThroughput = quantityLaw({
  id: 'celery-throughput',
  unit: 'tasks per second',
  depends: 'load',
  capacity: true,
  workload: true,
  subjects: (at) => at.workers,
  demand: (at) => tasksPerSecond(at),
  limit: (at, { it }) =>
    (instancesSupplied(at, it, at.system.policy.maxUtilization) * it.celery.concurrency) /
    at.system.workload.taskSeconds,
  terms: (at, worker, sourceOf) => {
    const instances = instancesTerm(at, worker, sourceOf)
    const { concurrency } = worker.it.celery
    const { taskSeconds } = at.system.workload
    return [
      { ...tasksTerm(at, sourceOf), term: 'demand' },
      instances,
      workloadTerm(at, 'taskSeconds', sourceOf),
      total(
        'limit',
        (Number(instances.value) * concurrency) / taskSeconds,
        `${instances.value} instances x ${concurrency} processes / ${taskSeconds} s`,
      ),
    ]
  },
})
