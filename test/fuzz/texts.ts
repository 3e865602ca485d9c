/** What people write in files and type: documents, proposals, samples, runbooks, tiers, times and inputs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { assess } from '../../src/capacity/assess.ts'
import { instantOf, isTimeZone } from '../../src/capacity/local-time.ts'
import { parseSystem, problemText } from '../../src/capacity/parse.ts'
import { rewriteDocument } from '../../src/capacity/rewrite.ts'
import { readSamples } from '../../src/capacity/samples.ts'
import { nearestTiers, readTier } from '../../src/capacity/tier.ts'
import { sentenceAtMost } from '../../src/cli/verbs.ts'
import { readProposal, review } from '../../src/define/review.ts'
import { judgeSource } from '../../src/library/judge-source.ts'
import { printable } from '../../src/printable.ts'
import { catalogue } from '../../src/steps/index.ts'
import { loadProblemSentence } from '../../src/words/en-runbooks.ts'
import { projectRoot } from '../architecture/source.ts'
import { today } from '../capacity/golden.ts'
import { anyText, nearJson, nearText } from './mutate.ts'
import { finite, must, parser, sayable } from './parser.ts'

/** As the command line says it. */
const shown = (sentence: string) => printable(sentence, sentenceAtMost)

const textOf = (file: string) => readFileSync(join(projectRoot, file), 'utf8')
const siteText = textOf('system.yml')
const site = parseSystem(siteText, 'system.yml')
if (site.kind === 'invalid') throw new Error(site.problems.map(problemText).join('\n'))
const asJson = nearJson(site.document).map((one) => JSON.stringify(one))

