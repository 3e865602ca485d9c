/** The details of a run go to its thread: what it was judged on, and what will be looked at afterwards. */
import type { Journal } from '../../runs/journal.ts'
import type { SlackApi } from '../api.ts'
import type { ActionCall } from '../door.ts'
import { detailsMessage } from '../views/details.ts'

export async function showDetails(
  means: { readonly journal: Journal; readonly api: SlackApi },
  call: ActionCall,
): Promise<string | null> {
  const run = await means.journal.read(call.value)
  if (run === null) return 'There is no such run in my ledger.'
  await means.api.post(call.channel, detailsMessage(run, await means.journal.sealed(run)), call.ts)
  return null
}
