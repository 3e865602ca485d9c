/** `ledger verify` and `ledger export`: whether the audit log is what was written, and one run of it as a timeline. */
import type { Command } from 'commander'
import { type Audit, readAnchor } from '../runs/audit.ts'
import type { Timeline } from '../runs/timeline.ts'
import type { Face } from '../words/en.ts'
import { auditWords, damageSentence } from '../words/en-ledger.ts'
import { told } from '../words/en-timeline.ts'
import { terminalFace } from './text.ts'
import { beside, type LookingFace, type Options, say, verb, wrong } from './verbs.ts'

export function addLedger(program: Command, face: LookingFace): void {
  const ledger = program.command('ledger').description('the audit log')
  addVerify(ledger, face)
  addExport(ledger, face)
}

function addVerify(ledger: Command, face: LookingFace): void {
  const { verbs, exitWith } = face
  verb(ledger, 'verify', 'whether every event is what was written, in its place')
    .option('--anchor <hash>', 'what a run’s last message says: its hash, or run:hash')
    .action((options: Options & { readonly anchor?: string }) => {
      const anchor = options.anchor === undefined ? null : readAnchor(options.anchor)
      if (options.anchor !== undefined && anchor === null)
        return wrong(
          face,
          `\`--anchor\` must be at least 8 hexadecimal digits, or a run, a colon and these, and \`${options.anchor}\` is not.`,
        )
      return beside(face, options, async () => {
        const audit = await verbs.ledger.audit(anchor)
        if ('kind' in audit) return wrong(face, audit.sentence)
        say(verbs, options, { json: () => auditJson(audit), text: () => auditText(audit) })
        exitWith(audit.damage.length === 0 ? 0 : 1)
      })
    })
}

function addExport(ledger: Command, face: LookingFace): void {
  const { verbs } = face
  verb(ledger, 'export', 'one run as a timeline that can be read on its own')
    .argument('<run>', 'its living message names it')
    .option('--format <format>', 'md or json; --json is the same as json', 'md')
    .action((run: string, options: Options & { readonly format: string }) => {
      if (!['md', 'json'].includes(options.format))
        return wrong(face, `\`--format\` must be md or json, and \`${options.format}\` is not.`)
      const json = options.json === true || options.format === 'json'
      return beside(face, options, async () => {
        const timeline = await verbs.ledger.timeline(run)
        if (timeline === null)
          return wrong(face, `No run \`${run}\` in the ledger; its living message names it.`)
        if ('kind' in timeline) return wrong(face, timeline.sentence)
        say(
          verbs,
          { json },
          { json: () => timelineJson(timeline), text: () => timelineText(timeline) },
        )
      })
    })
}

function auditJson(audit: Audit) {
  const { damage, ...rest } = audit
  const told = damage.map((one) => ({ ...one, text: damageSentence(one) }))
  return { holds: damage.length === 0, ...rest, damage: told, limits: auditWords(audit).limits }
}

function auditText(audit: Audit): string {
  const { answer, damage, limits, keep } = auditWords(audit)
  return [
    answer,
    ...damage.map((one) => `- ${one}`),
    ...limits,
    ...(keep === null ? [] : [keep]),
  ].join('\n')
}

function timelineJson({ run, entries, broken }: Timeline) {
  return {
    run,
    chain: broken === null ? 'holds' : broken,
    events: entries.map((entry) => ({
      version: entry.version,
      at: new Date(entry.at).toISOString(),
      text: told(entry, terminalFace).what,
      hash: entry.hash,
      event: entry.body,
    })),
  }
}

/** Markdown in which nothing that somebody typed becomes a heading or a link. */
function timelineText({ run, entries, broken }: Timeline): string {
  const lines = entries.flatMap((entry) => {
    const { what, details } = told(entry, markdownFace)
    return [
      `${entry.version}. **${new Date(entry.at).toISOString()}** ${inert(what)}`,
      ...details.map((one) => `   - ${inert(one)}`),
    ]
  })
  const last = entries.at(-1)
  const chain =
    broken === null
      ? `The chain holds; the head is \`${run}:${last?.hash}\`.`
      : `The chain does not hold from event ${broken.version} on (${broken.code}): do not trust this page.`
  return [`# Run ${run}`, '', ...lines, '', chain].join('\n')
}

/** Literal text is a code span, which a backtick would end. */
const markdownFace: Face = {
  ...terminalFace,
  literal: (text) => `\`${text.replaceAll('`', "'")}\``,
}

/** What would begin a link, an image, a tag or a new line; our own code spans stay. */
function inert(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[[\]<>!*_#|`\\]/g, '\\$&')))
    .join('')
}
