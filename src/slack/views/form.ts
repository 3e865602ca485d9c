/** A modal that asks for what a command still needs, made from the fields of a step or a runbook. Pure. */
import type { InputBlock, ModalView, PlainTextElement } from '@slack/types'
import type { SystemDocument } from '../../capacity/system.ts'
import type { InputField } from '../../define/step.ts'
import { section } from './blocks.ts'

/** The one kind of modal that this bot opens. */
export const formId = 'form'

export type FormField = {
  readonly name: string
  readonly hint: string
  readonly required: boolean
  /** Null: any text. */
  readonly choices: readonly string[] | null
  /** In the command it stands alone, without `name=`. */
  readonly isBare?: boolean
}

/** The words of a command that are there, and the fields that are not. */
export type Form = {
  readonly kind: 'form'
  readonly title: string
  readonly command: string
  readonly words: readonly string[]
  readonly fields: readonly FormField[]
  /** What was typed already, by field. */
  readonly given: Readonly<Record<string, string>>
  /** What is said where no modal can be opened. */
  readonly sentence: string
}

/** Slack's limits. facts/slack.md, 1 and 2. */
const titleAtMost = 24
const hintAtMost = 2000
const optionAtMost = 75
const optionsAtMost = 100
const textAtMost = 3000
export const metadataAtMost = 3000

export function formView({ title, fields, given }: Form, metadata: string): ModalView {
  return {
    type: 'modal',
    callback_id: formId,
    private_metadata: metadata,
    title: text(title, titleAtMost),
    submit: text('Go on', titleAtMost),
    close: text('Cancel', titleAtMost),
    blocks: fields.map((field) => input(field, given[field.name])),
  }
}

/** In place of the form: why it was not taken. */
export function refusalView(sentence: string): ModalView {
  return {
    type: 'modal',
    title: text('Not taken', titleAtMost),
    close: text('Close', titleAtMost),
    blocks: [section(sentence)],
  }
}

function input(field: FormField, given: string | undefined): InputBlock {
  const { name, hint, required } = field
  return {
    type: 'input',
    block_id: name,
    label: text(name, hintAtMost),
    hint: text(hint, hintAtMost),
    optional: !required,
    element: elementFor(field, given),
  }
}

function elementFor(
  { choices, isBare }: FormField,
  given: string | undefined,
): InputBlock['element'] {
  const isShort = (choice: string) => choice !== '' && choice.length <= optionAtMost
  const isList = choices !== null && choices.length > 0 && choices.length <= optionsAtMost
  if (isList && choices.every(isShort)) {
    const chosen = choices.find((choice) => choice === given)
    const initial = chosen === undefined ? {} : { initial_option: option(chosen) }
    return { type: 'static_select', action_id: 'value', options: choices.map(option), ...initial }
  }
  const typed = given === undefined || given === '' ? {} : { initial_value: given }
  const lines = isBare === true ? { multiline: true } : {}
  return {
    type: 'plain_text_input',
    action_id: 'value',
    max_length: textAtMost,
    ...lines,
    ...typed,
  }
}

function option(value: string) {
  return { text: text(value, optionAtMost), value }
}

function text(words: string, atMost: number): PlainTextElement {
  const cut = words.length <= atMost ? words : `${words.slice(0, atMost - 1)}…`
  return { type: 'plain_text', text: cut, emoji: false }
}

export const reasonField: FormField = {
  name: 'reason',
  hint: 'in a few words: whoever reads this later will ask',
  required: true,
  choices: null,
}

/** Why a step is left out, from its button: of the step that it was drawn for, whatever is reached meanwhile. */
export function skipForm(stand: string): Form {
  return {
    kind: 'form',
    title: 'Skip this step',
    command: '/runbook',
    words: ['skip', stand],
    fields: [{ ...reasonField, isBare: true }],
    given: {},
    sentence: `Say why: \`/runbook skip ${stand} <why>\`.`,
  }
}

/** What became of a broken glass, from its button. */
export function followUpForm(run: string): Form {
  return {
    kind: 'form',
    title: 'Follow up',
    command: '/runbook',
    words: ['follow-up', run],
    fields: [{ name: 'what', hint: followUpHint, required: true, choices: null, isBare: true }],
    given: {},
    sentence: `Say what became of it: \`/runbook follow-up ${run} <what>\`.`,
  }
}

const followUpHint = 'what was done about it, or why it stays: in a few words'

/** Whether the gate's no was right, from its button. */
export function judgeForm(run: string): Form {
  return {
    kind: 'form',
    title: 'Was this no right?',
    command: '/runbook',
    words: ['judge', run],
    fields: [
      {
        name: 'the no was',
        hint: 'right: it kept harm away; wrong: it could have been let through',
        required: true,
        choices: ['right', 'wrong'],
        isBare: true,
      },
      { ...reasonField, isBare: true },
    ],
    given: {},
    sentence: `Say whether, and why: \`/runbook judge ${run} right|wrong <why>\`.`,
  }
}

/** What the document names can be chosen; the rest is typed. */
export function formFields(
  fields: readonly InputField[],
  document: SystemDocument,
): readonly FormField[] {
  const names: Readonly<Record<string, readonly string[]>> = {
    database: Object.keys(document.databases),
    service: Object.keys(document.services),
    pooler: Object.keys(document.poolers),
  }
  const flags = ['true', 'false']
  return fields.map(({ name, type, required, description: hint, choices }) => ({
    ...{ name, hint, required },
    choices: choices ?? (type === 'boolean' ? flags : (names[name] ?? null)),
  }))
}
