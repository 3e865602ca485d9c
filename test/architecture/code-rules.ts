/** The rules about what stands in a file: its size, its casts, its impurities. */
import { Visitor } from 'oxc-parser'
import { impuritiesOf } from './impurities.ts'
import { perFile, type Rule } from './rule.ts'
import { emulator, homes, limits, mayExportDefault, pure } from './tables.ts'

const sized: Rule = {
  claim: `a file has at most ${limits.linesPerFile} lines`,
  breaches: perFile(({ path, text }) => {
    const count = text.trimEnd().split('\n').length
    return count > limits.linesPerFile ? [`${path} has ${count} lines`] : []
  }),
  caught: [{ 'src/long.ts': 'const a = 1\n'.repeat(301) }],
  passed: [{ 'src/long.ts': 'const a = 1\n'.repeat(300) }],
}

const short: Rule = {
  claim: `a function has at most ${limits.linesPerFunction} lines`,
  breaches: perFile((source) => {
    const breaches: string[] = []
    const judge = (node: { readonly start: number; readonly end: number }): void => {
      const line = source.lineAt(node.start)
      const count = source.lineAt(node.end) - line + 1
      if (count > limits.linesPerFunction)
        breaches.push(`${source.path}:${line}: a function of ${count} lines`)
    }
    new Visitor({
      FunctionDeclaration: judge,
      FunctionExpression: judge,
      ArrowFunctionExpression: judge,
    }).visit(source.program)
    return breaches
  }),
  caught: [
    { 'src/a.ts': `function f() {\n${'  f()\n'.repeat(59)}}` },
    { 'src/a.ts': `const f = () => {\n${'  f()\n'.repeat(59)}}` },
  ],
  passed: [{ 'src/a.ts': `function f() {\n${'  f()\n'.repeat(58)}}` }],
}

const narrow: Rule = {
  claim: `a line has at most ${limits.columns} columns besides its strings, a comment's ${limits.commentColumns}`,
  breaches: perFile((source) => {
    const commented = source.comments.map(({ start, end }) => ({
      first: source.lineAt(start),
      last: source.lineAt(end),
    }))
    return source.text.split('\n').flatMap((text, index) => {
      const line = index + 1
      const isComment =
        /^\s*(\/\*|\*|\/\/)/.test(text) &&
        commented.some(({ first, last }) => first <= line && line <= last)
      const max = isComment ? limits.commentColumns : limits.columns
      // A sentence is one literal: broken into pieces it could not be found by its words.
      const code = isComment ? text : text.replace(/'[^']*'|`[^`]*`|"[^"]*"/g, "''")
      return code.length > max ? [`${source.path}:${line} has ${text.length} columns`] : []
    })
  }),
  caught: [
    { 'src/a.ts': `const a = ${'x'.repeat(95)}` },
    { 'src/a.ts': `const a = 1 // ${'x'.repeat(90)}` },
    { 'src/a.ts': `/** ${'x'.repeat(120)} */\nconst a = 1` },
  ],
  passed: [{ 'src/a.ts': `/** ${'x'.repeat(110)} */\nconst a = '${'x'.repeat(120)}'` }],
}

