/** Finds time, chance, timers, the environment and the network in a source. */
import { Visitor } from 'oxc-parser'
import { type Source, unknownModule } from './source.ts'
import type { Impure } from './tables.ts'

type Found = { readonly what: Impure; readonly line: number }

/** Members of a global that are impure, by the global's name. */
const members: Readonly<Record<string, Readonly<Record<string, Impure>>>> = {
  Date: { now: 'Date.now' },
  performance: { now: 'performance.now' },
  Math: { random: 'Math.random' },
  process: { env: 'process.env' },
}

/** Globals that are impure by themselves. */
const globals: Readonly<Record<string, Impure>> = {
  setTimeout: 'setTimeout',
  setInterval: 'setInterval',
  setImmediate: 'setImmediate',
  fetch: 'fetch',
}

const timers = /^(node:)?timers(\/promises)?$/

export function impuritiesOf(source: Source): readonly Found[] {
  return [...imported(source), ...written(source)]
}

function imported({ imports }: Source): readonly Found[] {
  return imports.flatMap(({ of, names, line, isType }): readonly Found[] => {
    if (of === unknownModule) return [{ what: 'import(an expression)', line }]
    if (isType) return []
    if (timers.test(of)) return [{ what: 'setTimeout', line }]
    if (/^(node:)?process$/.test(of) && names.some((name) => /^(env|default|\*)$/.test(name)))
      return [{ what: 'process.env', line }]
    return []
  })
}

function written({ program, lineAt }: Source): readonly Found[] {
  const found = new Map<number, Impure>()
  /** Where an identifier is a mere name: a key, a member, an imported or a type's. */
  const names = new Set<number>()
  const candidates = new Map<number, Impure>()

  new Visitor({
    Identifier: ({ name, start }) => {
      const what = Object.hasOwn(globals, name) ? globals[name] : undefined
      if (what !== undefined) candidates.set(start, what)
    },
    MemberExpression: ({ object, property, computed, start }) => {
      const key = keyOf(property, computed)
      if (!computed) names.add(property.start)
      const owner = rootName(object)
      const what = key === undefined ? undefined : impureMember(owner, key)
      if (what !== undefined) found.set(start, what)
    },
    VariableDeclarator: ({ id, init }) => {
      if (id.type !== 'ObjectPattern' || init === null) return
      for (const one of id.properties) {
        const key = one.type === 'Property' ? keyOf(one.key, one.computed) : undefined
        const what = key === undefined ? undefined : impureMember(rootName(init), key)
        if (what !== undefined) found.set(one.start, what)
      }
    },
    NewExpression: ({ callee, arguments: given, start }) => {
      if (rootName(callee) === 'Date' && given.length === 0) found.set(start, 'new Date()')
    },
    CallExpression: ({ callee, start }) => {
      if (rootName(callee) === 'Date') found.set(start, 'Date()')
    },
    Property: ({ key, computed, shorthand }) => {
      if (!computed && !shorthand) names.add(key.start)
    },
    PropertyDefinition: ({ key }) => names.add(key.start),
    MethodDefinition: ({ key }) => names.add(key.start),
    TSPropertySignature: ({ key }) => names.add(key.start),
    TSMethodSignature: ({ key }) => names.add(key.start),
    TSTypeQuery: ({ exprName }) => names.add(exprName.start),
    ImportSpecifier: ({ imported: from, local }) => {
      names.add(from.start)
      names.add(local.start)
    },
  }).visit(program)

  for (const [start, what] of candidates) if (!names.has(start)) found.set(start, what)
  return [...found].map(([start, what]) => ({ what, line: lineAt(start) }))
}

function impureMember(owner: string | undefined, key: string): Impure | undefined {
  if (owner === 'globalThis') return Object.hasOwn(globals, key) ? globals[key] : undefined
  if (owner === undefined || !Object.hasOwn(members, owner)) return undefined
  return members[owner]?.[key]
}

type Node = { readonly type: string; readonly start: number }

function keyOf(node: Node, computed: boolean): string | undefined {
  if ('name' in node && !computed) return String(node.name)
  return 'value' in node ? String(node.value) : undefined
}

/** `Date` of both `Date` and `globalThis.Date`. */
function rootName(node: Node): string | undefined {
  if (node.type === 'Identifier' && 'name' in node) return String(node.name)
  if (node.type !== 'MemberExpression' || !('object' in node) || !('property' in node))
    return undefined
  const { object, property } = node
  return isNode(object) && isNode(property) && rootName(object) === 'globalThis'
    ? keyOf(property, false)
    : undefined
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
