/** Modals that stand open, one a person, and the triggers that open them: 3 s, once. facts/slack.md, 1. */
import { randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Ack } from './delivery.ts'
import { inputsOf, judgeView, type ModalView } from './modal-shape.ts'
import { appId, botId, team } from './people.ts'
import { type Reply, refuse } from './reply.ts'

export type OpenModal = {
  readonly id: string
  readonly userId: string
  readonly view: ModalView
  /** By block. */
  readonly errors: Readonly<Record<string, string>>
  readonly hash: string
}

export type Modals = {
  /** A new trigger, for what this person just did. */
  trigger: (userId: string) => string
  /** `views.open`. */
  open: (triggerId: string, view: unknown) => Reply
  of: (userId: string) => OpenModal | undefined
  close: (modal: OpenModal) => void
  /** What the app answered to a submission; false: nothing that Slack takes. */
  answered: (modal: OpenModal, ack: Extract<Ack, { kind: 'acked' }>) => boolean
  subscribe: (listener: (userId: string) => void) => () => void
}

const triggerLivesMs = 3000

const answerShape = z.discriminatedUnion('response_action', [
  z.strictObject({
    response_action: z.literal('errors'),
    errors: z.record(z.string(), z.string().min(1)),
  }),
  z.strictObject({ response_action: z.literal('update'), view: z.unknown() }),
  z.strictObject({ response_action: z.literal('clear') }),
])

export function createModals(clock: { readonly now: () => number }): Modals {
  const triggers = new Map<
    string,
    { readonly userId: string; readonly at: number; used: boolean }
  >()
  const open = new Map<string, OpenModal>()
  const listeners = new Set<(userId: string) => void>()
  const show = (userId: string, modal: OpenModal | null): void => {
    if (modal === null) open.delete(userId)
    else open.set(userId, modal)
    for (const tell of listeners) tell(userId)
  }
  return {
    trigger: (userId) => {
      const id = newTrigger()
      triggers.set(id, { userId, at: clock.now(), used: false })
      return id
    },
    open: (triggerId, given) => {
      const trigger = triggers.get(triggerId)
      if (trigger === undefined) return refuse('invalid_trigger_id')
      if (trigger.used) return refuse('exchanged_trigger_id')
      if (clock.now() - trigger.at > triggerLivesMs) return refuse('expired_trigger_id')
      const judged = judgeView(given)
      if (judged.kind === 'wrong') return refuse('invalid_arguments', judged.problems)
      trigger.used = true
      const { userId } = trigger
      const modal = { id: newId(), userId, view: judged.view, errors: {}, hash: randomUUID() }
      show(userId, modal)
      return { ok: true, view: wireView(modal) }
    },
    of: (userId) => open.get(userId),
    close: ({ userId }) => show(userId, null),
    answered: (modal, ack) => {
      const after = afterAnswer(modal, ack)
      if (after === undefined) return false
      show(modal.userId, after)
      return true
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Null: it closes. Undefined: Slack would not take the answer. */
function afterAnswer(
  modal: OpenModal,
  { isJson, body }: Extract<Ack, { kind: 'acked' }>,
): OpenModal | null | undefined {
  if (body === '') return null
  const parsed = answerShape.safeParse(isJson ? JSON.parse(body) : undefined)
  if (!parsed.success) return undefined
  const answer = parsed.data
  switch (answer.response_action) {
    case 'clear':
      return null
    case 'errors': {
      const names = inputsOf(modal.view).map(({ block_id: name }) => name)
      const isKnown = Object.keys(answer.errors).every((name) => names.includes(name))
      return isKnown ? { ...modal, errors: answer.errors } : undefined
    }
    case 'update': {
      const judged = judgeView(answer.view)
      if (judged.kind === 'wrong') return undefined
      return { ...modal, view: judged.view, errors: {}, hash: randomUUID() }
    }
  }
}

/** In Slack's own shape. */
export function wireView({ id, view, hash }: OpenModal): Readonly<Record<string, unknown>> {
  return {
    ...{ id, team_id: team.id, app_id: appId, app_installed_team_id: team.id, bot_id: botId, hash },
    ...{ private_metadata: '', callback_id: '', state: { values: {} }, ...view },
    ...{ previous_view_id: null, root_view_id: id },
  }
}

function newTrigger(): string {
  const [first, second] = [randomBytes(5).readUIntBE(0, 5), randomBytes(4).readUInt32BE()]
  return `${first}.${second}.${randomBytes(16).toString('hex')}`
}

function newId(): string {
  return `V${randomBytes(5).toString('hex').toUpperCase()}`
}
