/** `doctor`: configuration, permissions and reachability, one line each with the remedy. */
import type { Command } from 'commander'
import { type Check, lineOf } from '../words/en-doctor.ts'
import { type LookingFace, say } from './verbs.ts'

export function addDoctor(program: Command, { verbs, exitWith }: LookingFace): void {
  program
    .command('doctor')
    .description('configuration, permissions and reachability, one line each with the remedy')
    .option('--json', 'as JSON')
    .option('--system <file>', 'another System document than PLIMSOLL_SYSTEM or system.yml')
    .action(async (options: { readonly json?: boolean; readonly system?: string }) => {
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
