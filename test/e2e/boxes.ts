/** A checklist walked by people: each box's offer is run to its end, and what nobody sees is vouched for. */
import { expect } from 'vitest'
import { buttonsOf } from '../../src/rehearsal/slack/blocks.ts'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { ids, incident, type Name, type Stage } from './bot.ts'
import { until } from './until.ts'
import { type Walked, walked } from './walk.ts'

/** An open checklist looks every 30 s. */
const withinMs = 90_000

/** A button of one box, counted from 1. */
type Place = { readonly list: Message; readonly box: number; readonly name: string }

/** Clicks it once it is there. */
export async function clickAt(stage: Stage, who: Name, place: Place): Promise<void> {
  const { block, button } = await until(
    `${place.name} at box ${place.box}`,
    () => buttonAt(stage, place),
    { shown: () => JSON.stringify(now(stage, place.list).blocks) },
  )
  const where = [incident, place.list.ts, block.block_id ?? '', button.action_id ?? ''] as const
  expect(await stage.slack.click(ids[who], ...where)).toEqual({ kind: 'acked' })
}

/** Starts it, and works off its boxes from the first to the last; gives each one's run, if it had any. */
export async function walkedBoxes(
  stage: Stage,
  command: string,
  boxCount: number,
): Promise<{ readonly list: Message; readonly runs: readonly Walked[] }> {
  await stage.type('ana', command)
  const list = await stage.said(new RegExp(`0 of ${boxCount} done`))
  const runs: Walked[] = []
  for (let box = 1; box <= boxCount; box += 1) {
    const offers = await until(`box ${box} is done or asks`, () => stateOf(stage, list, box), {
      withinMs,
    })
    if (offers.kind === 'done') continue
    if (offers.buttons.includes('Apply'))
      runs.push(await walked(stage, () => clickAt(stage, 'ana', { list, box, name: 'Apply' })))
    await done(stage, list, box)
  }
  return { list: now(stage, list), runs }
}

/** The world ticks it, or a person does where nobody can see it. */
async function done(stage: Stage, list: Message, box: number): Promise<void> {
  const name = 'It is so'
  const state = await until(
    `box ${box} is ticked, or takes a word`,
    () => {
      const seen = stateOf(stage, list, box)
      return seen?.kind === 'done' || seen?.buttons.includes(name) ? seen : undefined
    },
    { withinMs, shown: () => JSON.stringify(now(stage, list).blocks) },
  )
  if (state.kind === 'open') await clickAt(stage, 'luis', { list, box, name })
  const isDone = () => (stateOf(stage, list, box)?.kind === 'done' ? true : undefined)
  await until(`box ${box} is done`, isDone, { withinMs })
}

type State =
  | { readonly kind: 'done' }
  | { readonly kind: 'open'; readonly buttons: readonly string[] }

/** Undefined until it was looked at. */
function stateOf(stage: Stage, list: Message, box: number): State | undefined {
  const { blocks } = now(stage, list)
  const words = JSON.stringify(blocks)
  if (words.includes('about to look')) return undefined
  if (new RegExp(`\\b${box} · done`).test(words)) return { kind: 'done' }
  const buttons = buttonsOf(blocks).flatMap(({ block, button }) =>
    isOf(block.block_id, box) ? [button.text.text] : [],
  )
  return buttons.length === 0 ? undefined : { kind: 'open', buttons }
}

function buttonAt(stage: Stage, { list, box, name }: Place) {
  return buttonsOf(now(stage, list).blocks).find(
    ({ block, button }) => button.text.text === name && isOf(block.block_id, box),
  )
}

const isOf = (block: string | undefined, box: number) => block?.split('.')[1] === String(box - 1)

const now = (stage: Stage, { ts }: Message) => stage.all().find((one) => one.ts === ts) ?? never(ts)

function never(ts: string): never {
  throw new Error(`the message ${ts} is gone`)
}
