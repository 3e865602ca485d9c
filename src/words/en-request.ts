/** A request from a terminal, which nobody made yet. */
import type { Json } from '../define/step.ts'
import type { Face } from './en.ts'

type Requested = {
  readonly name: string
  readonly parameters: Readonly<Record<string, Json>>
}

/** `title`: as the face may show it. */
export function requestWords(
  { name, title, parameters }: Requested & { readonly title: string },
  face: Face,
): string {
  return `*Somebody at a terminal asks for ${face.literal(name)}: ${title}.* ${given(parameters, face)}Nothing happens until a person takes it over: whoever does is its requester, and cannot approve it.`
}

export function takenWords(
  { name, run }: Requested & { readonly run: string },
  user: string,
  face: Face,
): string {
  return `*${face.person(user)} took over ${face.literal(name)}: ${face.run(run)}.*`
}

function given(parameters: Requested['parameters'], face: Face): string {
  const words = Object.entries(parameters).map(([key, value]) =>
    face.literal(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  )
  return words.length === 0 ? '' : `With ${words.join(' ')}. `
}