const uncast: Rule = {
  claim: 'nothing is any, cast, non-null by assertion, or hidden from the compiler',
  breaches: perFile((source) => {
    const breaches: string[] = []
    const breach = (start: number, what: string): void => {
      breaches.push(`${source.path}:${source.lineAt(start)}: ${what}`)
    }
    new Visitor({
      TSAnyKeyword: ({ start }) => breach(start, 'any'),
      TSAsExpression: ({ start, end }) => {
        if (!source.text.slice(start, end).endsWith(' as const')) breach(start, 'as')
      },
      TSTypeAssertion: ({ start }) => breach(start, 'a cast in angle brackets'),
      TSNonNullExpression: ({ start }) => breach(start, '!'),
      VariableDeclarator: ({ start, definite }) => {
        if (definite === true) breach(start, '! in a declaration')
      },
      PropertyDefinition: ({ start, definite }) => {
        if (definite === true) breach(start, '! in a declaration')
      },
    }).visit(source.program)
    for (const { start, value } of source.comments)
      if (/@ts-(ignore|expect-error|nocheck)/.test(value)) breach(start, 'an error is hidden')
    return breaches
  }),
  caught: [
    { 'src/a.ts': 'const a: any = 1' },
    { 'src/a.ts': 'const a = <T extends any[]>(it: T) => it' },
    { 'src/a.ts': 'const a = 1 as unknown' },
    { 'src/a.ts': 'const a = b as constant' },
    { 'src/a.ts': 'const a = <string>b' },
    { 'src/a.ts': 'const a = b!.c' },
    { 'src/a.ts': 'let a!: string' },
    { 'src/a.ts': 'class A { a!: string }' },
    { 'src/a.ts': '// @ts-expect-error\nconst a: string = 1' },
  ],
  passed: [
    { 'src/a.ts': `const a = ['b'] as const` },
    { 'src/a.ts': `import { a as b } from './b.ts'; const c = !b satisfies boolean` },
  ],
}

const atHome: Rule = {
  claim: 'time, chance, timers, the environment and the network are touched in their homes alone',
  breaches: perFile((source) =>
    source.path.startsWith(emulator)
      ? []
      : impuritiesOf(source)
          .filter(({ what }) => !homes[what].some((home) => home === source.path))
          .map(({ what, line }) => {
            const home = homes[what].join(', ') || 'nowhere yet'
            return `${source.path}:${line}: ${what}; its home is ${home}`
          }),
  ),
  caught: [
    { 'src/a.ts': 'const at = Date.now()' },
    { 'src/a.ts': 'const clock = { now: Date.now }' },
    { 'src/a.ts': 'const { now } = Date' },
    { 'src/a.ts': 'const at = new Date()' },
    { 'src/a.ts': 'const at = Date()' },
    { 'src/a.ts': 'const at = performance.now()' },
    { 'src/a.ts': 'const chance = Math.random()' },
    { 'src/a.ts': 'const chance = globalThis.Math.random()' },
    { 'src/a.ts': 'const port = process.env.PORT' },
    { 'src/a.ts': `const port = process['env'].PORT` },
    { 'src/a.ts': 'const { env } = process' },
    { 'src/a.ts': `import { env } from 'node:process'` },
    { 'src/a.ts': `import it from 'node:process'` },
    { 'src/a.ts': 'setTimeout(() => 1, 5)' },
    { 'src/a.ts': 'const after = setTimeout' },
    { 'src/a.ts': 'globalThis.setInterval(() => 1, 5)' },
    { 'src/a.ts': `import { setTimeout as pause } from 'node:timers/promises'` },
    { 'src/a.ts': `await fetch('https://example.com')` },
    { 'src/a.ts': 'const options = { fetch }' },
    { 'src/a.ts': 'await import(file)' },
    { 'src/world/clock.ts': 'const chance = Math.random()' },
    { 'src/config.ts': 'const at = Date.now()' },
  ],
  passed: [
    { 'src/world/clock.ts': 'const at = Date.now(); setTimeout(() => 1, 5)' },
    { 'src/config.ts': 'const port = process.env.PORT' },
    { 'src/rehearsal/host.ts': 'const at = Date.now(); await fetch(url)' },
    { 'src/a.ts': 'const at = new Date(0); const after = timers.setTimeout; clock.now()' },
    { 'src/a.ts': 'const port = { setTimeout: wait }; type Get = typeof fetch' },
    { 'src/a.ts': `await import('./b.ts'); process.exitCode = 1` },
  ],
}

