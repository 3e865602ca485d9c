/** What the page's script does, for tests without a browser: follows the stream and sends deeds. */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

const drawn = z.object({
  ts: z.string(),
  threadTs: z.string().nullable(),
  kind: z.string(),
  html: z.string(),
})
const gauge = z.object({ users: z.string(), supported: z.string(), waterY: z.number() })
const stage = z.object({
  bot: z.object({ kind: z.enum(['starting', 'up', 'dead']), since: z.number() }),
  plug: z.enum(['idle', 'armed']),
  resize: z.enum(['none', 'asked', 'running']),
  lastAbsenceMs: z.number().nullable(),
  trouble: z.object({
    next: z.string(),
    lasting: z.array(z.string()),
    met: z.object({ words: z.string(), at: z.string() }).nullable(),
    sent: z.number(),
    accepted: z.number(),
  }),
})

type Drawn = z.infer<typeof drawn>
type StageView = z.infer<typeof stage>
type State = {
  readonly messages: ReadonlyMap<string, Drawn>
  readonly gauge: z.infer<typeof gauge> | null
  readonly stage: StageView | null
}

export type Follower = {
  state: () => State
  /** All that is shown, as text. */
  text: () => string
  /** Resolves when something shown contains these words. */
  says: (words: string) => Promise<void>
  stage: (fits: (view: StageView) => boolean) => Promise<StageView>
  /** The message with these words and the first button's block in it. */
  find: (words: string) => { readonly ts: string; readonly block: string }
  do: (deed: Readonly<Record<string, string>>) => Promise<unknown>
  stop: () => Promise<void>
}

export async function follow(url: string, as: string, channel: string): Promise<Follower> {
  const ending = new AbortController()
  const messages = new Map<string, Drawn>()
  let state: State = { messages, gauge: null, stage: null }
  const query = new URLSearchParams({ as, channel })
  const response = await fetch(`${url}/stream?${query}`, { signal: ending.signal })
  const take = (event: string, data: unknown): void => {
    if (event === 'snapshot')
      for (const each of z.array(drawn).parse(data)) messages.set(each.ts, each)
    if (event === 'message') messages.set(drawn.parse(data).ts, drawn.parse(data))
    if (event === 'gone') messages.delete(z.object({ ts: z.string() }).parse(data).ts)
    if (event === 'gauge') state = { ...state, gauge: gauge.parse(data) }
    if (event === 'stage') state = { ...state, stage: stage.parse(data) }
  }
  const reading = read(response, take).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error
  })
  const text = (): string => [...messages.values()].map(({ html }) => plain(html)).join('\n')
  const find = (words: string) => {
    const found = [...messages.values()].findLast(({ html }) => plain(html).includes(words))
    const block = /data-block="([^"]+)"/.exec(found?.html ?? '')?.[1] ?? ''
    return { ts: found?.ts ?? '', block }
  }
  return {
    state: () => state,
    text,
    find,
    says: async (words) => {
      while (!text().includes(words)) await pause(20)
    },
    stage: async (fits) => {
      for (;;) {
        if (state.stage !== null && fits(state.stage)) return state.stage
        await pause(5)
      }
    },
    do: async (deed) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify(deed)
      return (await fetch(`${url}/do`, { method: 'POST', headers, body })).json()
    },
    stop: async () => {
      ending.abort()
      await reading
    },
  }
}

async function read(
  response: Response,
  take: (event: string, data: unknown) => void,
): Promise<void> {
  let pending = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = `${pending}${chunk}`.split('\n\n')
    pending = events.pop() ?? ''
    for (const each of events) {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(each) ?? []
      take(event, JSON.parse(data))
    }
  }
}

const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#x27;': "'", '&amp;': '&' }

function plain(html: string): string {
  return Object.entries(entities).reduce(
    (text, [entity, character]) => text.replaceAll(entity, character),
    html.replaceAll(/<[^>]*>/g, ''),
  )
}
