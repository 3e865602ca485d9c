/** Help, made from the catalogue. Pure. */
import type { Catalogue } from '../../define/catalogue.ts'
import { wordsOf } from '../../words/en.ts'
import { slackFace } from './blocks.ts'

export function capacityHelp(catalogue: Catalogue): string {
  return [
    '*/capacity* says what the system carries; it changes nothing.',
    '• `/capacity status`: how many users, what gives out first, what comes; `backlog=12000`: when so many tasks are worked off',
    '• `/capacity check <step> key=value ...`: what one step would do to that',
    '• `/capacity explain <law> [subject]`: one limit with its whole sum, for example `/capacity explain db-connections`',
    '• `/capacity plan <users> [budget]`: what would carry that many',
    ...stepLines(catalogue, '/capacity check'),
  ].join('\n')
}

export function runbookHelp(catalogue: Catalogue): string {
  return [
    '*/runbook* changes the world, and only what the capacity model has cleared.',
    '• `/runbook list`, `show <name>`, `rehearse <name> key=value ...`: what there is, and how it would go; nothing is sent',
    '• `/runbook start <name> key=value ... [at=2026-12-01T03:00Z]`: one yes for its clear steps, one more for each other; a checklist stays open and ticks its boxes',
    '• `/runbook do <step> key=value ... [at=...]`: forecast, approval, change, verification',
    '• `/runbook status`: the runs that are open; `/runbook history <target>`: what touched a target',
    '• `/runbook abort <run>` (or a checklist), `skip <run> <why>`, `undo <run>`: leave a run, leave out a step, go the way back',
    '• `/runbook tick <checklist> <box> [why]`, `untick <checklist> <box>`, `skip <checklist> <box> <why>`: a box that only people can see, or leave out',
    '• `/runbook stop-all <why>`: nothing is written any more, until two people say `stop-all lift`',
    '• `/runbook break-glass <step> key=value ... reason="..."`: no wait, a second person, the same numbers and record',
    '• `/runbook follow-up <run> <what became of it>`: closes a broken glass; `judge <run> right|wrong <why>`: was the gate’s no right?',
    ...stepLines(catalogue, '/runbook do'),
  ].join('\n')
}

function stepLines({ entries }: Catalogue, command: string): readonly string[] {
  return [
    `Steps, each after ${slackFace.literal(command)}:`,
    ...entries.map(({ name, title, examples }) => {
      const words = wordsOf(examples[0] ?? {})
      return `• ${title}: ${slackFace.literal([name, ...words].join(' '))}`
    }),
  ]
}
