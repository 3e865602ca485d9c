/** Modals of the local workspace: a fresh trigger opens one, once; Slack's answers and no others. facts/slack.md, 1. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createModals, type Modals } from '../../../src/rehearsal/slack/modals.ts'

const words = (text: string) => ({ type: 'plain_text', text })
const input = {
  type: 'input',
  block_id: 'why',
  label: words('Why?'),
  element: { type: 'plain_text_input', action_id: 'value' },
}
const view = { type: 'modal', title: words('Skip'), submit: words('Go on'), blocks: [input] }
const ana = 'U0ANA'

const clock = { at: 0, now: () => clock.at }
let modals: Modals
let told: string[]
let unsubscribe: () => void
beforeEach(() => {
  clock.at = 1_000
  modals = createModals(clock)
  told = []
  unsubscribe = modals.subscribe((user) => told.push(user))
})
afterEach(() => unsubscribe())

const answer = (body: unknown) => ({
  kind: 'acked' as const,
  isJson: body !== '',
  body: body === '' ? '' : JSON.stringify(body),
})
function open() {
  expect(modals.open(modals.trigger(ana), JSON.stringify(view))).toMatchObject({ ok: true })
  const modal = modals.of(ana)
  if (modal === undefined) throw new Error('it is not open')
  return modal
}

test('a trigger is good once, for 3 s, and only one that was given', () => {
  const trigger = modals.trigger(ana)
  expect(modals.open('1.2.abc', view)).toEqual({ ok: false, error: 'invalid_trigger_id' })
  expect(modals.open(trigger, view)).toMatchObject({ ok: true, view: { type: 'modal' } })
  expect(modals.open(trigger, view)).toEqual({ ok: false, error: 'exchanged_trigger_id' })
  const late = modals.trigger(ana)
  clock.at += 3_001
  expect(modals.open(late, view)).toEqual({ ok: false, error: 'expired_trigger_id' })
  expect(told).toEqual([ana])
})

test.each([
  ['a long title', { ...view, title: words('x'.repeat(25)) }],
  ['inputs without a submit', { ...view, submit: undefined }],
  ['a block of no modal', { ...view, blocks: [{ type: 'table', rows: [] }] }],
  ['two inputs of one name', { ...view, blocks: [input, input] }],
  ['too much metadata', { ...view, private_metadata: 'x'.repeat(3_001) }],
])('%s is refused', (_what, wrong) => {
  expect(modals.open(modals.trigger(ana), wrong)).toMatchObject({ error: 'invalid_arguments' })
  expect(modals.of(ana)).toBeUndefined()
})

test('an empty answer closes it, errors stand at their field, an update takes its place', () => {
  const modal = open()
  const errors = { response_action: 'errors', errors: { why: 'Say more.' } }
  expect(modals.answered(modal, answer(errors))).toBe(true)
  expect(modals.of(ana)?.errors).toEqual({ why: 'Say more.' })
  const update = { response_action: 'update', view: { ...view, title: words('Not taken') } }
  expect(modals.answered(modal, answer(update))).toBe(true)
  expect(modals.of(ana)?.view.title.text).toBe('Not taken')
  expect(modals.answered(modal, answer(''))).toBe(true)
  expect(modals.of(ana)).toBeUndefined()
})

test.each([
  ['of an unknown field', { response_action: 'errors', errors: { who: 'Nobody.' } }],
  ['of another kind', { response_action: 'reboot' }],
  ['with a view that is none', { response_action: 'update', view: {} }],
])('an answer %s is not taken, and it stays open', (_what, body) => {
  const modal = open()
  expect(modals.answered(modal, answer(body))).toBe(false)
  expect(modals.of(ana)).toEqual(modal)
})
