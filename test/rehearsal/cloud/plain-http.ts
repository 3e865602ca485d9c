/** A local cloud with one database, and plain HTTP to it. */
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import {
  type LocalCloudOptions,
  startLocalCloud,
} from '../../../src/rehearsal/cloud/local-cloud.ts'

export const started = Date.parse('2026-12-01T14:00:00Z')

/** What the tests look at; the rest stays as it came. */
const reply = z.looseObject({
  items: z.array(z.looseObject({ insertTime: z.string().optional() })).optional(),
  nextPageToken: z.string().optional(),
  settings: z.unknown().optional(),
  error: z
    .looseObject({ message: z.string(), errors: z.array(z.looseObject({ reason: z.string() })) })
    .optional(),
})

export async function tuki(options: Partial<LocalCloudOptions> = {}) {
  let at = started
  const cloud = await startLocalCloud({
    project: 'tukiprod',
    instances: [
      {
        name: 'tuki-db-prod',
        tier: 'db-custom-2-7680',
        settingsVersion: 17,
        databaseFlags: [
          { name: 'work_mem', value: '8192' },
          { name: 'max_connections', value: '400' },
        ],
        userLabels: { team: 'tickets' },
        backupConfiguration: { enabled: true },
      },
    ],
    clock: { now: () => at },
    speed: 1,
    ...options,
  })
  onTestFinished(cloud.stop)
  const path = '/v1/projects/tukiprod/instances/tuki-db-prod'
  const get = async (url: string) => {
    const response = await fetch(`${cloud.root}${url}`)
    return { status: response.status, body: reply.parse(await response.json()) }
  }
  const send = async (body: unknown, { url = path, method = 'PATCH' } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${cloud.root}${url}`, { method, body: text })
    return {
      status: response.status,
      body: reply.parse(await response.json()),
      headers: response.headers,
    }
  }
  const patch = (settings: unknown) => send({ settings })
  return { cloud, path, get, send, patch, forward: (ms: number) => (at += ms) }
}

export const errorOf = ({ error }: z.infer<typeof reply>) => ({
  message: error?.message,
  reason: error?.errors[0]?.reason,
})
