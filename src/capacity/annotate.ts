/** The text of a System document with comments: beside a value, or above a map. Pure. */
import { Document, isMap, isPair, isScalar } from 'yaml'

export type Comment = { readonly path: readonly string[]; readonly text: string }

export function annotated(
  content: Readonly<Record<string, unknown>>,
  { head, comments }: { readonly head: string; readonly comments: readonly Comment[] },
): string {
  const document = new Document(content)
  document.commentBefore = lines(head)
  for (const [path, texts] of byPath(comments)) place(document, path, texts.join('; '))
  return document.toString({ lineWidth: 0 })
}

function byPath(comments: readonly Comment[]) {
  const groups = Map.groupBy(comments, ({ path }) => JSON.stringify(path))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [[first.path, group.map(({ text }) => text)] as const]
  })
}

function place(document: Document, path: readonly string[], text: string): void {
  const there = document.getIn(path, true)
  if (isScalar(there)) {
    there.comment = lines(text)
    return
  }
  const above = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const pairs = isMap(above) ? above.items : []
  const key = pairs.find(
    (pair) => isPair(pair) && isScalar(pair.key) && pair.key.value === path.at(-1),
  )?.key
  if (isScalar(key)) key.commentBefore = lines(text)
}

/** A comment's first sign is the blank after its mark. */
function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n')
}
