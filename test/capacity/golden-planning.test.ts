/** The golden cases of instances, tasks, memory and test users. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { assess } from '../../src/capacity/assess.ts'
import { atUsers } from '../../src/capacity/at-users.ts'
import {
  drainSeconds,
  heldTasks,
  workerSupply,
  workersToDrain,
} from '../../src/capacity/backlog.ts'
import {
  autoscaledInstances,
  effectiveConcurrency,
  shapeProblem,
} from '../../src/capacity/cloud-run.ts'
import { inFlight, requestsPerSecond } from '../../src/capacity/derive.ts'
import { generatorNeeds, usersForRate } from '../../src/capacity/load-generator.ts'
import type { System, WebService } from '../../src/capacity/system.ts'
import { type CapacityCase, capacityCases, golden, today } from './golden.ts'

type Given = CapacityCase['given']

const site = golden('today')
const n = z.number()

describe('the golden quantities are met', () => {
  const groups: Readonly<Record<string, (given: Given) => object>> = {
    memory_fit: memoryCase,
    celery_throughput: celeryCase,
    k6_generator: generatorCase,
    cloud_run_resources_valid: resourcesCase,
    cloud_run_autoscaler: autoscalerCase,
    littles_law: littleCase,
  }
  const cases = capacityCases.filter(({ group }) => Object.hasOwn(groups, group))

  it('every group has cases', () => {
    expect(new Set(cases.map(({ group }) => group))).toEqual(new Set(Object.keys(groups)))
  })

  it.each(cases)('$id', ({ group, given, expect: expected }) => {
    const close = Object.entries(expected).map(([name, value]) => [
      name,
      typeof value === 'number' ? expect.closeTo(value, 9) : value,
    ])
    expect(groups[group]?.(given)).toMatchObject(Object.fromEntries(close))
  })
})

function backend(): WebService {
  const found = site.services.backend
  if (found?.kind !== 'web') throw new Error('no backend')
  return found
}

/** One web instance with one thread, so that sessions and busy ones are those of the case. */
function memoryCase(given: Given): object {
  const asked = z
    .object({
      memory_mib: n,
      connections: n,
      active_connections: n,
      work_mem_mib: n,
      mib_per_connection: z.literal(5),
    })
    .parse(given)
  const found = site.databases['tuki-db-prod']
  if (found === undefined) throw new Error('no database')
  const gunicorn = { ...backend().gunicorn, workers: 1 }
  const system: System = {
    ...site,
    workload: {
      ...site.workload,
      users: asked.active_connections,
      thinkSeconds: 0,
      requestSeconds: 1,
      databaseSeconds: 1,
    },
    services: { backend: { ...backend(), gunicorn, minInstances: 0, maxInstances: 1 } },
    databases: {
      'tuki-db-prod': {
        ...found,
        tier: `db-custom-${asked.memory_mib > 13_312 ? 8 : 2}-${asked.memory_mib}`,
        flags: { max_connections: '9999', work_mem: String(asked.work_mem_mib * 1024) },
        adminSessions: asked.connections - 1,
      },
    },
  }
  const { findings } = assess(system, { today, withSupportedUsers: false })
  const finding = findings.find(({ law }) => law === 'db-memory')
  const terms = finding?.derivation() ?? []
  return {
    shared_buffers_mib: terms.find(({ term }) => term === 'shared buffers')?.value,
    needed_mib: finding?.demand,
    fits_memory: finding?.severity !== 'broken',
    // Only the case asks for it: sessions alone in 0.4 of memory.
    fits_connection_share: asked.connections * 5 <= 0.4 * asked.memory_mib,
  }
}

function celeryCase(given: Given): object {
  const held = z
    .object({
      instances: n,
      concurrency_per_instance: n,
      prefetch_multiplier: n,
      acks_late: z.boolean(),
    })
    .safeParse(given)
  if (held.success) {
    const { instances, concurrency_per_instance, prefetch_multiplier, acks_late } = held.data
    const { prefetched, perInstance, hidden } = heldTasks({
      instances,
      concurrency: concurrency_per_instance,
      prefetchMultiplier: prefetch_multiplier,
      acksLate: acks_late,
    })
    return {
      prefetch_count_per_instance: prefetched,
      maximum_tasks_held_per_instance: perInstance,
      maximum_tasks_hidden_from_llen: hidden,
    }
  }
  const asked = z
    .object({
      instances: n.optional(),
      concurrency_per_instance: n,
      mean_task_seconds: n,
      arrival_rate_per_second: n,
      backlog_tasks: n,
      target_drain_seconds: n.optional(),
    })
    .parse(given)
  const backlogTasks = asked.backlog_tasks
  const load = {
    concurrency: asked.concurrency_per_instance,
    taskSeconds: asked.mean_task_seconds,
    arrivalsPerSecond: asked.arrival_rate_per_second,
  }
  if (asked.target_drain_seconds !== undefined) {
    const withinSeconds = asked.target_drain_seconds
    const { processes, instances } = workersToDrain(load, { backlogTasks, withinSeconds })
    return { slots_needed: processes, instances_needed: instances }
  }
  const whole = { ...load, instances: asked.instances ?? 0 }
  const { tasksPerSecond, utilization, isStable } = workerSupply(whole)
  return {
    capacity_tasks_per_second: tasksPerSecond,
    utilisation: utilization,
    stable: isStable,
    drain_seconds: drainSeconds(whole, { backlogTasks }),
  }
}

