/** A runbook that somebody asks for from a terminal, until a person takes it over. Pure. */
import { z } from 'zod'
import type { Json } from '../../define/step.ts'
import { requestWords, takenWords } from '../../words/en-request.ts'
import {
  actions,
  context,
  escaped,
  slackFace as face,
  type Message,
  plain,
  section,
} from './blocks.ts'

const requestSchema = z.object({
  /** The run that it becomes, once: a second click finds it there. */
  run: z.string().regex(/^[a-z0-9]{1,64}$/),
  name: z.string(),
  parameters: z.record(z.string(), z.json()),
})

export type RequestedRun = {
  readonly run: string
  readonly name: string
  readonly parameters: Readonly<Record<string, Json>>
}

/** Slack's limit for the value of a button. facts/slack.md, 5. */
const valueAtMost = 2_000

/** Null: more parameters than a button can carry. */
export function requestMessage(
  request: RequestedRun,
  title: string,
  note: string | null,
): Message | null {
  const value = JSON.stringify(request)
  if (value.length > valueAtMost) return null
  const words = requestWords({ ...request, title: escaped(title) }, face)
  const take = { action: 'take', text: 'Take it over', value, style: 'primary' } as const
  return {
    text: plain(words),
    blocks: [section(words), actions(`take-${request.run}`, [take]), ...marks(note)],
  }
}

export function takenMessage(request: RequestedRun, user: string, note: string | null): Message {
  const words = takenWords(request, user, face)
  return { text: plain(words), blocks: [section(words), ...marks(note)] }
}

/** Null: no button of ours wrote it. */
export function readRequest(value: string): RequestedRun | null {
  try {
    const read = requestSchema.safeParse(JSON.parse(value))
    return read.success ? read.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function marks(note: string | null) {
  return note === null ? [] : [context(note)]
}
