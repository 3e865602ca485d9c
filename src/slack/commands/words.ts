/** What is common to commands: a step with its input out of words, or the sentence that says what is wrong. */

import type { System } from '../../capacity/system.ts'
import type { Catalogue } from '../../define/catalogue.ts'
import { readWords } from '../../define/input.ts'
import type { BoundStep } from '../../define/step.ts'
import {
  inputSentence,
  lineFor,
  missingInputSentence,
  unknownStepSentence,
} from '../../words/en.ts'
import { refusalSentence } from '../../words/en-reasons.ts'
import { escaped, slackFace } from '../views/blocks.ts'

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
  if (missing.length > 0) return wrong(missingInputSentence(entry, missing, command, slackFace))
  const step = entry.parse(read.input)
  if ('kind' in step) return wrong(inputSentence(step, slackFace))
  const unknown = step.missing(system)
  return unknown === null ? { kind: 'step', step } : wrong(escaped(refusalSentence(unknown)))
}

function exampleOf(catalogue: Catalogue, command: string): string {
  const [entry] = catalogue.entries
  return slackFace.literal(entry === undefined ? command : lineFor(command, entry))
}

function wrong(sentence: string): ReadStep {
  return { kind: 'wrong', sentence }
}
