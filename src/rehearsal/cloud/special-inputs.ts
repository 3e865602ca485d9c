/**
 * Special inputs: a wish with one of these numbers meets a mishap each time that it is sent. All of
 * them stand here; the page shows them.
 */
import { z } from 'zod'
import type { WriteMishap } from './mishaps.ts'
import type { LocalPolicy } from './monitoring-policies.ts'
import type { ApiRequest } from './product.ts'
import type { Spec } from './run-resource.ts'
import type { Settings } from './settings-rules.ts'

/** HTTP's own numbers; 598 and 599 are what proxies say when a reply or a connection is gone. */
export const specialNumbers = [
  { number: 409, how: 'busy' },
  { number: 412, how: 'stale' },
  { number: 429, how: 'rate-limited' },
  { number: 500, how: 'operation-fails' },
  { number: 503, how: 'unavailable' },
  { number: 598, how: 'reply-lost' },
  { number: 599, how: 'request-lost' },
] as const satisfies readonly { readonly number: number; readonly how: WriteMishap['how'] }[]

const flag = 'log_min_duration_statement'

/** Where the number stands, as it is asked for; `N` is the number. */
export const specialPlaces = [
  'create-read-replica database=tuki-db-prod name=copy-N tier=db-custom-2-7680',
  `set-database-flag database=tuki-db-prod name=${flag} value=N`,
  'scale-service service=backend maxInstances=N',
  'retarget-alert alert=db-connections threshold=N',
] as const

const replicaBody = z.looseObject({ name: z.string() })
const flags = z.array(z.looseObject({ name: z.string(), value: z.string() }))
const patchBody = z.looseObject({ settings: z.looseObject({ databaseFlags: flags }) })
const scaleBody = z.looseObject({ scaling: z.looseObject({ maxInstanceCount: z.number() }) })
const threshold = z.looseObject({ thresholdValue: z.number() })
const policyBody = z.looseObject({
  conditions: z.array(z.looseObject({ conditionThreshold: threshold })),
})

export function specialReplica({ body }: ApiRequest): WriteMishap | null {
  const { data } = replicaBody.safeParse(body)
  return mishapOf(Number(/-(\d+)$/.exec(data?.name ?? '')?.[1]))
}

/** A number that is there already asks for nothing. */
export function specialFlag({ body }: ApiRequest, current: Settings): WriteMishap | null {
  const { data } = patchBody.safeParse(body)
  const wished = data?.settings.databaseFlags.find(({ name }) => name === flag)?.value
  const held = current.databaseFlags.find(({ name }) => name === flag)?.value
  return wished === held ? null : mishapOf(Number(wished))
}

export function specialScale({ body }: ApiRequest, current: Spec): WriteMishap | null {
  const { data } = scaleBody.safeParse(body)
  const wished = data?.scaling.maxInstanceCount
  return wished === current.scaling.maxInstanceCount ? null : mishapOf(Number(wished))
}

export function specialThreshold(
  { body }: ApiRequest,
  policies: ReadonlyMap<string, LocalPolicy>,
): WriteMishap | null {
  const { data } = policyBody.safeParse(body)
  const held = [...policies.values()]
    .flatMap(({ conditions }) => conditions)
    .map(({ conditionThreshold }) => conditionThreshold.thresholdValue)
  const wished = (data?.conditions ?? []).map((one) => one.conditionThreshold.thresholdValue)
  return mishapOf(Number(wished.find((value) => !held.includes(value))))
}

function mishapOf(wished: number): WriteMishap | null {
  const found = specialNumbers.find(({ number }) => number === wished)
  return found === undefined ? null : { on: 'write', how: found.how }
}
