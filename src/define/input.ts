/** A step's input at the border: what its fields are, how `key=value` is read, and what is wrong in one sentence. */
import { z } from 'zod'
import type { InputField, InputProblem, Json } from './step.ts'

const simpleSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
})

const valueSchema = simpleSchema.extend({
  properties: z.record(z.string(), simpleSchema).default({}),
})

const propertySchema = valueSchema.extend({
  description: z.string().optional(),
  /** A field that may be null is one of two. */
  anyOf: z.array(valueSchema).optional(),
})

const objectSchema = z.looseObject({
  properties: z.record(z.string(), propertySchema),
  required: z.array(z.string()).default([]),
})

const fieldTypes = ['string', 'integer', 'number', 'boolean', 'object'] as const

/** The fields of an input's JSON schema. Throws where a definition uses what no form could ask for. */
export function fieldsOf(jsonSchema: unknown): readonly InputField[] {
  const { properties, required } = objectSchema.parse(jsonSchema)
  return Object.entries(properties).map(([name, property]) => {
    const alternatives = property.anyOf ?? [property]
    const typed = alternatives.find(({ type }) => type !== 'null')
    // What is no value of a form stands in the JSON that somebody types, and has no words here.
    const parts = Object.entries(typed?.properties ?? {}).filter(([, one]) => isSimple(one))
    return {
      name,
      ...valueIn(typed),
      required: required.includes(name),
      nullable: alternatives.some(({ type }) => type === 'null'),
      description: z.string().min(1).parse(property.description),
      parts: Object.fromEntries(parts.map(([part, one]) => [part, valueText(valueIn(one))])),
    }
  })
}

function isSimple({ type }: z.infer<typeof simpleSchema>): boolean {
  return z.enum(fieldTypes).safeParse(type).success
}

type Value = Pick<InputField, 'type' | 'choices' | 'minimum' | 'above' | 'maximum'>

function valueIn(schema: z.infer<typeof simpleSchema> | undefined): Value {
  return {
    type: z.enum(fieldTypes).parse(schema?.type),
    choices: schema?.enum ?? null,
    minimum: schema?.minimum ?? null,
    above: schema?.exclusiveMinimum ?? null,
    maximum: boundOf(schema?.maximum),
  }
}

/** JSON Schema states the largest safe integer for every whole number; nobody meant it as a limit. */
function boundOf(maximum: number | undefined): number | null {
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? null : maximum
}

/** Reads `key=value` words into an input by the types of the fields; JSON for objects. */
export function readWords(
  words: readonly string[],
  fields: readonly InputField[],
): { readonly kind: 'input'; readonly input: Record<string, Json> } | InputProblem {
  const input: Record<string, Json> = {}
  for (const word of words) {
    const cut = word.indexOf('=')
    if (cut < 1) return problem(word, word, 'key=value')
    const name = word.slice(0, cut)
    const text = word.slice(cut + 1)
    const field = fields.find((one) => one.name === name)
    if (field === undefined) return unknownField(name, text, fields)
    if (name in input) return problem(name, text, 'given once')
    const value = readValue(text, field)
    if (value === undefined) return problem(name, text, expectationOf(field))
    input[name] = value
  }
  return { kind: 'input', input }
}

function readValue(text: string, field: InputField): Json | undefined {
  if (field.nullable && text === 'null') return null
  switch (field.type) {
    case 'string':
      return text === '' ? undefined : text
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'object':
      return readJson(text)
  }
}

/** Undefined: it is no JSON, and the caller says so. */
function readJson(text: string): Json | undefined {
  try {
    return z.json().parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** The first thing that zod found, as which field, which value, what would be right. */
export function firstProblem(
  error: z.ZodError,
  input: unknown,
  fields: readonly InputField[],
): InputProblem {
  const issue = error.issues[0]
  if (issue === undefined) return problem('input', show(input), 'an object')
  const [name] = issue.path
  const field = fields.find((one) => one.name === name)
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    if (field === undefined) return unknownField(key, show(valueAt(input, [key])), fields)
    return problem(field.name, show(valueAt(input, issue.path)), expectationOf(field))
  }
  const value = valueAt(input, issue.path)
  if (field === undefined)
    return problem(issue.path.join('.') || 'input', show(value), issue.message)
  const part = field.parts[String(issue.path[1])]
  const expected = issue.code === 'custom' ? issue.message : (part ?? expectationOf(field))
  return problem(issue.path.join('.'), show(value), expected)
}

function unknownField(name: string, value: string, fields: readonly InputField[]): InputProblem {
  const known = fields.map((field) => field.name)
  return { ...problem(name, value, `one of the fields ${known.join(', ')}`), known }
}

/** What would be right, in words: "a whole number from 1 to 64 (instances at most)". */
function expectationOf(field: InputField): string {
  const { choices, nullable, description } = field
  if (choices !== null) return valueText(field)
  return `${valueText(field)}${nullable ? ' or null' : ''} (${description})`
}

function valueText(value: Value): string {
  if (value.choices !== null) return `one of ${value.choices.join(', ')}`
  const range = rangeOf(value)
  return {
    string: 'a text',
    integer: `a whole number${range}`,
    number: `a number${range}`,
    boolean: 'true or false',
    object: 'an object in JSON',
  }[value.type]
}

function rangeOf({ minimum, above, maximum }: Value): string {
  if (above !== null) return ` above ${above}${maximum === null ? '' : `, at most ${maximum}`}`
  if (minimum === null) return maximum === null ? '' : ` of at most ${maximum}`
  return maximum === null ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`
}

function problem(field: string, value: string, expected: string): InputProblem {
  return { kind: 'input-problem', field, value, expected }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
