/** The CPU that requests and their tasks use in the database fits its vCPUs. capacity.md, 3. */
import { unreadablePath } from '../at-users.ts'
import { tierOf } from '../cloud-sql.ts'
import { requestsPerSecondOnDatabase } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { requestsTerms, shown, total, workloadTerm } from '../terms.ts'

export const dbCpu = quantityLaw({
  id: 'db-cpu',
  unit: 'cores',
  depends: 'load',
  capacity: true,
  workload: true,
  subjects: (at) => at.databases,
  demand: (at, { name }) =>
    requestsPerSecondOnDatabase(at, name) * at.system.workload.databaseCpuSeconds,
  limit: (_at, { it }) => tierOf(it)?.vcpus ?? null,
  missing: unreadablePath,
  terms: (at, { name, it, path }, sourceOf) => {
    const requests = requestsPerSecondOnDatabase(at, name)
    const cpuSeconds = at.system.workload.databaseCpuSeconds
    return [
      ...requestsTerms(at, (web) => web.database?.name === name, sourceOf),
      workloadTerm(at, 'databaseCpuSeconds', sourceOf),
      total('demand', requests * cpuSeconds, `${shown(requests)} x ${cpuSeconds} s`),
      {
        term: 'limit',
        value: tierOf(it)?.vcpus ?? 'unknown',
        formula: `vCPUs of ${it.tier}`,
        source: sourceOf(`${path}.tier`),
      },
    ]
  },
})
