/**
 * What the schema says of a document, in words: the field, the value and what would be right there.
 */
import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { leastPositive, mostAmount, systemSchema } from './system.ts'

/**
 * One clear sentence: `path`: `value` `problem`; `remedy`. The path in a text that is no YAML is
 * its line and column.
 */
export type DocumentProblem = {
  readonly path: string
  readonly value: string
  readonly problem: string
  readonly remedy: string
}

type Path = readonly PropertyKey[]
type Node = z.core.JSONSchema.BaseSchema
type Issue = z.core.$ZodIssue

export function schemaProblems(error: z.ZodError, content: unknown): readonly DocumentProblem[] {
  const schema = z.toJSONSchema(systemSchema, { io: 'input', unrepresentable: 'any' })
  const problems = error.issues.flatMap((issue) => problemsOf(issue, { content, schema }))
  return problems.filter(
    ({ path }, index) => problems.findIndex((one) => one.path === path) === index,
  )
}

/** A value as it is quoted: JSON, cut short, and what a number is that JSON does not know. */
export function quoted(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '')
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** `services.backend.maxInstances`. */
function pathText(path: Path): string {
  return path.map(String).join('.')
}

type Place = { readonly content: unknown; readonly schema: Node }

function problemsOf(issue: Issue, place: Place): readonly DocumentProblem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], place))
  const value = valueAt(place.content, path)
  if (issue.code === 'invalid_key')
    return [
      {
        path: pathText(path),
        value: '',
        problem: 'has a name that cannot be used',
        remedy: `write ${issue.issues[0]?.message ?? 'another'}`,
      },
    ]
  if (path.length === 0)
    return [
      { path: '', value: quoted(value), problem: 'is no System document', remedy: rootRemedy },
    ]
  const wished = wish(issue, place)
  if (value === undefined)
    return [{ path: pathText(path), value: '', problem: 'is missing', remedy: `write ${wished}` }]
  const remedy = `write ${wished}`
  return [{ path: pathText(path), value: quoted(value), problem: complaint(issue), remedy }]
}

const rootRemedy = 'write a map that begins with version: 1'

function complaint(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' ? 'is too short' : 'is too small'
    case 'too_big':
      return issue.origin === 'string' ? 'is too long' : 'is too large'
    case 'invalid_type':
      return 'is of the wrong kind'
    case 'invalid_format':
      return 'has the wrong form'
    default:
      return 'is not one of the choices'
  }
}

/** What the schema takes at this place; a format says it in its own message. */
function wish(issue: Issue, { content, schema }: Place): string {
  if (issue.code === 'invalid_format' && issue.format === 'regex') return issue.message
  const nodes = nodesAt(issue.path, { content, schema })
  const wishes = [...new Set(nodes.map(described))]
  return wishes.length === 0 ? issue.message : wishes.join(' or ')
}

function unknownKey(path: Path, { content, schema }: Place): DocumentProblem {
  const key = String(path.at(-1))
  const parents = nodesAt(path.slice(0, -1), { content, schema })
  const known = [...new Set(parents.flatMap((node) => Object.keys(node.properties ?? {})))]
  const nearest = known.length === 0 ? undefined : closest(key, known)
  const isNear = nearest !== undefined && distance(key, nearest) <= Math.max(2, key.length / 2)
  const remedy = isNear ? `did you mean ${nearest}?` : `known here: ${known.join(', ')}`
  return { path: pathText(path), value: '', problem: 'is no known key', remedy }
}

/**
 * The schemas that may stand at a path; of several kinds of service, the one that the document
 * names.
 */
function nodesAt(path: Path, { content, schema }: Place): readonly Node[] {
  let nodes = choices(schema, content)
  for (const [index, key] of path.entries()) {
    const value = valueAt(content, path.slice(0, index + 1))
    nodes = nodes.flatMap((node) => {
      const child = childOf(node, key)
      return child === undefined ? [] : choices(child, value)
    })
  }
  return nodes
}

function childOf(node: Node, key: PropertyKey): Node | undefined {
  const child =
    typeof key === 'number'
      ? node.items
      : (node.properties?.[String(key)] ?? node.additionalProperties)
  if (typeof child !== 'object' || Array.isArray(child)) return undefined
  return child
}

function choices(node: Node, value: unknown): readonly Node[] {
  const branches = (node.anyOf ?? node.oneOf ?? []).filter((one) => typeof one === 'object')
  if (branches.length === 0) return [node]
  const kind = valueAt(value, ['kind'])
  const named = branches.filter((one) => kind !== undefined && kindOf(one) === kind)
  return (named.length > 0 ? named : branches).flatMap((one) => choices(one, value))
}

function kindOf(node: Node): unknown {
  const kind = node.properties?.kind
  return typeof kind === 'object' ? kind.const : undefined
}

function described(node: Node): string {
  if (node.const !== undefined) return quoted(node.const)
  if (node.enum !== undefined) return `one of ${node.enum.map(String).join(', ')}`
  switch (node.type) {
    case 'integer':
      return `a whole number${range(node)}`
    case 'number':
      return `a number${range(node)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    case 'object':
      return `a map${fieldsOf(node)}`
    case 'null':
      return 'null'
    default:
      return `a text${lengths(node)}, in quotes`
  }
}

function lengths({ minLength, maxLength }: Node): string {
  if (maxLength !== undefined) return ` of ${minLength ?? 0} to ${maxLength} characters`
  return minLength === undefined ? '' : ' that is not empty'
}

function fieldsOf(node: Node): string {
  const fields = Object.keys(node.properties ?? {})
  return fields.length === 0 || fields.length > 8 ? '' : ` with ${fields.join(', ')}`
}

/**
 * The bounds that people would ask about; the outermost ones are only there to keep sums finite.
 */
function range({ minimum, maximum, exclusiveMinimum }: Node): string {
  const most = maximum !== undefined && maximum < mostAmount ? maximum : undefined
  if (exclusiveMinimum !== undefined || minimum === leastPositive)
    return most === undefined ? ' above 0' : ` above 0, at most ${most}`
  if (minimum !== undefined && most !== undefined) return ` from ${minimum} to ${most}`
  return minimum === undefined ? '' : ` of ${minimum} or more`
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? Reflect.get(node, key)
        : undefined,
    content,
  )
}
