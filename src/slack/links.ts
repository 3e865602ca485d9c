/** Refusals that lead to the message that they speak of. A link that Slack does not give is left out. */
import { z } from 'zod'
import type { NotTaken } from '../runs/not-taken.ts'
import type { Run } from '../runs/stage.ts'
import { notTakenSentence } from '../words/en.ts'
import type { Place, SlackApi } from './api.ts'
import type { DeskMeans } from './means.ts'
import { escaped, slackFace } from './views/blocks.ts'

export type LinkMeans = {
  readonly api: Pick<SlackApi, 'permalink'>
  readonly journal: Pick<DeskMeans['journal'], 'read'>
  readonly onFailure: (error: unknown) => void
}

/** To the person alone: why not, and whose run is in the way and where it can be seen. */
export async function refusal(means: LinkMeans, no: NotTaken): Promise<string> {
  const run = await runIn(means, no)
  if (run === null) return notTakenSentence(no, slackFace)
  const link = run.message === null ? null : await linkTo(means, run.message, `run ${run.id}`)
  const named = (id: string) => {
    if (id !== run.id) return slackFace.run(id)
    const words = link ?? slackFace.run(id)
    return no.kind === 'not-taken' && no.code === 'target-claimed'
      ? `${slackFace.person(run.by)} with ${words}`
      : words
  }
  return notTakenSentence(no, { ...slackFace, run: named })
}

/** Null: Slack does not say where it is. */
export async function linkTo(
  { api, onFailure }: Omit<LinkMeans, 'journal'>,
  place: Place,
  words: string,
): Promise<string | null> {
  try {
    const url = addressSchema.parse(await api.permalink(place))
    return `<${escaped(url)}|${escaped(words)}>`
  } catch (error) {
    onFailure(error)
    return null
  }
}

/** Nothing in it may end the link before its end. */
const addressSchema = z.url({ protocol: /^https?$/ }).regex(/^[^|<>\s]+$/)

async function runIn({ journal }: LinkMeans, no: NotTaken): Promise<Run | null> {
  if (no.kind === 'denied') return null
  if (no.code === 'decided-already') return no.run
  return no.code === 'target-claimed' ? journal.read(no.run) : null
}