function generatorCase(given: Given): object {
  const rate = z.object({ iterations_per_second: n, iteration_seconds: n }).safeParse(given)
  if (rate.success) {
    const { iterations_per_second, iteration_seconds } = rate.data
    return {
      vus_needed: usersForRate({
        iterationsPerSecond: iterations_per_second,
        iterationSeconds: iteration_seconds,
      }),
    }
  }
  const asked = z
    .object({
      vus: n,
      mib_per_vu_low: n,
      mib_per_vu_high: n,
      generator_memory_mib: n,
      response_seconds: n,
      think_time_seconds: n,
      requests_per_second_per_core: n,
      cores: n,
      cpu_ceiling_fraction: z.literal(0.8),
      memory_ceiling_fraction: z.literal(0.9),
    })
    .parse(given)
  const needs = generatorNeeds({
    users: asked.vus,
    mibPerUserLow: asked.mib_per_vu_low,
    mibPerUserHigh: asked.mib_per_vu_high,
    memoryMib: asked.generator_memory_mib,
    requestSeconds: asked.response_seconds,
    thinkSeconds: asked.think_time_seconds,
    requestsPerSecondPerCore: asked.requests_per_second_per_core,
    cores: asked.cores,
  })
  return {
    memory_low_mib: needs.memoryLowMib,
    memory_high_mib: needs.memoryHighMib,
    request_rate_per_second: needs.requestsPerSecond,
    fits_memory: needs.fitsMemory,
    fits_cpu: needs.fitsCpu,
  }
}

function resourcesCase(given: Given): object {
  const shape = z.object({ vcpu: n, memory_gib: n }).safeParse(given)
  if (shape.success) {
    const { vcpu, memory_gib } = shape.data
    return { valid: shapeProblem({ vcpus: vcpu, memoryGib: memory_gib }) === null }
  }
  const { container_concurrency } = z.object({ container_concurrency: n }).parse(given)
  const effective = effectiveConcurrency(container_concurrency)
  return { valid: effective !== null, effective_concurrency: effective }
}

function autoscalerCase(given: Given): object {
  const asked = z
    .object({
      average_cpu_used_vcpus: n,
      vcpu_per_instance: n,
      cpu_target: z.literal(0.6),
      average_requests_in_flight: n,
      container_concurrency: n,
      concurrency_target: z.literal(0.6),
      min_instances: n,
      max_instances: n,
    })
    .parse(given)
  const scaled = autoscaledInstances({
    cpuUsed: asked.average_cpu_used_vcpus,
    vcpusPerInstance: asked.vcpu_per_instance,
    inFlight: asked.average_requests_in_flight,
    concurrency: asked.container_concurrency,
    minInstances: asked.min_instances,
    maxInstances: asked.max_instances,
  })
  return {
    instances_for_cpu: scaled.forCpu,
    instances_for_concurrency: scaled.forConcurrency,
    recommended_instances: scaled.wished,
    clamped_instances: scaled.instances,
    limited_by_max: scaled.isLimited,
  }
}

/** A population that thinks and asks; an open one is one without thinking. */
function littleCase(given: Given): object {
  const open = z.object({ arrival_rate_per_second: n, residence_seconds: n }).safeParse(given)
  if (open.success) {
    const { arrival_rate_per_second, residence_seconds } = open.data
    const users = arrival_rate_per_second * residence_seconds
    const { requests } = crowd({ users, thinkSeconds: 0, requestSeconds: residence_seconds })
    return { mean_number_in_system: requests }
  }
  const { users, think_time_seconds, response_seconds } = z
    .object({ users: n, think_time_seconds: n, response_seconds: n })
    .parse(given)
  const seconds = { thinkSeconds: think_time_seconds, requestSeconds: response_seconds }
  const { rate, requests } = crowd({ users, ...seconds })
  return {
    throughput_per_second: rate,
    requests_in_flight: requests,
    users_thinking: users - requests,
  }
}

function crowd(load: { users: number; thinkSeconds: number; requestSeconds: number }) {
  const system = { ...site, workload: { ...site.workload, ...load } }
  const at = atUsers(system, { users: load.users, scale: 'needed', today })
  return { rate: requestsPerSecond(at, backend()), requests: inFlight(at, backend()) }
}
