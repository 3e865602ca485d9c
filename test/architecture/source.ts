/** A source file as the rules read it: its text, its syntax tree and what it imports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ParseResult, parseSync, Visitor } from 'oxc-parser'

export type Import = {
  /** A path from the project's root, for example `src/world/world.ts`, or a package's name. */
  readonly of: string
  readonly line: number
  /** Only types: gone at run time. */
  readonly isType: boolean
  /** `import()`: loaded when it is reached. */
  readonly isDynamic: boolean
  /** What it takes: names, `default`, or `*`. A dynamic import takes everything. */
  readonly names: readonly string[]
}

export type Source = {
  readonly path: string
  readonly text: string
  readonly program: ParseResult['program']
  readonly comments: ParseResult['comments']
  readonly imports: readonly Import[]
  readonly lineAt: (offset: number) => number
}

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

const codeFile = /\.(ts|js|mjs)$/

/** Every code file of these folders; one that does not exist holds none. */
export function readTree(folders: readonly string[]): readonly Source[] {
  const there = folders.filter((folder) => existsSync(join(projectRoot, folder)))
  return there.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => codeFile.test(name))
      .sort()
      .map((name) => posix.join(folder, name))
      .map((path) => parseSource(path, readFileSync(join(projectRoot, path), 'utf8'))),
  )
}

export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  const error = parsed.errors[0]
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`)
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  return {
    path,
    text,
    program: parsed.program,
    comments: parsed.comments,
    imports: importsOf(path, text, parsed).map(({ start, ...one }) => ({
      ...one,
      line: lineAt(start),
    })),
    lineAt,
  }
}

type Found = Omit<Import, 'line'> & { readonly start: number }

function importsOf(path: string, text: string, { module, program }: ParseResult): readonly Found[] {
  const resolved = (specifier: string): string =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
  const found: Found[] = module.staticImports.map(({ start, moduleRequest, entries }) => ({
    of: resolved(moduleRequest.value),
    start,
    isType: text.startsWith('import type', start) || areTypes(entries),
    isDynamic: false,
    names: entries.map(({ importName }) => importName.name ?? nameless(importName.kind)),
  }))
  for (const { entries, start } of module.staticExports)
    for (const { moduleRequest, importName, isType } of entries)
      if (moduleRequest !== null) {
        const of = resolved(moduleRequest.value)
        found.push({ of, start, isType, isDynamic: false, names: [importName.name ?? '*'] })
      }
  new Visitor({
    ImportExpression: ({ source, start }) => {
      const literal = source.type === 'Literal' && typeof source.value === 'string'
      // What it imports is known at run time only.
      const of = literal ? resolved(String(source.value)) : unknownModule
      found.push({ of, start, isType: false, isDynamic: true, names: ['*'] })
    },
    TSImportType: ({ source, start }) => {
      const of = resolved(source.value)
      found.push({ of, start, isType: true, isDynamic: false, names: ['*'] })
    },
  }).visit(program)
  return found
}

/** What `import(expression)` imports. */
export const unknownModule = '(an expression)'

const nameless = (kind: string): string => (kind === 'Default' ? 'default' : '*')

function areTypes(entries: readonly { readonly isType: boolean }[]): boolean {
  return entries.length > 0 && entries.every(({ isType }) => isType)
}
