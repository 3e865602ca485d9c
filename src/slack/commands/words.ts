/** What is common to commands: a step with its input out of words, or the sentence that says what is wrong. */

import type { System } from '../../capacity/system.ts'
import type { Catalogue } from '../../define/catalogue.ts'
import { readWords } from '../../define/input.ts'
import type { BoundStep } from '../../define/step.ts'
import { inputSentence, unknownStepSentence } from '../../words/en.ts'
import { refusalSentence } from '../../words/en-reasons.ts'
import { slackFace } from '../views/blocks.ts'

export type ReadStep =
  | { readonly kind: 'step'; readonly step: BoundStep }
  | { readonly kind: 'wrong'; readonly sentence: string }

export function readStep(
  catalogue: Catalogue,
  system: System,
  command: string,
  [name, ...inputs]: readonly string[],
): ReadStep {
  if (name === undefined) return wrong(`Which step? For example ${exampleOf(catalogue, command)}.`)
  const entry = catalogue.find(name)
  if ('kind' in entry) return wrong(unknownStepSentence(name, entry.nearest, slackFace))
  const read = readWords(inputs, entry.fields)
  if (read.kind === 'input-problem') return wrong(inputSentence(read, slackFace))
  const missing = entry.fields.filter((field) => field.required && !(field.name in read.input))
  if (missing.length > 0) {
    const names = missing.map((field) => slackFace.literal(field.name)).join(', ')
    return wrong(`${names} is missing. Type: ${lineFor(command, entry.name, entry.examples[0])}`)
  }
  const step = entry.parse(read.input)
  if ('kind' in step) return wrong(inputSentence(step, slackFace))
  const unknown = step.missing(system)
  return unknown === null ? { kind: 'step', step } : wrong(refusalSentence(unknown))
}

/** The exact line to type. */
export function lineFor(command: string, step: string, example: object | undefined): string {
  const words = Object.entries(example ?? {}).map(([key, value]) =>
    typeof value === 'object' ? `${key}=${JSON.stringify(value)}` : `${key}=${value}`,
  )
  return slackFace.literal([command, step, ...words].join(' '))
}

function exampleOf(catalogue: Catalogue, command: string): string {
  const [entry] = catalogue.entries
  return entry === undefined ? command : lineFor(command, entry.name, entry.examples[0])
}

function wrong(sentence: string): ReadStep {
  return { kind: 'wrong', sentence }
}
