/** `prevented`: what the gate did not let through, by reason, and whether its no was right. */
import type { Command } from 'commander'
import { preventedRecordOf } from '../runs/prevented.ts'
import { preventedLines } from '../words/en-prevented.ts'
import { beside, type LookingFace, type Options, say, verb, wrong } from './verbs.ts'

export function addPrevented(program: Command, face: LookingFace): void {
  const what = 'what the gate did not let through, by reason and month, and whether that was right'
  verb(program, 'prevented', what).action((options: Options) =>
    beside(face, options, async () => {
      const archived = await face.verbs.ledger.runs()
      if ('kind' in archived) return wrong(face, archived.sentence)
      const record = preventedRecordOf(archived.runs)
      say(face.verbs, options, {
        json: () => ({ ...record, unreadable: archived.unreadable }),
        text: () => preventedLines(record).join('\n'),
      })
    }),
  )
}
