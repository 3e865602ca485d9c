/** The reference in docs/: a page of steps, of laws and of runbooks, each made from the definitions alone. */
import type { Finding, Term } from '../capacity/finding.ts'
import type { Law } from '../capacity/law.ts'
import type { BoundRunbook, Runbook } from '../define/define-runbook.ts'
import type { PlanItem } from '../define/plan-item.ts'
import type { BoundStep, InputField, JsonObject, StepEntry } from '../define/step.ts'
import { explanationOf } from './en-explain.ts'
import { stepLine } from './en-plan.ts'
import { lawBroken, lawName, quantityText } from './en-reasons.ts'
import { boxText, onlyIfText, waitText } from './en-runbooks.ts'
import { count, list, number } from './numbers.ts'

const made = 'Made by `npm run docs` from the definitions; `npm run check` says when it is stale.'

/** `examples`: each of the entry's, bound. */
export type StepPage = { readonly entry: StepEntry; readonly examples: readonly BoundStep[] }

export function stepsPage(steps: readonly StepPage[]): string {
  return page('Steps', stepsIntro, steps.map(stepPart))
}

const stepsIntro = [
  'A step changes one thing, or looks at it. `/capacity check <step> ...` says what it would do and changes nothing;',
  '`/runbook do <step> ...` asks for it. The risk decides how many people must agree; the guard is what the world itself',
  'offers against a second write.',
].join('\n')

function stepPart({ entry, examples }: StepPage): string {
  const { name, title, risk, minutes, fields } = entry
  const [first] = examples
  return [
    `## ${name}`,
    `${title}.`,
    table(
      ['risk', 'guard', 'usually takes', 'holds, for example'],
      [[risk, guardsOf(examples), `${number(minutes)} min`, code(first?.target ?? '')]],
    ),
    ...(fields.length === 0 ? [] : [fieldTable(fields, {})]),
    ...(first === undefined || first.needs.length === 0
      ? []
      : [`Must be seen just before: ${list([...new Set(first.needs)].map(code))}.`]),
    fence(examples.map(({ input }) => `/runbook do ${stepLine({ step: name, input })}`)),
  ].join('\n\n')
}

function guardsOf(examples: readonly BoundStep[]): string {
  const guards = examples.map(({ act }) => {
    if (act.kind === 'write') return `\`${act.guard}\``
    return act.kind === 'read' ? 'writes nothing' : 'a person does it'
  })
  return list([...new Set(guards)], 'or')
}

/** `example`: of the example system; null where it has no subject of this law. */
export type LawPage = { readonly law: Law; readonly example: Finding | null }

export function lawsPage(laws: readonly LawPage[], system: string): string {
  return page('Laws', lawsIntro, laws.map(lawPart(system)))
}

const lawsIntro = [
  'A law is one limit of nature or of the platform. A quantity compares a demand with its limit; a rule holds or does not.',
  'A *capacity* law takes part in the number of users that a system carries; *advice* never blocks anything.',
  '`plimsoll explain <law>` gives its sum on your system, with the source and the age of every number.',
].join('\n')

function lawPart(system: string): (one: LawPage) => string {
  return ({ law, example }) => {
    const { id, kind, unit, depends, capacity, advice } = law
    const said = explanationOf(id)
    const traits = [
      kind,
      ...(unit === null ? [] : [`in ${unit}`]),
      depends === 'load' ? 'moves with the users' : 'follows the configuration',
      ...(capacity ? ['capacity'] : []),
      ...(advice ? ['advice'] : []),
    ]
    return [
      `## ${id}`,
      `${lawName(id)}: ${traits.join(', ')}. Broken: ${lawBroken(id)}.`,
      ...(example === null ? [] : [exampleText(example, system)]),
      ...(said === null ? [] : [`What changes it: ${said.changes}`]),
      ...(said?.mistake == null ? [] : [`The usual mistake: ${said.mistake}`]),
    ].join('\n\n')
  }
}

