/** Judges the blocks of a message as Slack does, each problem with a JSON pointer. facts/slack.md, 2 and 6. */
import type { z } from 'zod'
import { type Block, blocksOfMessage, buttonsOf } from './blocks.ts'

export type BlocksVerdict =
  | { readonly kind: 'valid'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'invalid'
      readonly error: 'invalid_blocks' | 'invalid_blocks_format' | 'msg_blocks_too_long'
      /** As Slack words them, each ends in `[json-pointer:/blocks/0/text]`. */
      readonly problems: readonly string[]
    }

/** `msg_blocks_too_long` was seen at about 13,200 characters, under every documented limit. facts/slack.md, 2. */
const maxTotalCharacters = 13_000

/** Blocks that Slack has and this workspace does not: refused by name, so that nobody takes the refusal for Slack's. */
const notInRehearsal: readonly string[] = [
  'alert',
  'call',
  'card',
  'carousel',
  'container',
  'context_actions',
  'data_table',
  'data_visualization',
  'file',
  'image',
  'input',
  'plan',
  'task_card',
  'video',
]

export function judgeBlocks(given: unknown): BlocksVerdict {
  if (!Array.isArray(given))
    return { kind: 'invalid', error: 'invalid_blocks_format', problems: [] }
  const parsed = blocksOfMessage.safeParse(given)
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, given))
    return { kind: 'invalid', error: 'invalid_blocks', problems }
  }
  const problems = [
    ...missingTexts(parsed.data),
    ...repeatedBlockIds(parsed.data),
    ...repeatedActionIds(parsed.data),
    ...secondTables(parsed.data),
  ]
  if (problems.length > 0) return { kind: 'invalid', error: 'invalid_blocks', problems }
  const total = charactersOf(parsed.data)
  if (total > maxTotalCharacters) {
    const problem = at(
      `the blocks have ${total} characters together, ${maxTotalCharacters} fit`,
      [],
    )
    return { kind: 'invalid', error: 'msg_blocks_too_long', problems: [problem] }
  }
  return { kind: 'valid', blocks: parsed.data }
}

function problemsOf(issue: z.core.$ZodIssue, given: unknown): readonly string[] {
  const path = issue.path
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'array'
        ? [at(`no more than ${issue.maximum} items allowed`, path)]
        : [at(`must be less than ${Number(issue.maximum) + 1} characters`, path)]
    case 'too_small':
      return issue.origin === 'array'
        ? [at(`no fewer than ${issue.minimum} items allowed`, path)]
        : [at(`must be more than ${Number(issue.minimum) - 1} characters`, path)]
    case 'unrecognized_keys':
      return issue.keys.map((key) => at(`invalid additional property: ${key}`, path))
    case 'invalid_type':
      return valueAt(given, path) === undefined
        ? [at(`missing required field: ${String(path.at(-1))}`, path.slice(0, -1))]
        : [at(`must provide ${withArticle(issue.expected)}`, path)]
    case 'invalid_union':
      return [at(`unsupported type: ${typeNamed(valueAt(given, path))}`, path)]
    case 'invalid_value':
      return [at('must be a valid enum value', path)]
    default:
      return [at(issue.message, path)]
  }
}

function withArticle(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}

/** The `type` that did not fit: zod points to the object or to its discriminator, by its kind of union. */
function typeNamed(value: unknown): string {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : value
  const name = type === undefined ? 'none' : String(type)
  return notInRehearsal.includes(name) ? `${name} (not in the rehearsal's workspace)` : name
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    root,
  )
}

function at(problem: string, path: readonly PropertyKey[]): string {
  return `${problem} [json-pointer:${['', 'blocks', ...path.map(String)].join('/')}]`
}

function missingTexts(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block, index) =>
    block.type === 'section' && block.text === undefined && block.fields === undefined
      ? [at('missing required field: text', [index])]
      : [],
  )
}

function repeatedBlockIds(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block, index) => {
    const id = block.block_id
    const isRepeated =
      id !== undefined && blocks.slice(0, index).some((earlier) => earlier.block_id === id)
    return isRepeated ? [at(`block_id "${id}" already exists`, [index, 'block_id'])] : []
  })
}

function repeatedActionIds(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block, index) => {
    const ids = buttonsOf([block]).map(({ button }) => button.action_id)
    return ids.flatMap((id, place) =>
      id !== undefined && ids.indexOf(id) < place
        ? [at(`action_id "${id}" already exists in this block`, [index, 'elements', place])]
        : [],
    )
  })
}

/** One table a message. facts/slack.md, 2. */
function secondTables(blocks: readonly Block[]): readonly string[] {
  return blocks
    .flatMap((block, index) => (block.type === 'table' ? [index] : []))
    .slice(1)
    .map((index) => at('only_one_table_allowed', [index]))
}

/** All strings that a person reads, at any depth. */
function charactersOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + charactersOf(each), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, each]) =>
      sum + (key === 'text' && typeof each === 'string' ? each.length : charactersOf(each)),
    0,
  )
}
