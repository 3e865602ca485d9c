/** How an answer that takes its time reaches the channel. */
import type { CommandCall } from '../door.ts'
import type { DeskMeans } from '../means.ts'
import type { Message } from '../views/blocks.ts'

/** The person's command is acknowledged at once; the answer follows in the channel. */
export function answerInChannel(
  means: DeskMeans,
  call: CommandCall,
  answer: () => Promise<Message>,
): null {
  const failed = async (error: unknown) => {
    means.onFailure(error)
    await means.api.tell(call.channel, call.user, 'I could not answer that; it is in my log.')
  }
  answer()
    .then((message) => means.api.post(call.channel, message))
    .catch(failed)
    .catch(means.onFailure)
  return null
}
