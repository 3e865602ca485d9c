/** Clicks on a checklist: ask for what a box offers, say that it is so, ask why, end it. */
import type { Actor } from '../../gate/policy.ts'
import { checklistNoSentence } from '../../words/en-checklist.ts'
import type { ActionCall } from '../door.ts'
import { refusal } from '../links.ts'
import type { DeskMeans } from '../means.ts'
import { livingFace, whyMessage } from '../views/checklist.ts'

export async function actOnBox(
  means: DeskMeans,
  call: ActionCall,
  actor: Actor,
): Promise<string | null> {
  const { checklists, api } = means
  const [id = '', index] = call.value.split('.')
  const place = { checklist: id, box: Number(index) }
  switch (call.action) {
    case 'apply': {
      const answer = await checklists.requests.apply(place, actor)
      if (answer.kind === 'changed') return null
      return answer.kind === 'checklist-no' || answer.kind === 'denied'
        ? checklistNoSentence(answer, livingFace)
        : refusal(means, answer)
    }
    case 'tick':
      return said(await checklists.requests.tick(place, '', actor))
    case 'end':
      return said(await checklists.requests.end(id, actor))
    default: {
      const box = (await checklists.read(id))?.boxes[place.box]
      if (box === undefined) return 'There is no such box in my ledger.'
      await api.post(call.channel, whyMessage(place.box, box), call.ts)
      return null
    }
  }
}

export function said(
  answer: Awaited<ReturnType<DeskMeans['checklists']['requests']['tick']>>,
): string | null {
  return answer.kind === 'checklist-changed' ? null : checklistNoSentence(answer, livingFace)
}
