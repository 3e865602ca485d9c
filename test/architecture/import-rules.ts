/** The rules about imports: who knows whom. */
import { perFile, type Rule } from './rule.ts'
import type { Import, Source } from './source.ts'
import {
  emulator,
  guardedNames,
  mayImport,
  packageHomes,
  pure,
  pureBuiltins,
  type Right,
} from './tables.ts'

const ours = /^(src|runbooks)\//

const known: Rule = {
  claim: 'each part imports only what its row of the table names',
  breaches: perFile((source) => {
    const part = partOf(source.path)
    const rights = rightsOf(source.path)
    if (rights === undefined) return [`${source.path}: no row of the table says what it may import`]
    return source.imports
      .filter(({ of }) => ours.test(of) && partOf(of) !== part)
      .filter((one) => !rights.some((right) => allows(right, one)))
      .map((one) => `${at(source, one)} imports ${written(one)}; ${part} may: ${listed(rights)}`)
  }),
  caught: [
    { 'src/capacity/tier.ts': `import { now } from '../world/clock.ts'` },
    { 'src/define/step.ts': `import { systemClock } from '../world/world.ts'` },
    { 'src/steps/cloud-sql.ts': `import { observe } from '../world/observe.ts'` },
    { 'src/gate/gate.ts': `import { patchCloudSqlTier } from '../steps/patch-cloud-sql-tier.ts'` },
    { 'src/gate/gate.ts': `export { connectCloudSql } from '../world/cloud-sql.ts'` },
    { 'src/runs/executor.ts': `const { post } = await import('../slack/app.ts')` },
    { 'src/runs/means.ts': `type Patch = import('../world/cloud-sql.ts').Patch` },
    { 'src/slack/app.ts': `import { judge } from '../gate/gate.ts'` },
    { 'src/slack/app.ts': `import { status } from '../cli/status.ts'` },
    { 'src/rehearsal/host.ts': `import { readConfig } from '../config.ts'` },
    { 'src/cli/status.ts': `import { main } from '../main.ts'` },
    { 'src/cli/status.ts': `import type { Main } from '../main.ts'` },
    { 'src/cli/start.ts': `await import('../rehearsal/host.ts')` },
    { 'src/novelty/thing.ts': `export const thing = 1` },
    { 'runbooks/upgrade.ts': `import { observe } from '../src/world/observe.ts'` },
  ],
  passed: [
    { 'src/define/step.ts': `import type { World } from '../world/world.ts'` },
    { 'src/steps/tier.ts': `import { type World } from '../world/world.ts'; import 'zod'` },
    { 'src/capacity/laws/db-cpu.ts': `import { law } from '../law.ts'` },
    { 'src/gate/clearance.ts': `import { mintClearance } from '../world/clearance.ts'` },
    { 'src/main.ts': `const { startRehearsal } = await import('./rehearsal/host.ts')` },
    { 'runbooks/upgrade.ts': `import { confirm } from '../src/steps/confirm.ts'` },
  ],
}

const rehearsed: Rule = {
  claim: 'only main imports the rehearsal, and only when it is one; nobody imports main',
  breaches: perFile((source) => {
    const isMain = source.path === 'src/main.ts'
    if (source.path.startsWith(emulator))
      return source.imports.filter(({ of }) => of === 'src/main.ts').map((one) => at(source, one))
    return source.imports
      .filter(({ of }) => of === 'src/main.ts' || of.startsWith(emulator))
      .filter(({ isDynamic, isType }) => !(isMain && (isDynamic || isType)))
      .map((one) => `${at(source, one)} imports ${written(one)}`)
  }),
  caught: [
    { 'src/cli/start.ts': `await import('../rehearsal/host.ts')` },
    { 'src/config.ts': `import type { Host } from './rehearsal/host.ts'` },
    { 'src/rehearsal/host.ts': `import { main } from '../main.ts'` },
    { 'src/cli/start.ts': `import { main } from '../main.ts'` },
    { 'src/main.ts': `import { startRehearsal } from './rehearsal/host.ts'` },
  ],
  passed: [
    { 'src/main.ts': `await import('./rehearsal/host.ts')` },
    { 'src/main.ts': `import type { Rehearsal } from './rehearsal/host.ts'` },
    { 'src/rehearsal/host.ts': `import { startPage } from './page/page-server.ts'` },
  ],
}

const guarded: Rule = {
  claim: 'a clearance is minted by gate/clearance.ts alone',
  breaches: perFile((source) =>
    guardedNames
      .filter(({ of, only }) => source.path !== of && !only.some((path) => path === source.path))
      .flatMap(({ name, of }) =>
        source.imports
          .filter((one) => one.of === of && !one.isType)
          .filter(({ names }) => names.includes(name) || names.includes('*'))
          .map((one) => `${at(source, one)} can reach ${name} of ${of}`),
      ),
  ),
  caught: [
    { 'src/gate/gate.ts': `import { mintClearance } from '../world/clearance.ts'` },
    { 'src/main.ts': `import { mintClearance as made } from './world/clearance.ts'` },
    { 'src/main.ts': `import * as clearances from './world/clearance.ts'` },
    { 'src/main.ts': `const { mintClearance } = await import('./world/clearance.ts')` },
    { 'src/world/cloud-sql.ts': `export { mintClearance } from './clearance.ts'` },
    { 'src/world/cloud-sql.ts': `export * from './clearance.ts'` },
  ],
  passed: [
    { 'src/gate/clearance.ts': `import { mintClearance } from '../world/clearance.ts'` },
    { 'src/world/cloud-sql.ts': `import type { Clearance } from './clearance.ts'` },
  ],
}

