/** Cloud Run of a local cloud: the services of its document, and no jobs yet. */
import { randomUUID } from 'node:crypto'
import type { RunAdmin } from './run-admin.ts'
import { runResourcesOf } from './run-seed.ts'

type Options = {
  readonly project: string
  readonly document?: string
  readonly rollOutSeconds?: number
  readonly taskSeconds?: number
}

export function runAdminOf(
  { project, document, rollOutSeconds = 30, taskSeconds = 180 }: Options,
  now: number,
  speed: number,
): RunAdmin {
  const resources = document === undefined ? [] : runResourcesOf(document, now)
  return {
    ...{ project, newName: randomUUID },
    resources: new Map(resources.map((one) => [one.name, one])),
    durations: { rollOutMs: (rollOutSeconds * 1_000) / speed, scalingMs: 2_000 / speed },
    jobs: {
      ...{ jobs: [], operations: [] },
      durations: {
        ...{ startMs: 5_000 / speed, taskMs: (taskSeconds * 1_000) / speed },
        ...{ cancelMs: 10_000 / speed, speed },
      },
    },
  }
}