const unwaiting: Rule = {
  claim: 'pure code never waits',
  breaches: perFile((source) => {
    if (!pure.some((place) => source.path.startsWith(place))) return []
    const lines: number[] = []
    const judge = ({ async, start }: { readonly async: boolean; readonly start: number }): void => {
      if (async) lines.push(source.lineAt(start))
    }
    new Visitor({
      FunctionDeclaration: judge,
      FunctionExpression: judge,
      ArrowFunctionExpression: judge,
      AwaitExpression: ({ start }) => lines.push(source.lineAt(start)),
      ForOfStatement: ({ await: waits, start }) => {
        if (waits) lines.push(source.lineAt(start))
      },
    }).visit(source.program)
    return lines.map((line) => `${source.path}:${line} waits, and it is pure`)
  }),
  caught: [
    { 'src/capacity/a.ts': 'export async function a() {}' },
    { 'src/define/a.ts': 'export const a = async () => 1' },
    { 'src/words/a.ts': 'export const a = { b: async function () {} }' },
    { 'src/runs/decide.ts': 'class A { async b() {} }' },
    { 'src/gate/policy.ts': 'await 1' },
    { 'src/slack/views/a.ts': 'export {}; for await (const a of b) c()' },
  ],
  passed: [
    { 'src/runs/executor.ts': 'export async function a() {}' },
    { 'src/capacity/a.ts': 'export const a = (): number => 1' },
  ],
}

const unbarrelled: Rule = {
  claim: 'no file only hands on what others export',
  breaches: perFile(({ path, program }) => {
    const isImport = (type: string): boolean => type === 'ImportDeclaration'
    const rest = program.body.filter(({ type }) => !isImport(type))
    const handsOn = rest.every(
      (statement) =>
        statement.type === 'ExportAllDeclaration' ||
        (statement.type === 'ExportNamedDeclaration' && statement.declaration === null),
    )
    return rest.length > 0 && handsOn ? [`${path} is a barrel`] : []
  }),
  caught: [
    { 'src/steps/index.ts': `export * from './a.ts'` },
    { 'src/steps/index.ts': `export { a } from './a.ts'\nexport type { B } from './b.ts'` },
    { 'src/steps/index.ts': `import { a } from './a.ts'\nexport { a }` },
  ],
  passed: [{ 'src/steps/index.ts': `import { a } from './a.ts'\nexport const steps = [a]` }],
}

const named: Rule = {
  claim: 'nothing but a runbook is a default export',
  breaches: perFile(({ path, program, lineAt }) => {
    if (mayExportDefault.some((place) => path.startsWith(place))) return []
    const starts: number[] = []
    new Visitor({
      ExportDefaultDeclaration: ({ start }) => starts.push(start),
      ExportSpecifier: ({ exported, start }) => {
        if ('name' in exported && exported.name === 'default') starts.push(start)
      },
    }).visit(program)
    return starts.map((start) => `${path}:${lineAt(start)} is a default export`)
  }),
  caught: [
    { 'src/a.ts': 'export default 1' },
    { 'src/a.ts': 'const a = 1; export { a as default }' },
    { 'src/a.ts': `export { default } from './b.ts'` },
  ],
  passed: [{ 'runbooks/a.ts': 'export default 1' }, { 'src/a.ts': 'export const a = 1' }],
}

/** For every file that we write, tests too. */
const hooks = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll']

/** The files of a worker share their modules: what is registered while one is loaded is the first importer's alone. */
const unhooked: Rule = {
  claim: 'only a file of tests registers a hook while it is loaded',
  breaches: perFile(({ path, program, lineAt }) =>
    path.endsWith('.test.ts')
      ? []
      : program.body.flatMap((node) => {
          if (node.type !== 'ExpressionStatement') return []
          const { expression, start } = node
          if (expression.type !== 'CallExpression') return []
          const { callee } = expression
          if (callee.type !== 'Identifier' || !hooks.includes(callee.name)) return []
          return [`${path}:${lineAt(start)}: ${callee.name}; onTestFinished is the test's own`]
        }),
  ),
  caught: [{ 'test/a.ts': 'afterEach(() => stop())' }, { 'test/a.ts': 'beforeAll(start)' }],
  passed: [
    { 'test/a.test.ts': 'afterEach(() => stop())' },
    { 'test/a.ts': 'export const open = () => onTestFinished(stop)' },
  ],
}

export const everywhere: readonly Rule[] = [sized, narrow, uncast, unbarrelled, named, unhooked]

/** For the product's own. */
export const codeRules: readonly Rule[] = [short, atHome, unwaiting]
