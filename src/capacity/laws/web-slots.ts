/**
 * Requests in flight find a slot: Little's law against what all instances work on at once.
 * capacity.md, 3.
 */
import { inFlight, instancesSupplied, slotsPerInstance } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { instancesTerm, requestsTerm, shown, slotsTerm, total, workloadTerm } from '../terms.ts'

export const webSlots = quantityLaw({
  id: 'web-slots',
  unit: 'requests',
  depends: 'load',
  capacity: true,
  workload: true,
  subjects: (at) => at.webs,
  demand: (at, { it }) => inFlight(at, it),
  limit: (at, { it }) =>
    instancesSupplied(at, it, at.system.policy.maxUtilization) * slotsPerInstance(it),
  terms: (at, web, sourceOf) => {
    const instances = instancesTerm(at, web, sourceOf)
    const slots = slotsPerInstance(web.it)
    return [
      requestsTerm(at, web, sourceOf),
      workloadTerm(at, 'requestSeconds', sourceOf),
      total('demand', inFlight(at, web.it), 'requests per second x requestSeconds'),
      instances,
      slotsTerm(web, sourceOf),
      total('limit', Number(instances.value) * slots, `${instances.value} x ${shown(slots)}`),
    ]
  },
})
