/** How a verb is called, where commander knows only that it was called wrongly. contract.md, 3. */
import type { Command } from 'commander'

/** Of every verb: one sentence that says what is wrong, and the line that would be right. */
export function explainUsage(verb: Command): void {
  verb.configureOutput({
    outputError: (problem, write) => write(usageSentence(verb, problem)),
  })
  for (const one of verb.commands) explainUsage(one)
}

/** `problem`: commander's own words, its guess on a line of its own. */
function usageSentence(verb: Command, problem: string): string {
  const said = problem
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
    .replace(/\.$/, '')
  const meant = [
    ...verb.registeredArguments.map((one) => ({ name: one.name(), means: one.description })),
    ...verb.options.map(({ flags, description }) => ({ name: flags, means: description })),
  ].find(({ name }) => said.includes(`'${name}'`))
  const what = meant === undefined ? said : `${said} (${meant.means})`
  return `${what.slice(0, 1).toUpperCase()}${what.slice(1)}. Type: ${lineOf(verb)}`
}

/** `plimsoll plan --users <number> [--budget <usd>] ...`; of a group, its verbs. */
function lineOf(verb: Command): string {
  const names: string[] = []
  for (let one: Command | null = verb; one !== null; one = one.parent) names.unshift(one.name())
  const inside = verb.commands.map((one) => one.name()).join('|')
  const options = verb.options.map(({ flags, mandatory }) => (mandatory ? flags : `[${flags}]`))
  const words = verb.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`
    return one.required ? `<${name}>` : `[${name}]`
  })
  return [...names, ...(inside === '' ? [] : [`<${inside}>`]), ...words, ...options].join(' ')
}
