/** What is common to commands: a step with its input out of words, or what is wrong and what is missing. */

import type { Catalogue } from '../../define/catalogue.ts'
import { readWords } from '../../define/input.ts'
import type { BoundStep, InputField } from '../../define/step.ts'
import { lineFor, missingInputSentence, unknownStepSentence } from '../../words/en.ts'
import { refusalSentence } from '../../words/en-reasons.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'
import { escaped, slackFace } from '../views/blocks.ts'
import { type Form, formFields } from '../views/form.ts'

export type ReadStep =
  | { readonly kind: 'step'; readonly step: BoundStep }
  | { readonly kind: 'wrong'; readonly answer: CommandAnswer }

/** As far as supported users are looked for. capacity.md, 3. */
const usersAtMost = 10_000_000

/** How many a plan must carry, and for how much at most; or which of the two is none. */
export function readPlanWish(
  wished: string,
  money: string | undefined,
): { readonly users: number; readonly budgetUsd: number | null } | string {
  const users = Number(wished)
  if (!Number.isInteger(users) || users < 1 || users > usersAtMost)
    return `\`users\` must be a whole number from 1 to ${usersAtMost}, and ${slackFace.literal(wished)} is not.`
  const budgetUsd = money === undefined ? null : Number(money)
  if (budgetUsd !== null && !(budgetUsd > 0))
    return `\`budget\` must be a number of USD a month above 0, and ${slackFace.literal(money ?? '')} is not.`
  return { users, budgetUsd }
}

/** `command`: `/runbook do`, with its verb. */
export function readStep(
  { catalogue, document }: DeskMeans,
  command: string,
  [name, ...inputs]: readonly string[],
): ReadStep {
  if (name === undefined) return wrong(`Which step? For example ${exampleOf(catalogue, command)}.`)
  const entry = catalogue.find(name)
  if ('kind' in entry) return wrong(unknownStepSentence(name, entry.nearest, slackFace))
  const read = readWords(inputs, entry.fields)
  if (read.kind === 'input-problem') return wrong(read)
  const missing = entry.fields.filter((field) => field.required && !(field.name in read.input))
  if (missing.length > 0)
    return wrong({
      ...formOf(command, [name], inputs, entry.fields, document),
      title: entry.title,
      sentence: missingInputSentence(entry, missing, command, slackFace),
    })
  const step = entry.parse(read.input)
  if ('kind' in step) return wrong(step)
  const unknown = step.missing(document)
  return unknown === null ? { kind: 'step', step } : wrong(escaped(refusalSentence(unknown)))
}

function exampleOf(catalogue: Catalogue, command: string): string {
  const [entry] = catalogue.entries
  return slackFace.literal(entry === undefined ? command : lineFor(command, entry))
}

function wrong(answer: CommandAnswer): ReadStep {
  return { kind: 'wrong', answer }
}

/** The form for what is missing: `key=value` words of these fields become what stands in them. */
export function formOf(
  line: string,
  names: readonly string[],
  words: readonly string[],
  fields: readonly InputField[],
  document: DeskMeans['document'],
): Omit<Form, 'title' | 'sentence'> {
  const [command = '', ...verb] = line.split(' ')
  const isOfField = (word: string) => fields.some(({ name }) => word.startsWith(`${name}=`))
  const given = words.filter(isOfField).map((word): [string, string] => {
    const cut = word.indexOf('=')
    return [word.slice(0, cut), word.slice(cut + 1)]
  })
  return {
    kind: 'form',
    command,
    words: [...verb, ...names, ...words.filter((word) => !isOfField(word))],
    fields: formFields(fields, document),
    given: Object.fromEntries(given),
  }
}
