/**
 * Who and what is let in: Bolt checks the signature only; replays, the future and strangers are
 * ours. facts/slack.md, 4.
 */
import { z } from 'zod'
import type { Clock } from '../world/world.ts'
import { formId } from './views/form.ts'

/** Slack's own rule for the past; the same for the future, which Bolt lets pass. */
const agesAtMostMs = 300_000
const rememberedMs = 600_000
const rememberedAtMost = 10_000

export type Door = {
  /** Whether a signature is none, or not of now: refused before anything of the request is read. */
  readonly turnsAway: (signature: unknown, timestamp: unknown) => boolean
  /** Whether a signed request is new and of now; the second time it is not. */
  readonly admits: (signature: unknown, timestamp: unknown) => boolean
}

export function doorOf(clock: Clock): Door {
  const seen = new Map<string, number>()
  const forget = (now: number) => {
    // The oldest come first.
    for (const [signature, at] of seen) {
      if (now - at <= rememberedMs) return
      seen.delete(signature)
    }
  }
  return {
    turnsAway: (signature, timestamp) =>
      !isSignature(signature) || !isOfNow(timestamp, clock.now()),
    admits: (signature, timestamp) => {
      const now = clock.now()
      if (!isSignature(signature) || !isOfNow(timestamp, now)) return false
      if (seen.has(signature)) return false
      if (seen.size >= rememberedAtMost) forget(now)
      // Full of requests of the last minutes: somebody floods us, and forgetting would let a replay in.
      if (seen.size >= rememberedAtMost) return false
      seen.set(signature, now)
      return true
    },
  }
}

function isOfNow(timestamp: unknown, now: number): boolean {
  const seconds = z.coerce.number().int().safeParse(timestamp)
  return seconds.success && Math.abs(now - seconds.data * 1000) <= agesAtMostMs
}

/** Bolt also takes it with a tail behind a second `=`: the same bytes under another name, so a replay. */
function isSignature(signature: unknown): signature is string {
  return typeof signature === 'string' && /^v0=[0-9a-f]{64}$/.test(signature)
}

/** Characters of a command: what is longer is refused by its length, and its words are none of ours. */
export const readAtMost = 3_000

const commandSchema = z.object({
  command: z.string(),
  text: z.string().default(''),
  team_id: z.string(),
  user_id: z.string(),
  channel_id: z.string(),
  trigger_id: z.string().optional(),
})

export type CommandCall = {
  readonly kind: 'command'
  readonly command: string
  readonly words: readonly string[]
  /** Characters of the whole text. */
  readonly length: number
  readonly team: string
  readonly user: string
  readonly channel: string
  /** Good for one modal within 3 s; null: none can be opened. */
  readonly trigger: string | null
  /** Under which name what it starts is recorded: delivered again, or to another instance, it starts nothing more. */
  readonly run: string
}

/** A command by its words alone: its body does not say which request it came with. */
export type CommandRead = Omit<CommandCall, 'run'>

const actionSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullable().optional(),
  channel: z.object({ id: z.string() }),
  message: z.object({ ts: z.string() }),
  trigger_id: z.string().optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2000) })).length(1),
})

export type ActionCall = {
  readonly kind: 'action'
  readonly action: string
  readonly value: string
  readonly team: string
  readonly user: string
  /** The clicker's own workspace: differs for Slack Connect. */
  readonly userTeam: string | null
  readonly channel: string
  readonly ts: string
  readonly trigger: string | null
}

const answerSchema = z.looseObject({
  value: z.string().max(3000).nullish(),
  selected_option: z.object({ value: z.string().max(150) }).nullish(),
})

const viewSchema = z.object({
  type: z.literal('view_submission'),
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  view: z.object({
    callback_id: z.literal(formId),
    private_metadata: z.string().max(3000),
    app_installed_team_id: z.string().optional(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), answerSchema)) }),
  }),
})

export type ViewCall = {
  readonly kind: 'view'
  /** As it came: its seal is not looked at yet. */
  readonly metadata: string
  /** By block; what was left empty is not there. */
  readonly values: Readonly<Record<string, string>>
  /** Every workspace that the payload names: the submitter's, and the app's. */
  readonly teams: readonly string[]
  readonly user: string
}

export function readView(body: unknown): ViewCall | null {
  const parsed = viewSchema.safeParse(body)
  if (!parsed.success) return null
  const { user, team, view } = parsed.data
  const values = Object.entries(view.state.values).flatMap(([block, elements]) => {
    const [answer] = Object.values(elements)
    const value = answer?.selected_option?.value ?? answer?.value ?? ''
    return value === '' ? [] : [[block, value] as const]
  })
  const teams = [team?.id, user.team_id, view.app_installed_team_id]
  return {
    kind: 'view',
    metadata: view.private_metadata,
    values: Object.fromEntries(values),
    teams: teams.filter((one) => one !== undefined),
    user: user.id,
  }
}

/** A request that no handler understands is refused here, with nothing done. */
export function readCommand(body: unknown): CommandRead | null {
  const parsed = commandSchema.safeParse(body)
  if (!parsed.success) return null
  const { command, text, team_id: team, user_id: user, channel_id: channel } = parsed.data
  const [words, trigger] = [wordsOf(text.slice(0, readAtMost)), parsed.data.trigger_id ?? null]
  const from = { team, user, channel, trigger }
  return { kind: 'command', command, words, length: text.length, ...from }
}

export function readAction(body: unknown): ActionCall | null {
  const parsed = actionSchema.safeParse(body)
  if (!parsed.success) return null
  const { user, team, channel, message, actions } = parsed.data
  const [one] = actions
  if (one === undefined) return null
  return {
    kind: 'action',
    action: one.action_id,
    value: one.value,
    team: team?.id ?? user.team_id ?? '',
    user: user.id,
    userTeam: user.team_id ?? null,
    channel: channel.id,
    ts: message.ts,
    trigger: parsed.data.trigger_id ?? null,
  }
}

/** Slack escapes & < > in a command's text; quotes hold words together; JSON stays whole. */
export function wordsOf(text: string): readonly string[] {
  const unescaped = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  return unescaped.match(/[^\s=]+=\{[^}]*\}|(?:[^\s"]|"[^"]*")+/g)?.map(unquoted) ?? []
}

function unquoted(word: string): string {
  return word.includes('{') ? word : word.replaceAll('"', '')
}
