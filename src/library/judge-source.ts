/**
 * Judges the text of a runbook's file before it is loaded: what it may import, and that it reaches
 * for nothing outside. It catches mistakes and carelessness; it is no prison for malice.
 */
import { dirname, resolve } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import type { LoadProblem } from '../define/library.ts'
import { boundsProblem } from './source-bounds.ts'

export type Judged =
  /** `calls`: the runbooks' files that it imports, by their full paths. */
  { readonly kind: 'fit'; readonly calls: readonly string[] } | LoadProblem

export type Homes = {
  /** The product's own `src`. */
  readonly source: string
  /** Where the runbooks are; each may call its neighbours. */
  readonly folder: string
}

export function judgeSource(path: string, text: string, homes: Homes): Judged {
  const problem = boundsProblem(path, text)
  if (problem !== null) return problem
  try {
    return judgeParsed(path, text, homes)
  } catch (error) {
    // The look at what was parsed calls itself as well, on the smaller stack of JavaScript.
    if (!(error instanceof RangeError)) throw error
    return { kind: 'load-problem', file: path, code: 'too-deep', line: null }
  }
}

function judgeParsed(path: string, text: string, homes: Homes): Judged {
  const { errors, module, program } = parseSync(path, text)
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  const [error] = errors
  if (error !== undefined) {
    const line = lineAt(error.labels[0]?.start ?? 0)
    return {
      kind: 'load-problem',
      file: path,
      code: 'does-not-parse',
      line,
      message: error.message,
    }
  }
  const imported = [
    ...module.staticImports.map(({ moduleRequest, start }) => ({ of: moduleRequest.value, start })),
    ...module.staticExports.flatMap(({ entries, start }) =>
      entries.flatMap(({ moduleRequest }) =>
        moduleRequest === null ? [] : [{ of: moduleRequest.value, start }],
      ),
    ),
  ]
  const [stranger] = imported.filter(({ of }) => !mayImport(path, of, homes))
  if (stranger !== undefined) {
    const { of, start } = stranger
    return { kind: 'load-problem', file: path, code: 'imports', line: lineAt(start), imported: of }
  }
  const [reach] = [
    ...module.dynamicImports.map(({ start }) => ({ what: 'import()', start })),
    ...module.importMetas.map(({ start }) => ({ what: 'import.meta', start })),
    ...reachesOf(program),
  ]
  if (reach !== undefined) {
    const { what, start } = reach
    return { kind: 'load-problem', file: path, code: 'reaches-out', line: lineAt(start), what }
  }
  const calls = imported.map(({ of }) => resolve(dirname(path), of))
  return { kind: 'fit', calls: calls.filter((one) => dirname(one) === homes.folder) }
}

/** The parts of src that a runbook is written with. DESIGN.md, 7. */
const parts = ['define', 'steps', 'capacity']

function mayImport(path: string, of: string, { source, folder }: Homes): boolean {
  if (of === 'zod') return true
  if (!/^(\.{1,2}\/|\/).*\.ts$/.test(of)) return false
  const file = resolve(dirname(path), of)
  return dirname(file) === folder || parts.some((part) => file.startsWith(`${source}/${part}/`))
}

/** The outside, time and chance, and code that is made while it runs. */
const globals = new Set([
  ...['process', 'globalThis', 'global', 'require', 'module', 'eval', 'Function', 'WebAssembly'],
  ...['fetch', 'WebSocket', 'EventSource', 'navigator', 'console', 'crypto'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date', 'performance'],
])
const members = new Set(['constructor', '__proto__'])

type Reach = { readonly what: string; readonly start: number }

function reachesOf(program: Parameters<Visitor['visit']>[0]): readonly Reach[] {
  const candidates = new Map<number, string>()
  const found: Reach[] = []
  /** Where an identifier is a mere key. */
  const names = new Set<number>()
  new Visitor({
    Identifier: ({ name, start }) => {
      if (globals.has(name)) candidates.set(start, name)
    },
    MemberExpression: ({ object, property, computed, start }) => {
      if (!computed) names.add(property.start)
      const key = keyOf(property, computed)
      if (members.has(key)) found.push({ what: key, start })
      if (keyOf(object, false) === 'Math' && key === 'random')
        found.push({ what: 'Math.random', start })
    },
    Property: ({ key, computed, shorthand }) => {
      if (!computed && !shorthand) names.add(key.start)
    },
    TSPropertySignature: ({ key }) => names.add(key.start),
  }).visit(program)
  for (const [start, what] of candidates) if (!names.has(start)) found.push({ what, start })
  return found.toSorted((one, other) => one.start - other.start)
}

function keyOf(node: object, computed: boolean): string {
  if (!computed && 'name' in node) return String(node.name)
  return 'value' in node ? String(node.value) : ''
}
