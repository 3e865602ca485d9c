/** A modal as Slack takes it: inputs and words, with their limits. facts/slack.md, 1 and 2. */
import { z } from 'zod'
import { plainText, wordsOfModal } from './blocks.ts'

const option = z.strictObject({ text: plainText(75), value: z.string().min(1).max(150) })

const element = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('plain_text_input'),
    action_id: z.string().min(1).max(255),
    initial_value: z.string().max(3000).optional(),
    multiline: z.boolean().optional(),
    max_length: z.int().min(1).max(3000).optional(),
    placeholder: plainText(150).optional(),
  }),
  z.strictObject({
    type: z.literal('static_select'),
    action_id: z.string().min(1).max(255),
    options: z.array(option).min(1).max(100),
    initial_option: option.optional(),
    placeholder: plainText(150).optional(),
  }),
])

const input = z.strictObject({
  type: z.literal('input'),
  block_id: z.string().min(1).max(255),
  label: plainText(2000),
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  element,
})

const shape = z.strictObject({
  type: z.literal('modal'),
  callback_id: z.string().max(255).optional(),
  private_metadata: z.string().max(3000).optional(),
  title: plainText(24),
  submit: plainText(24).optional(),
  close: plainText(24).optional(),
  blocks: z.array(z.discriminatedUnion('type', [input, ...wordsOfModal])).max(100),
})

export type ModalView = z.infer<typeof shape>
export type ModalInput = z.infer<typeof input>

export type ViewVerdict =
  | { readonly kind: 'view'; readonly view: ModalView }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }

/** `given`: JSON, as a form carries it, or the value. */
export function judgeView(given: unknown): ViewVerdict {
  const parsed = shape.safeParse(typeof given === 'string' ? jsonOf(given) : given)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ message, path }) => `${message} [json-pointer:/view/${path.map(String).join('/')}]`,
    )
    return { kind: 'wrong', problems }
  }
  const inputs = inputsOf(parsed.data)
  const names = inputs.map(({ block_id: name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated !== undefined)
    return { kind: 'wrong', problems: [`block_id "${repeated}" already exists`] }
  if (inputs.length > 0 && parsed.data.submit === undefined)
    return { kind: 'wrong', problems: ['a view with inputs needs a submit [json-pointer:/view]'] }
  return { kind: 'view', view: parsed.data }
}

export function inputsOf({ blocks }: ModalView): readonly ModalInput[] {
  return blocks.filter((block) => block.type === 'input')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
