/**
 * The instances that are sure to be there keep up with the tasks. A service without requests is not
 * scaled by its queue: unless something does that (`scalesOnQueue`), only the minimum is sure.
 * capacity.md, 3.
 */
import { isNegative } from '../arithmetic.ts'
import type { AtUsers, Named } from '../at-users.ts'
import { instances, tasksPerSecond } from '../derive.ts'
import { ruleLaw } from '../law.ts'
import type { CeleryWorker } from '../system.ts'
import { tasksTerm, total } from '../terms.ts'

export const celeryScaling = ruleLaw({
  id: 'celery-scaling',
  depends: 'configuration',
  advice: true,
  workload: true,
  subjects: (at) => at.workers,
  judge: (at, worker) => {
    const sure = sureTasksPerSecond(at, worker)
    if (isNegative(sure - tasksPerSecond(at, at.system.workload.nowUsers))) return 'broken'
    return isNegative(sure - tasksPerSecond(at)) ? 'tight' : 'ok'
  },
  numbers: {
    unit: 'tasks per second',
    demand: (at) => tasksPerSecond(at),
    limit: sureTasksPerSecond,
  },
  terms: (at, worker, sourceOf) => {
    const { concurrency } = worker.it.celery
    const { taskSeconds } = at.system.workload
    return [
      { ...tasksTerm(at, sourceOf), term: 'demand' },
      {
        term: 'instances that are sure to be there',
        value: sureInstances(at, worker),
        formula: worker.it.celery.scalesOnQueue === true ? 'scales on its queue' : 'minInstances',
        source: sourceOf(`${worker.path}.minInstances`),
      },
      total(
        'limit',
        sureTasksPerSecond(at, worker),
        `${sureInstances(at, worker)} instances x ${concurrency} processes / ${taskSeconds} s`,
      ),
    ]
  },
})

function sureInstances(at: AtUsers, { it }: Named<CeleryWorker>): number {
  return it.celery.scalesOnQueue === true ? instances(at, it) : it.minInstances
}

function sureTasksPerSecond(at: AtUsers, worker: Named<CeleryWorker>): number {
  const processes = sureInstances(at, worker) * worker.it.celery.concurrency
  return processes / at.system.workload.taskSeconds
}
