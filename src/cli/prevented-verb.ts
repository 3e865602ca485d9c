/** `prevented`: what the gate did not let through, by reason, and whether its no was right. */
import type { Command } from 'commander'
import { preventedRecordOf } from '../runs/prevented.ts'
import { preventedLines } from '../words/en-prevented.ts'
import { type LookingFace, say, wrong } from './verbs.ts'

export function addPrevented(program: Command, face: LookingFace): void {
  program
    .command('prevented')
    .description(
      'what the gate did not let through, by reason and month, and whether that was right',
    )
    .option('--json', 'as JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const archived = await face.verbs.ledger.runs()
      if ('kind' in archived) return wrong(face, archived.sentence)
      const record = preventedRecordOf(archived.runs)
      say(face.verbs, options, {
        json: () => ({ ...record, unreadable: archived.unreadable }),
        text: () => preventedLines(record).join('\n'),
      })
    })
}
