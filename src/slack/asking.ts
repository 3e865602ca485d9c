/** Modals: opened for one person in one channel, and read back as the command that they complete. */
import { z } from 'zod'
import type { CommandCall, ViewCall } from './door.ts'
import type { DeskMeans } from './means.ts'
import { type Form, formView, metadataAtMost } from './views/form.ts'

/** What a modal carries under our seal. `run`: how its run is named, however often it is submitted. */
const carriedSchema = z.strictObject({
  command: z.string(),
  words: z.array(z.string()),
  blocks: z.array(z.string()),
  bare: z.array(z.string()),
  channel: z.string(),
  user: z.string(),
  run: z.string(),
})

type Opener = { readonly trigger: string | null; readonly channel: string; readonly user: string }

/** Null: it is open. Where it cannot be opened the sentence says what to type. */
export async function openForm(
  { api, seal, newId, onFailure }: DeskMeans,
  { trigger, channel, user }: Opener,
  form: Form,
): Promise<string | null> {
  const { command, words, fields } = form
  const carried: z.infer<typeof carriedSchema> = {
    ...{ command, words: [...words], channel, user, run: newId() },
    blocks: fields.map(({ name }) => name),
    bare: fields.filter(({ isBare }) => isBare === true).map(({ name }) => name),
  }
  const metadata = seal.close(JSON.stringify(carried))
  if (trigger === null || metadata.length > metadataAtMost) return form.sentence
  try {
    await api.openView(trigger, formView(form, metadata))
    return null
  } catch (error) {
    onFailure(error)
    return form.sentence
  }
}

export type ReadForm = { readonly command: CommandCall; readonly blocks: readonly string[] }

/** Null: nobody here opened it for this person. */
export function readForm({ seal, team }: DeskMeans, call: ViewCall): ReadForm | null {
  const text = seal.open(call.metadata)
  if (text === null) return null
  const { command, words, blocks, bare, channel, user, run } = carriedSchema.parse(JSON.parse(text))
  if (user !== call.user) return null
  // In the order of the form: a word that stands alone is known by its place.
  const names = [...new Set([...blocks, ...Object.keys(call.values)])]
  const filled = names.flatMap((name) => {
    const value = call.values[name]
    if (value === undefined) return []
    return [bare.includes(name) ? value : `${name}=${value}`]
  })
  const length = filled.reduce((sum, { length }) => sum + length, 0)
  const all = { words: [...words, ...filled], length, team, user, channel, trigger: null, run }
  return { command: { kind: 'command', command, ...all }, blocks }
}
