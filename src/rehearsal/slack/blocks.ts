/** The blocks of a message: shapes and limits. facts/slack.md, 2; docs.slack.dev/reference/block-kit. */
import { z } from 'zod'

export const plainText = (maxLength: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(maxLength),
    emoji: z.boolean().optional(),
  })
const mrkdwn = (maxLength: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(maxLength),
    verbatim: z.boolean().optional(),
  })
const anyText = (maxLength: number) =>
  z.discriminatedUnion('type', [plainText(maxLength), mrkdwn(maxLength)])

const blockId = z.string().min(1).max(255).optional()
const divider = z.strictObject({ type: z.literal('divider'), block_id: blockId })
const style = z.enum(['primary', 'danger']).optional()

const confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style,
})

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: z.string().min(1).max(255).optional(),
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style,
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
})

const image = z.strictObject({
  type: z.literal('image'),
  image_url: z.string().max(3000),
  alt_text: z.string().max(2000),
})

const inlineStyle = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    underline: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional()
const inlineText = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1),
  style: inlineStyle,
})
const inlineLink = z.strictObject({
  type: z.literal('link'),
  url: z.string().min(1).max(3000),
  text: z.string().optional(),
  unsafe: z.boolean().optional(),
  style: inlineStyle,
})
const inline = z.discriminatedUnion('type', [
  inlineText,
  inlineLink,
  z.strictObject({
    type: z.literal('emoji'),
    name: z.string().min(1),
    unicode: z.string().optional(),
    style: inlineStyle,
  }),
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1), style: inlineStyle }),
  z.strictObject({
    type: z.literal('usergroup'),
    usergroup_id: z.string().min(1),
    style: inlineStyle,
  }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1), style: inlineStyle }),
  z.strictObject({
    type: z.literal('broadcast'),
    range: z.enum(['here', 'channel', 'everyone']),
    style: inlineStyle,
  }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int(),
    format: z.string().min(1),
    url: z.string().optional(),
    fallback: z.string().optional(),
    style: inlineStyle,
  }),
])
const richSection = z.strictObject({
  type: z.literal('rich_text_section'),
  elements: z.array(inline),
})
const border = z.union([z.literal(0), z.literal(1)]).optional()
const richText = z.strictObject({
  type: z.literal('rich_text'),
  block_id: blockId,
  elements: z
    .array(
      z.discriminatedUnion('type', [
        richSection,
        z.strictObject({
          type: z.literal('rich_text_list'),
          style: z.enum(['bullet', 'ordered']),
          elements: z.array(richSection),
          indent: z.int().min(0).max(8).optional(),
          offset: z.int().min(0).optional(),
          border,
        }),
        z.strictObject({
          type: z.literal('rich_text_preformatted'),
          elements: z.array(z.discriminatedUnion('type', [inlineText, inlineLink])),
          border,
          language: z.string().optional(),
        }),
        z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(inline), border }),
      ]),
    )
    .min(1),
})

const cell = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) }),
  z.strictObject({
    type: z.literal('raw_number'),
    value: z.number(),
    text: z.string().min(1).optional(),
  }),
  richText,
])
const table = z.strictObject({
  type: z.literal('table'),
  block_id: blockId,
  rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
  column_settings: z
    .array(
      z
        .strictObject({
          align: z.enum(['left', 'center', 'right']).optional(),
          is_wrapped: z.boolean().optional(),
        })
        .nullable(),
    )
    .max(20)
    .optional(),
})

const section = z.strictObject({
  type: z.literal('section'),
  block_id: blockId,
  text: anyText(3000).optional(),
  fields: z.array(anyText(2000)).min(1).max(10).optional(),
  accessory: button.optional(),
  expand: z.boolean().optional(),
})

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plainText(150) }),
  section,
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z
      .array(z.discriminatedUnion('type', [plainText(3000), mrkdwn(3000), image]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal('actions'),
    block_id: blockId,
    elements: z.array(button).min(1).max(25),
  }),
  divider,
  z.strictObject({
    type: z.literal('markdown'),
    block_id: blockId,
    text: z.string().min(1).max(12_000),
  }),
  table,
  richText,
])

/** What a modal shows beside its inputs. */
export const wordsOfModal = [section, divider] as const

/** 50 blocks a message; a modal has 100, of other types: modal-shape.ts. */
export const blocksOfMessage = z.array(block).max(50)

export type Block = z.infer<typeof block>
export type Button = z.infer<typeof button>
export type TableBlock = z.infer<typeof table>

/** A button with the block that it stands in. */
export type PlacedButton = { readonly block: Block; readonly button: Button }

export function buttonsOf(blocks: readonly Block[]): readonly PlacedButton[] {
  return blocks.flatMap((block): PlacedButton[] => {
    if (block.type === 'actions') return block.elements.map((button) => ({ block, button }))
    if (block.type === 'section' && block.accessory !== undefined) {
      return [{ block, button: block.accessory }]
    }
    return []
  })
}