const homely: Rule = {
  claim: 'Bolt has one importer under src/slack; Google and SQLite stay in their adapters',
  breaches: (tree) =>
    packageHomes.flatMap(({ packages, home, ...limit }) => {
      const importers = tree.flatMap((source) => {
        // The rehearsal's lock on its data folder is SQLite's own. facts/toolchain.md
        if (home === 'src/ledger/' && source.path.startsWith('src/rehearsal/')) return []
        return source.imports
          .filter(({ of }) => packages.test(of))
          .map((one) => ({ path: source.path, line: `${at(source, one)} imports ${one.of}` }))
      })
      const strangers = importers.filter(({ path }) => !path.startsWith(home))
      const files = new Set(importers.map(({ path }) => path))
      const tooMany = 'filesMax' in limit && files.size > limit.filesMax
      return [
        ...strangers.map(({ line }) => `${line}; its home is ${home}`),
        ...(tooMany ? [`${[...files].join(', ')}: at most ${limit.filesMax} may import it`] : []),
      ]
    }),
  caught: [
    { 'src/main.ts': `import bolt from '@slack/bolt'` },
    { 'src/rehearsal/host.ts': `import type { App } from '@slack/bolt'` },
    {
      'src/slack/app.ts': `import bolt from '@slack/bolt'`,
      'src/slack/actions/approve.ts': `import type { Button } from '@slack/bolt'`,
    },
    { 'src/runs/executor.ts': `await import('@google-cloud/sql')` },
    { 'src/runs/journal.ts': `import { DatabaseSync } from 'node:sqlite'` },
  ],
  passed: [{ 'src/slack/app.ts': `import bolt from '@slack/bolt'` }],
}

const pureImports: Rule = {
  claim: "pure code imports nothing of Node's that touches the outside",
  breaches: perFile((source) =>
    pure.some((place) => source.path.startsWith(place))
      ? source.imports
          .filter(({ of }) => of.startsWith('node:') && !pureBuiltins.some((one) => one === of))
          .map((one) => `${at(source, one)} imports ${one.of}, and it is pure`)
      : [],
  ),
  caught: [{ 'src/capacity/parse.ts': `import { readFileSync } from 'node:fs'` }],
  passed: [
    { 'src/world/clock.ts': `import { setTimeout } from 'node:timers/promises'` },
    { 'src/capacity/compare.ts': `import { isDeepStrictEqual } from 'node:util'` },
  ],
}

const acyclic: Rule = {
  claim: 'no file imports itself through others',
  breaches: cycles,
  caught: [
    { 'src/a.ts': `import { b } from './b.ts'`, 'src/b.ts': `import { a } from './a.ts'` },
    {
      'src/a.ts': `import type { B } from './b.ts'`,
      'src/b.ts': `export * from './c.ts'`,
      'src/c.ts': `await import('./a.ts')`,
    },
    { 'src/a.ts': `import { a } from './a.ts'` },
  ],
  passed: [{ 'src/a.ts': `import './b.ts'; import './c.ts'`, 'src/b.ts': `import './c.ts'` }],
}

export const importRules: readonly Rule[] = [
  known,
  rehearsed,
  guarded,
  homely,
  pureImports,
  acyclic,
]

/** The part of a path: its folder under src, or the file itself; `runbooks`. */
function partOf(path: string): string {
  const [first, second] = path.split('/')
  return first === 'src' && second !== undefined ? second : String(first)
}

/** The row that fits best: that of the file before that of its part. */
function rightsOf(path: string): readonly Right[] | undefined {
  return mayImport[path.replace('src/', '')] ?? mayImport[partOf(path)]
}

function allows(right: Right, one: Import): boolean {
  const isThere = one.of === `src/${right.of}` || one.of.startsWith(`src/${right.of}/`)
  return isThere && (right.kind === 'all' || one.isType)
}

const at = (source: Source, { line }: Import): string => `${source.path}:${line}`

const written = ({ of, isType }: Import): string => (isType ? `types of ${of}` : of)

function listed(rights: readonly Right[]): string {
  const words = rights.map(({ kind, of }) => (kind === 'types' ? `types of ${of}` : of))
  return words.length === 0 ? 'nothing of ours' : words.join(', ')
}

/** Each cycle once, from its first file by name. */
function cycles(tree: readonly Source[]): readonly string[] {
  const neighbours = new Map(tree.map(({ path, imports }) => [path, imports.map(({ of }) => of)]))
  const finished = new Set<string>()
  const found: string[] = []
  const walk = (path: string, way: readonly string[]): void => {
    const seenAt = way.indexOf(path)
    if (seenAt >= 0) found.push([...way.slice(seenAt), path].join(' -> '))
    if (seenAt >= 0 || finished.has(path)) return
    for (const next of neighbours.get(path) ?? []) walk(next, [...way, path])
    finished.add(path)
  }
  for (const path of [...neighbours.keys()].sort()) walk(path, [])
  return found
}
