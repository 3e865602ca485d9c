/** `model-error`: how often the model was right, from the runs of the ledger. */
import type { Command } from 'commander'
import { trackRecordOf } from '../runs/track-record.ts'
import { trackRecordLines } from '../words/en-track-record.ts'
import { beside, type LookingFace, type Options, say, verb, wrong } from './verbs.ts'

export function addModelError(program: Command, face: LookingFace): void {
  const what = 'how often the model was right: predicted beside observed, over the ledger'
  verb(program, 'model-error', what).action((options: Options) =>
    beside(face, options, async () => {
      const archived = await face.verbs.ledger.runs()
      if ('kind' in archived) return wrong(face, archived.sentence)
      const record = trackRecordOf(archived.runs)
      say(face.verbs, options, {
        json: () => ({ ...record, unreadable: archived.unreadable }),
        text: () => trackRecordLines(record).join('\n'),
      })
    }),
  )
}
