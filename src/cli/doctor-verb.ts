/** `doctor`: configuration, permissions and reachability, one line each with the remedy. */
import type { Command } from 'commander'
import { type Check, lineOf } from '../words/en-doctor.ts'
import { type LookingFace, type Options, say, verb } from './verbs.ts'

export function addDoctor(program: Command, { verbs, exitWith }: LookingFace): void {
  const what = 'configuration, permissions and reachability, one line each with the remedy'
  verb(program, 'doctor', what).action(async (options: Options) => {
    const checks = await verbs.examineSetup(options.system)
    say(verbs, options, { json: () => checks.map(checkJson), text: () => textOf(checks) })
    exitWith(checks.some((check) => lineOf(check).state === 'wrong') ? 1 : 0)
  })
}

function checkJson(check: Check) {
  const { subject, code } = check
  return { subject, code, ...lineOf(check) }
}

function textOf(checks: readonly Check[]): string {
  return checks
    .map((check) => {
      const { state, text, remedy } = lineOf(check)
      const next = remedy === null ? '' : `; ${remedy}`
      return `${state.padEnd(5)}  ${check.subject}: ${text}${next}`.replaceAll(/\s*\n\s*/g, ' ')
    })
    .join('\n')
}
