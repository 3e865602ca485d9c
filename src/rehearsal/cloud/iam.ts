/** The one question to IAM: which of these permissions does the caller hold? All but those withheld. */
import { z } from 'zod'
import { noMethod, notAuthorized } from './google-error.ts'
import { ok, type Product } from './product.ts'

const path = /^\/v1\/projects\/([^/:]+):testIamPermissions$/
const bodySchema = z.strictObject({ permissions: z.array(z.string()) })

export function iamProduct(project: string, withheld: readonly string[]): Product {
  return {
    ...{ name: 'iam', looksBy: 'POST' },
    owns: (requested) => path.test(requested),
    answer: ({ method, path: requested, body }) => {
      const asked = bodySchema.safeParse(body)
      if (method !== 'POST' || !asked.success) return noMethod(method, requested)
      if (path.exec(requested)?.[1] !== project) return notAuthorized()
      const permissions = asked.data.permissions.filter((one) => !withheld.includes(one))
      return ok(permissions.length === 0 ? {} : { permissions })
    },
    refusal: () => null,
    special: () => null,
    writes: () => 0,
  }
}
