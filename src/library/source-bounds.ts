/**
 * What of a runbook's text may go to the parser. It is native code that calls itself for every level:
 * beyond its stack there is no exception, the process is killed. On 8 MiB, of oxc-parser 0.154.0 [tried]:
 * 3,900 levels of `x={a:`, 5,800 of `(`, and without brackets 9,900 of `a=>`, which are 29,600 characters.
 */
import type { LoadProblem } from '../define/library.ts'

/** Three times the longest of ours. What is nested without brackets takes its length. */
const charactersAtMost = 20_000
const levelsAtMost = 100

export function boundsProblem(file: string, text: string): LoadProblem | null {
  const problem = { kind: 'load-problem', file } as const
  if (text.length > charactersAtMost)
    return { ...problem, code: 'too-long', most: charactersAtMost }
  const offset = tooDeepAt(text)
  if (offset === null) return null
  return { ...problem, code: 'too-deep', line: text.slice(0, offset).split('\n').length }
}

/** Those in words and comments are counted as well; a comparison ends with the bracket around it. */
function tooDeepAt(text: string): number | null {
  const open: string[] = []
  for (const { 0: sign, index } of text.matchAll(/=>|[()[\]{}<>]/g)) {
    if (/^[([{<]$/.test(sign)) open.push(sign)
    else if (sign === '>' && open.at(-1) === '<') open.pop()
    else if (/^[)\]}]$/.test(sign)) {
      while (open.at(-1) === '<') open.pop()
      open.pop()
    }
    if (open.length > levelsAtMost) return index
  }
  return null
}
