/** `/capacity plan <users>` until the planner exists: a kept document that carries them, beside today's. Pure. */
import type { System, SystemDocument } from '../../capacity/system.ts'
import type { Status } from '../../gate/status.ts'
import { number } from '../../words/numbers.ts'
import { context, escaped, type Message, section, table } from './blocks.ts'

export type Example = { readonly document: SystemDocument; readonly status: Status }

type Plan = {
  readonly users: number
  readonly today: Status
  readonly document: SystemDocument
  readonly examples: readonly Example[]
  readonly note: string | null
}

const rowsAtMost = 20

export function planMessage({ users, today, document, examples, note }: Plan): Message {
  const enough = examples.filter(({ status }) => carries(status.assessment.supportedUsers, users))
  const [example] = enough
  if (example === undefined) {
    const text = `I keep no document that carries ${number(users)} users, and the planner that would find one is not there yet.`
    return { text, blocks: [section(text)] }
  }
  const carried = number(example.status.assessment.supportedUsers ?? 0)
  const now = number(today.assessment.supportedUsers ?? 0)
  const answer = `Configured like this, ${document.name} carries ${carried} users; today ${now}.`
  const rows = differences(today.view.system, example.document).slice(0, rowsAtMost)
  const small = [
    'A kept document, assessed by the same laws: nobody looked at the world for it, and the order of the steps is not planned yet. `/capacity check` judges each step first.',
    note,
  ]
  return {
    text: answer,
    blocks: [
      section(`*${escaped(answer)}*`),
      table(['setting', 'today', 'then'], rows),
      ...small.filter((line) => line !== null).map(context),
    ],
  }
}

function carries(supportedUsers: number | null, users: number): boolean {
  return supportedUsers === null || supportedUsers >= users
}

/** Every setting that differs; the policy is not part of the plan. */
function differences(today: System, then: System): readonly (readonly string[])[] {
  const [before, after] = [leaves(today), leaves(then)]
  const paths = [...new Set([...before.keys(), ...after.keys()])]
  return paths
    .filter((path) => !path.startsWith('policy.') && !path.includes('.bindings.'))
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => [path, before.get(path) ?? '–', after.get(path) ?? '–'])
}

function leaves(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, String(value)]])
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...leaves(inner, path === '' ? key : `${path}.${key}`),
    ]),
  )
}
