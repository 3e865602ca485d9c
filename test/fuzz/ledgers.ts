/** What a ledger holds, read by this version: events of runs, of the headroom and of checklists, and their chain. */
import fc from 'fast-check'
import { breakIn, noHead, recordAfter } from '../../src/ledger/chain.ts'
import type { Kept } from '../../src/ledger/ledger.ts'
import { checklistOf } from '../../src/runs/checklist/checklist.ts'
import { headroomOf } from '../../src/runs/headroom.ts'
import { IllegalEvent } from '../../src/runs/moves.ts'
import { UnknownEvent } from '../../src/runs/read-events.ts'
import { runOf } from '../../src/runs/run.ts'
import { historyTo } from '../runs/histories.ts'
import { nearJson } from './mutate.ts'
import { must, parser, sayable } from './parser.ts'

const recordsOf = (events: unknown) =>
  (Array.isArray(events) ? events : [events]).map((event: unknown, index) => ({
    ...{ version: index + 1, at: 1_000 * index },
    event,
  }))

/** An event of newer code, or out of place: refused by name, nothing is skipped. */
function orRefused<State>(fold: () => State): State | null {
  try {
    return fold()
  } catch (error) {
    if (!(error instanceof UnknownEvent || error instanceof IllegalEvent)) throw error
    sayable(error.message)
    return null
  }
}

const runs = parser(
  'run-events',
  'the events of a run',
  nearJson(...Object.values(historyTo)),
  (events) => {
    const run = orRefused(() => runOf(recordsOf(events)))
    if (run !== null) must(run.version === recordsOf(events).length, 'an event was skipped')
  },
)

const v = { v: 1, run: 'r1', target: 'databases.db' }
const headroomEvents = [
  { type: 'claimed', ...v, step: 'patch-cloud-sql-tier', input: { database: 'db' } },
  { type: 'released', ...v, until: 9_000 },
  { type: 'stopped', v: 1, by: 'U0ANA', reason: 'a fire' },
  { type: 'stop-lifting', v: 1, by: 'U0LUIS' },
  { type: 'run-sealed', v: 1, run: 'r1', version: 9, head: 'ab' },
]

const headroom = parser(
  'headroom-events',
  'the events of a System’s headroom',
  nearJson(headroomEvents),
  (events) => {
    const read = orRefused(() => headroomOf(recordsOf(events)))
    if (read !== null) must(read.claims.length <= recordsOf(events).length, 'claims of nobody')
  },
)

const condition = { fact: 'databases.db.tier', is: 'equal', to: 'db-custom-8-30720' }
const checklistEvents = [
  {
    ...{ type: 'checklist-started', v: 1, checklist: 'c1', name: 'n', title: 't', parameters: {} },
    ...{ digest: 'sha', system: 'tuki', document: 'sha', by: 'U0ANA', channel: 'C0' },
    boxes: [{ title: 't', why: 'w', evidence: [condition], items: [], manual: false }],
  },
  { type: 'message-posted', v: 1, channel: 'C0', ts: '1.1' },
  { type: 'box-ticked', v: 1, box: 0, by: 'U0ANA', reason: null },
  { type: 'box-unticked', v: 1, box: 0, by: 'U0ANA' },
  { type: 'checklist-ended', v: 1, by: 'U0ANA' },
]

const checklists = parser(
  'checklist-events',
  'the events of a checklist',
  nearJson(checklistEvents),
  (events) => void orRefused(() => checklistOf(recordsOf(events))),
)

const chain = parser(
  'ledger-chain',
  'bodies in a hash chain, with one record changed',
  fc.record({
    bodies: fc.array(nearJson(...headroomEvents), { minLength: 1, maxLength: 5 }),
    at: fc.nat(10),
    instead: fc.string(),
  }),
  ({ bodies, at, instead }) => {
    const records: Kept[] = []
    for (const body of bodies) {
      const event = { ...Object(body), type: 'x' }
      records.push(recordAfter(records.at(-1) ?? noHead, 'run/r1', event, 1))
    }
    must(breakIn('run/r1', records) === null, 'a chain that does not hold from the start')
    must(breakIn('run/r2', records) !== null, 'it holds for another stream')
    const place = at % records.length
    const changed = records.map((one, index) => (index === place ? { ...one, body: instead } : one))
    must(breakIn('run/r1', changed)?.version === place + 1, 'a change was not found')
  },
)

export const ledgerParsers = [...[runs, headroom, checklists, chain]]
