/** Approve, reject, abort, resume, retry, done: a click is recorded by the same functions as every other door. */
import type { Actor } from '../../gate/policy.ts'
import type { Answer, Requests } from '../../runs/requests.ts'
import type { ActionCall } from '../door.ts'

export async function decide(requests: Requests, call: ActionCall, actor: Actor): Promise<Answer> {
  const { action, value } = call
  switch (action) {
    case 'approve':
      return requests.approve(value, actor)
    case 'reject':
      return requests.reject(value, actor)
    case 'abort':
      return requests.abort(value, actor)
    case 'done':
      return requests.done(value, actor)
    case 'resume':
    case 'retry':
      return requests.resume(value, action, actor)
    default:
      return { kind: 'not-taken', code: 'unknown-run' }
  }
}
