/** Who may import whom, and where the one home of each impure thing is. DESIGN.md, 4. */

/** `all`: the folder or file; `types`: what is gone at run time. Paths under src/. */
export type Right = { readonly kind: 'all' | 'types'; readonly of: string }

const all = (of: string): Right => ({ kind: 'all', of })
const types = (of: string): Right => ({ kind: 'types', of })

/** `Clearance`, the type, is for everybody. */
const portTypes = [...[types('world/world.ts'), types('world/ports'), types('world/clearance.ts')]]
const model = [all('capacity'), all('define')]
/** `gate` and `runs`: never a step, a face or an adapter; what was read, and what went wrong. */
const observation = [...portTypes, all('world/observe.ts'), all('world/fault.ts')]
const faces = [
  ...model,
  ...portTypes,
  all('world/fault.ts'),
  all('runs'),
  types('gate'),
  all('words'),
  all('printable.ts'),
]

/**
 * One row for each part of src, and `runbooks`. Everybody may import within its own part; a file
 * with a row of its own has that instead of its part's.
 */
export const mayImport: Readonly<Record<string, readonly Right[]>> = {
  capacity: [],
  define: [all('capacity'), ...portTypes],
  // What Monitoring is asked for and shows, made from the System: observation and hands share it.
  steps: [...model, ...portTypes, all('world/fault.ts'), all('world/monitored')],
  runbooks: [...model, all('steps')],
  gate: [...model, ...observation],
  'gate/clearance.ts': [...model, ...observation, all('world/clearance.ts')],
  runs: [
    ...[...model, ...observation, all('gate'), types('dispatch')],
    // The chain is pure: the audit judges by it.
    ...[all('ledger/ledger.ts'), all('ledger/chain.ts')],
  ],
  ledger: [types('world/world.ts'), types('world/postgres-url.ts'), all('world/postgres-tls.ts')],
  dispatch: [types('world/world.ts'), types('ledger')],
  // Observation, alerts and dashboards are made from the document; nothing of the model runs here.
  world: [types('capacity'), all('printable.ts')],
  words: [
    ...[types('capacity'), types('define'), types('gate'), types('runs'), all('printable.ts')],
  ],
  slack: faces,
  cli: faces,
  rehearsal: [types('world/world.ts')],
  // What somebody else wrote becomes one line: the same for a log, a terminal and a message.
  'printable.ts': [],
  'config.ts': [all('config-urls.ts')],
  'config-urls.ts': [
    ...[all('world/postgres-url.ts'), all('world/celery-url.ts'), all('printable.ts')],
  ],
  'documents.ts': [all('capacity')],
  library: [all('define')],
  // Which ledger and dispatcher, by the environment: what `main` would hold if it were not so long.
  'ledgers.ts': [
    all('ledger'),
    all('dispatch'),
    all('world'),
    all('runs'),
    types('cli'),
    all('config.ts'),
    all('config-urls.ts'),
  ],
  // What `main` would hold if it were not so long, too.
  'doctor.ts': [
    ...[types('capacity'), types('words'), all('world'), all('slack'), all('library')],
    ...[all('config.ts'), all('documents.ts')],
  ],
  'asking.ts': [
    ...[types('cli'), all('slack'), all('world'), all('ledger/ids.ts')],
    ...[all('config.ts'), all('config-urls.ts'), all('documents.ts')],
  ],
  'surveying.ts': [
    ...[all('capacity'), types('cli'), all('words'), all('world')],
    ...[all('config.ts'), all('config-urls.ts')],
  ],
  'main.ts': [
    ...[...model, all('steps'), all('gate'), all('runs'), all('ledger'), all('dispatch')],
    ...[all('world'), all('words'), all('slack'), all('cli'), all('rehearsal')],
    ...[all('config.ts'), all('config-urls.ts'), all('documents.ts'), all('library')],
    ...[all('ledgers.ts'), all('doctor.ts'), all('asking.ts'), all('surveying.ts')],
  ],
}

/** Who alone may import this name, and of which file. */
export const guardedNames = [
  { name: 'mintClearance', of: 'src/world/clearance.ts', only: ['src/gate/clearance.ts'] },
] as const

/** Packages with one home: a folder, and how many files of it. */
export const packageHomes = [
  { packages: /^@slack\/bolt$/, home: 'src/slack/', filesMax: 1 },
  { packages: /^(@google-cloud|@googleapis)\/|^google-auth-library$/, home: 'src/world/' },
  { packages: /^node:sqlite$/, home: 'src/ledger/' },
] as const

/** An emulator of other people's servers: it may have a clock, timers and a network of its own. */
export const emulator = 'src/rehearsal/'

/** What is impure, and the only files that may have it. An empty list: nobody, until one is named. */
export const homes = {
  'Date.now': ['src/world/clock.ts'],
  'new Date()': ['src/world/clock.ts'],
  'Date()': ['src/world/clock.ts'],
  'performance.now': ['src/world/clock.ts'],
  'Math.random': [],
  'process.env': ['src/config.ts'],
  setTimeout: ['src/world/clock.ts'],
  setInterval: ['src/world/clock.ts'],
  setImmediate: ['src/world/clock.ts'],
  fetch: [],
  // The loader of PLIMSOLL_RUNBOOKS, after it has judged the text.
  'import(an expression)': ['src/library/load.ts'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Impure = keyof typeof homes

/** Functions of their arguments, without time, network or waiting. DESIGN.md, 3 and 4. */
export const pure = [
  'src/capacity/',
  'src/define/',
  'src/words/',
  'src/slack/views/',
  'src/printable.ts',
  'src/gate/policy.ts',
  'src/runs/checklist/checklist.ts',
  'src/runs/checklist/seeing.ts',
  'src/runs/checklist/steering.ts',
  'src/runs/run.ts',
  'src/runs/stage.ts',
  'src/runs/decide.ts',
  'src/runs/headroom.ts',
  'src/runs/shown.ts',
] as const

/** What of Node is a mere function. */
export const pureBuiltins = ['node:util'] as const

/** A file's default export is what its folder is for. */
export const mayExportDefault = ['runbooks/', 'test/real/kills/runbooks/'] as const

/** style.md, 1. A doc comment is text and may be somewhat wider: the formatter leaves it alone. */
export const limits = { linesPerFile: 300, linesPerFunction: 60, columns: 100, commentColumns: 120 }