/** What has stopped parsers of YAML: bombs of aliases, depth, merges, tags and keys that are there twice. */
const bombs = [
  `a: &a [1]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [${'*a, '.repeat(9)}*a]`).join('\n')}`,
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `${'{a: '.repeat(3_000)}1${'}'.repeat(3_000)}`,
  Array.from({ length: 3_000 }, (_, i) => `key${i}: ${i}`).join('\n'),
  'a: 1\na: 2\n<<: {b: 1}\n__proto__: {polluted: true}\n? [complex, key]\n: !!js/function "x"\n',
  'a: !!binary "aGk="\nb: !!timestamp 2026-01-01\nc: !!set {x}\nd: 0o17\ne: .inf\nf: ~\n--- \nsecond: 1\n',
]

const document = parser(
  'system-document',
  'the System document, YAML or JSON',
  fc.oneof(asJson, nearText(siteText, ...bombs)),
  (text) => {
    const read = parseSystem(text, 'system.yml')
    if (read.kind === 'invalid') {
      must(read.problems.length > 0, 'refused without a reason')
      for (const problem of read.problems.slice(0, 20)) sayable(shown(problemText(problem)))
      return
    }
    const again = parseSystem(JSON.stringify(read.document), 'system.yml')
    must(again.kind === 'system', 'what was read is not read again')
    finite(assess(read.system, { today }).supportedUsers)
  },
)

const rewrites = parser(
  'rewrites',
  'single values, put back into the text of the System document',
  fc.record({
    text: fc.oneof(fc.constant(siteText), nearText(siteText)),
    path: fc.constantFrom('workload.users', 'services.backend.maxInstances', 'region', 'alerts'),
    value: fc.oneof(fc.integer({ min: 0, max: 9_999 }), anyText, fc.constant(undefined)),
  }),
  ({ text, path, value }) => {
    if (parseSystem(text, 'system.yml').kind === 'invalid') return
    const written = rewriteDocument(text, [{ path: path.split('.'), value }], 'system.yml')
    if (written.kind === 'wrong') return sayable(shown(written.sentence))
    must(parseSystem(written.text, 'system.yml').kind === 'system', 'a document that is none')
  },
)

const proposalText = textOf('runbooks/proposals/scale-10k-as-circulated.yml')
const proposal = {
  title: 'x',
  steps: [
    {
      step: 'patch-cloud-sql-tier',
      input: { database: 'tuki-db-prod', tier: 'db-custom-8-30720' },
    },
    {
      step: 'set-database-flag',
      input: { database: 'tuki-db-prod', name: 'work_mem', value: '9' },
    },
  ],
}

const proposals = parser(
  'proposals',
  'somebody’s list of steps, YAML or JSON',
  fc.oneof(
    nearJson(proposal).map((one) => JSON.stringify(one)),
    nearText(proposalText, ...bombs),
  ),
  (text) => {
    const read = readProposal(text, 'proposal.yml')
    if (read.kind === 'wrong') return sayable(shown(read.sentence))
    must(readProposal(JSON.stringify(read.proposal), 'p').kind === 'proposal', 'not read again')
    // A search for what would do instead takes its time: only the judging is looked at here.
    const small = { ...site.system, workload: { ...site.system.workload, users: 100 } }
    const judged = review(small, read.proposal, { now: 0, today, catalogue })
    if (judged.kind === 'review') finite(judged.supportedUsers)
  },
)

const sample = { requestsPerSecond: 10, users: 100, meanMs: 90, p95Ms: 200, webCpuCores: 1.5 }

const samples = parser(
  'samples',
  'measurements for a calibration, YAML or JSON',
  fc.oneof(
    nearJson({ service: 'backend', samples: [sample, sample] }).map((one) => JSON.stringify(one)),
    nearText('service: backend\nsamples:\n  - { requestsPerSecond: 10, meanMs: 90 }\n', ...bombs),
  ),
  (text) => {
    const read = readSamples(text, 'samples.yml')
    if (read.kind === 'wrong') sayable(shown(read.sentence))
    else finite(read.samples)
  },
)

const tiers = parser(
  'tiers',
  'the name of a Cloud SQL tier',
  nearText('db-custom-8-30720', 'db-custom-N4-4-16384', 'db-perf-optimized-N-8', 'db-f1-micro'),
  (name) => {
    const tier = readTier(name)
    if (tier.kind === 'tier') must(tier.vcpus >= 1 && tier.memoryMib > 0, 'an empty tier')
    for (const edition of ['enterprise', 'enterprise-plus'] as const) {
      const nearest = nearestTiers(name, edition)
      must(nearest.length <= 3, 'more than three are near')
      for (const near of nearest)
        must(readTier(near).kind === 'tier', `${near} is near, and there is no such tier`)
    }
  },
)

const windows = parser(
  'local-times',
  'the dates and time zones of events and freeze windows',
  fc.record({
    local: fc.oneof(
      nearText('2026-12-01T09:00', '2026-04-04T23:30:00', '2026-09-06T00:30'),
      fc
        .date({ min: new Date(0), max: new Date('9999-12-30'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 16)),
    ),
    timeZone: fc.oneof(
      fc.constantFrom('America/Santiago', 'Europe/Madrid', 'UTC', 'Asia/Kolkata', 'Pacific/Apia'),
      nearText('America/Santiago', '+03:00'),
    ),
  }),
  ({ local, timeZone }) => {
    const [from, to] = (['from', 'to'] as const).map((edge) => instantOf(local, { timeZone, edge }))
    must((from === null) === (to === null), 'only one end of it is an instant')
    if (from == null || to == null) return
    must(isTimeZone(timeZone), 'an instant in a place that there is not')
    must(from <= to && to - from <= 86_400_000, 'a window that the two readings do not make longer')
    // No place is more than a day from Greenwich.
    must(Math.abs(from - Date.parse(`${local}Z`)) <= 86_400_000, `${local} ${timeZone} is ${from}`)
  },
)

const runbookText = textOf('runbooks/celery-backlog.ts')
const homes = { source: join(projectRoot, 'src'), folder: join(projectRoot, 'runbooks') }
const path = join(homes.folder, 'fuzzed.ts')

const sources = parser(
  'runbook-sources',
  'the text of a runbook’s file, before it is loaded',
  nearText(
    runbookText,
    ...[`${'('.repeat(500)}1${')'.repeat(500)}`, "import x from './a.ts'; export * from 'node:fs'"],
    ...[
      "await import('./a.ts')",
      'const f = (async () => {})["constructor"]',
      'fetch`x`; eval("1")',
      ...['a=>', '!', 'a+', 'a?a:'].map((sign) => `${sign.repeat(19_990 / sign.length)}a`),
      ...['(', 'x={a:', 'a<', '`${'].map((sign) => sign.repeat(99)),
    ],
  ),
  (text) => {
    const judged = judgeSource(path, text, homes)
    if (judged.kind === 'load-problem') sayable(loadProblemSentence(judged))
    else for (const call of judged.calls) must(call.startsWith(homes.folder), `it calls ${call}`)
  },
)

export const textParsers = [...[document, rewrites, proposals, samples, tiers, windows, sources]]