function exampleText(finding: Finding, system: string): string {
  const { subject, severity } = finding
  const terms = finding.derivation()
  const numbers = quantityText(finding)
  const head = `On ${system}, ${code(subject)}: ${numbers === null ? '' : `${numbers}, `}${severity}.`
  return terms.length === 0
    ? head
    : `${head}\n\n${table(['term', 'value', 'how'], terms.map(termRow))}`
}

function termRow({ term, value, formula }: Term): readonly string[] {
  const read = typeof value === 'number' ? number(value) : JSON.stringify(value)
  return [term, read, formula]
}

/** `bound`: with its defaults, or as its first test has it. */
export type RunbookPage = { readonly runbook: Runbook; readonly bound: BoundRunbook }

export function runbooksPage(runbooks: readonly RunbookPage[]): string {
  return page('Runbooks', runbooksIntro, runbooks.map(runbookPart))
}

const runbooksIntro = [
  'A runbook is a list of steps, waits and conditions with typed parameters; a checklist is one whose boxes tick themselves',
  'from evidence. `/runbook rehearse <name> ...` plays it in a simulated world, `/runbook start <name> ...` asks for it.',
  '`docs/write-a-runbook.md` shows how one is written.',
].join('\n')

function runbookPart({ runbook, bound }: RunbookPage): string {
  const { name, form, title, why, fields, defaults, cannotUndo, tests } = runbook
  const { items, boxes, parameters } = bound
  const numbered = items.map((item, index) => `${index + 1}. ${itemText(item)}`)
  const ticks = boxes.map((box) => `- ${boxText(box)}`)
  const line = Object.entries(parameters).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return [
    `## ${name}`,
    `${title}. ${why}`,
    ...(fields.length === 0 ? [] : [fieldTable(fields, defaults)]),
    ...(cannotUndo === null ? [] : [`Cannot be undone: ${cannotUndo}`]),
    ...(form === 'checklist' ? [`${count(boxes.length, 'box', 'boxes')}:`, ticks.join('\n')] : []),
    `With ${line.length === 0 ? 'no parameter' : code(line.join(' '))}:`,
    numbered.join('\n'),
    `Its tests say: ${tests.map(({ claim }) => claim).join('; ')}.`,
  ].join('\n\n')
}

function itemText(item: PlanItem): string {
  if (item.kind === 'wait') return waitText(item)
  if (item.kind === 'only-if') return onlyIfText(item)
  const line = code(stepLine({ step: item.step.name, input: item.step.input }))
  return item.why === null ? line : `${line}: ${item.why}`
}

function fieldTable(fields: readonly InputField[], defaults: JsonObject): string {
  return table(
    ['field', 'is', 'what'],
    fields.map((field) => [code(field.name), typeText(field, defaults), field.description]),
  )
}

function typeText(field: InputField, defaults: JsonObject): string {
  const { name, type, required, nullable, choices } = field
  const fallback = defaults[name]
  const range = rangeText(field)
  return [
    choices === null ? `${type}${range}` : list(choices.map(code), 'or'),
    ...(nullable ? ['or `null`'] : []),
    fallback !== undefined ? `= ${code(JSON.stringify(fallback))}` : required ? '' : '(optional)',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function rangeText({ minimum, above, maximum }: InputField): string {
  const most = maximum === null ? '' : ` to ${number(maximum)}`
  if (above !== null) return ` above ${number(above)}${most}`
  return minimum === null ? most : ` from ${number(minimum)}${most}`
}

function page(title: string, intro: string, parts: readonly string[]): string {
  return `${[`# ${title}`, intro, made, ...parts].join('\n\n')}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** A bar would end the cell. */
function cellText(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function code(text: string): string {
  return `\`${text}\``
}

function fence(lines: readonly string[]): string {
  return ['```', ...lines, '```'].join('\n')
}
