/** `drift`: where document and world differ, and the world's values written back into the document. */
import type { Command } from 'commander'
import type { DriftReport } from '../gate/drift.ts'
import { driftLines, nobodyLooked } from '../words/en-drift.ts'
import { terminalFace } from './text.ts'
import { exitCodes, type LookingFace, looking, type Options, opened, say, wrong } from './verbs.ts'

export function addDrift(program: Command, face: LookingFace): void {
  const { verbs, exitWith } = face
  looking(program, 'drift', 'where the document and the world differ')
    .option('--write', 'put what the world says into the document')
    .action((options: Options & { readonly write?: boolean }) =>
      opened(face, options, async ({ file, look }) => {
        const report = await look.drift()
        if (report.asked === 0) return wrong(face, nobodyLooked)
        const { changes } = report
        if (options.write === true && changes.length > 0) {
          const refusal = verbs.rewrite(file, changes)
          if (refusal !== null) return wrong(face, refusal)
        }
        const written = options.write === true ? changes.length : null
        say(verbs, options, {
          json: () => driftJson(report, written),
          text: () => driftLines(report, { file, written, face: terminalFace }).join('\n'),
        })
        exitWith(codeOf(report, written))
      }),
    )
}

/** A difference is for a person to judge, and so is what nobody could compare; where none answered it failed. */
function codeOf({ differences, silent, observedAt }: DriftReport, written: number | null): number {
  if (observedAt === null) return 1
  const isOpen = (differences.length > 0 && written === null) || silent.length > 0
  return isOpen ? exitCodes.review : exitCodes.clear
}

function driftJson(report: DriftReport, written: number | null) {
  const { differences, silent, observedAt, changes } = report
  return {
    observedAt: observedAt === null ? null : new Date(observedAt).toISOString(),
    drift: differences.map((one) => ({
      ...one,
      observedAt: new Date(one.observedAt).toISOString(),
    })),
    unknown: silent,
    written: written === null ? [] : changes.map(({ path }) => path.join('.')),
  }
}
