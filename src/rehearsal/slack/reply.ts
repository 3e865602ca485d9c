/** How the Web API answers: always JSON, `ok` true or false, Slack's own error codes. facts/slack.md, 6. */
import type { Message } from './conversations.ts'
import { appId, botId, memberById, team } from './people.ts'

export type Reply =
  | { readonly ok: true; readonly [field: string]: unknown }
  | { readonly ok: false; readonly error: string; readonly [field: string]: unknown }

/** Each problem is told twice, as Slack does: bare in `errors`, marked in `response_metadata.messages`. */
export function refuse(error: string, problems: readonly string[] = []): Reply {
  if (problems.length === 0) return { ok: false, error }
  return {
    ok: false,
    error,
    errors: problems,
    response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
  }
}

/** A message in Slack's own shape. */
export function wireMessage(message: Message): Readonly<Record<string, unknown>> {
  const author = memberById(message.authorId)
  return {
    type: 'message',
    ts: message.ts,
    user: message.authorId,
    team: author?.teamId ?? team.id,
    text: message.text,
    ...(author?.isBot === true ? { bot_id: botId, app_id: appId } : {}),
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.metadata === null ? {} : { metadata: message.metadata }),
    ...(message.isEdited ? { edited: { user: message.authorId, ts: message.ts } } : {}),
  }
}
