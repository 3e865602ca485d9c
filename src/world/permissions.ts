/**
 * Which of the permissions that the adapters need an identity lacks, as Google itself says: asking
 * needs none of them and changes nothing. Resource Manager v1, projects.testIamPermissions.
 */
import { z } from 'zod'
import { credentials, type GoogleApi, rootOf } from './google-call.ts'
import { failedRead } from './google-faults.ts'
import { type GoogleMethod, googleMethods } from './google-methods.ts'

export type Identity = GoogleMethod['identity']

export type PermissionTest = {
  readonly project: string
  /** Another root than Google's: loopback only, and then no credentials are loaded or sent. */
  readonly apiRoot?: string
  readonly identities: readonly Identity[]
  readonly timeOutMs?: number
}

export type Permissions = {
  readonly tested: number
  /** In the order of the alphabet. */
  readonly lacking: readonly { readonly permission: string; readonly identity: Identity }[]
}

const googleRoot = 'https://cloudresourcemanager.googleapis.com'
const scopes = ['https://www.googleapis.com/auth/cloud-platform']
const answerSchema = z.object({ permissions: z.array(z.string()).default([]) })

/** Throws a Fault. What a condition on a resource's name grants is not seen: the project is asked. */
export async function testPermissions(test: PermissionTest): Promise<Permissions> {
  const { project, apiRoot, identities, timeOutMs = 5_000 } = test
  const wanted = permissionsOf(identities)
  const api: GoogleApi = { name: 'Cloud Resource Manager', root: rootOf(apiRoot, googleRoot) }
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  const auth =
    apiRoot === undefined
      ? new GoogleAuth({ scopes })
      : new GoogleAuth({ authClient: new PassThroughClient() })
  const deadline = AbortSignal.timeout(timeOutMs)
  try {
    await credentials(auth, api, deadline)
    const { data } = await auth.request({
      url: new URL(`/v1/projects/${encodeURIComponent(project)}:testIamPermissions`, api.root).href,
      ...{ method: 'POST', data: { permissions: [...wanted.keys()] } },
      ...{ signal: deadline, retry: false, redirect: 'error' },
    })
    const held = new Set(answerSchema.parse(data).permissions)
    const lacking = [...wanted]
      .filter(([permission]) => !held.has(permission))
      .map(([permission, identity]) => ({ permission, identity }))
    return { tested: wanted.size, lacking }
  } catch (error) {
    throw failedRead('permissions', error, 'the Cloud Resource Manager API')
  }
}

function permissionsOf(identities: readonly Identity[]): ReadonlyMap<string, Identity> {
  const methods: readonly GoogleMethod[] = Object.values(googleMethods)
  return new Map(
    methods
      .filter(({ identity }) => identities.includes(identity))
      .map(({ permission, identity }) => [permission, identity] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}
