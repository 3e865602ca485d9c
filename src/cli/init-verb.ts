/** `init`: a System document from a live project, with comments where a person must fill in. */
import type { Command } from 'commander'
import { annotated } from '../capacity/annotate.ts'
import type { Draft } from '../capacity/draft.ts'
import { draftHead, fillInSentence, noteSentence } from '../words/en-draft.ts'
import { type LookingFace, type Surveying, verb, wrong } from './verbs.ts'

type InitOptions = Surveying & {
  readonly json?: boolean
  readonly write?: boolean
  readonly system?: string
}

export function addInit(program: Command, face: LookingFace): void {
  const { verbs, exitWith } = face
  verb(program, 'init', 'a System document from a live project')
    .option('--project <id>', 'another project than GOOGLE_CLOUD_PROJECT')
    .option('--region <region>', 'where its services are, if its instances do not say')
    .option('--write', 'into the file of the document, where there is none yet')
    .action(async (options: InitOptions) => {
      const surveyed = await verbs.survey(options)
      if (surveyed.kind === 'wrong') return wrong(face, surveyed.sentence)
      if (surveyed.kind === 'failed') {
        verbs.complain(surveyed.sentence)
        return exitWith(1)
      }
      const { draft } = surveyed
      const refusal = options.write === true ? verbs.create(options.system, textOf(draft)) : null
      if (refusal !== null) return wrong(face, refusal)
      if (options.write !== true || options.json === true)
        verbs.print(options.json === true ? jsonOf(draft) : textOf(draft).trimEnd())
      verbs.complain(fillInSentence(draft.notes))
    })
}

function textOf({ content, notes }: Draft): string {
  const comments = notes.map((one) => ({ path: one.path, text: noteSentence(one) }))
  return annotated(content, { head: draftHead(String(content.project)), comments })
}

function jsonOf({ content, notes }: Draft): string {
  const said = notes.map((one) => ({ path: one.path.join('.'), text: noteSentence(one) }))
  return JSON.stringify({ document: content, notes: said }, null, 2)
}
