/** Every message keeps Slack's limits, makes sense alone, and nothing in it acts. facts/slack.md, 2 and 4. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leversOf } from '../../../src/define/levers.ts'
import { plan } from '../../../src/define/planner.ts'
import { examine } from '../../../src/gate/gate.ts'
import { noHistory } from '../../../src/gate/rules.ts'
import { statusOf } from '../../../src/gate/status.ts'
import { judgeBlocks } from '../../../src/rehearsal/slack/block-rules.ts'
import { maxUpdatedText } from '../../../src/rehearsal/slack/content.ts'
import { adviseOn } from '../../../src/runs/advice.ts'
import { standingOf } from '../../../src/runs/checklist/checklist.ts'
import { mustLookFirst } from '../../../src/runs/decide.ts'
import { standOf } from '../../../src/runs/stage.ts'
import { trackRecordOf } from '../../../src/runs/track-record.ts'
import { runbookVerbs } from '../../../src/slack/commands/runbook.ts'
import { type Message, slackFace } from '../../../src/slack/views/blocks.ts'
import { checkMessage } from '../../../src/slack/views/check.ts'
import { checklistMessage, whyMessage } from '../../../src/slack/views/checklist.ts'
import { detailsMessage } from '../../../src/slack/views/details.ts'
import { explainMessage } from '../../../src/slack/views/explain.ts'
import { capacityHelp, runbookHelp } from '../../../src/slack/views/help.ts'
import { planMessage } from '../../../src/slack/views/plan.ts'
import { reminderMessage } from '../../../src/slack/views/reminder.ts'
import { runMessage } from '../../../src/slack/views/run.ts'
import { statusMessage } from '../../../src/slack/views/status.ts'
import { catalogue } from '../../../src/steps/index.ts'
import { event, historyTo, runAfter } from '../../runs/histories.ts'
import { anyChecklist } from './any-checklist.ts'
import { anyRun, bound, hostile, system } from './any-run.ts'

const now = Date.UTC(2026, 10, 23, 15)
const note = 'local cloud: nothing real is touched'

/** Marks that only we may make: people of the run, the group of the policy, dates. */
const people = /<!subteam\^S0LEADS>|<@[UW]0(ANA|LUIS|MARA)>/g
const dates = /<!date\^\d+\^[\w{} ]+\|(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC>/g

function keepsTheRules({ text, blocks }: Message): void {
  expect(judgeBlocks(blocks)).toMatchObject({ kind: 'valid' })
  expect(text.trim().length).toBeGreaterThan(10)
  expect(text.length).toBeLessThanOrEqual(maxUpdatedText)
  for (const said of [text, ...marked(blocks)]) {
    expect(said.replace(people, '').replace(dates, '')).not.toMatch(/[<>]/)
    expect(said).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  }
}

/** All markup that a person reads. */
function marked(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(marked)
  if (typeof value !== 'object' || value === null) return []
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return [String(value.text)]
  return Object.values(value).flatMap(marked)
}

const seal = { run: 'ab'.repeat(32), system: 'cd'.repeat(32) }

const everyStage = [
  ...['acted', 'claimed', 'ended aborted', 'ended blocked', 'ended expired', 'ended not-verified'],
  ...['ended rejected', 'ended verified', 'ended withheld', 'judged', 'parked', 'reached'],
  ...['sending', 'waiting', 'working'],
]

test('of any reachable run', () => {
  const reached = new Set<string>()
  const reminded = new Set<string>()
  fc.assert(
    fc.property(anyRun, (run) => {
      reached.add(run.stage.kind === 'ended' ? `ended ${run.stage.outcome}` : run.stage.kind)
      const sealed = run.stage.kind === 'ended' ? seal : null
      keepsTheRules(runMessage({ run, now, sealed, note }))
      keepsTheRules(detailsMessage(run, sealed))
      const reminder = reminderMessage({ run, policy: system.policy, now, note })
      if (reminder === null) return
      reminded.add(run.stage.kind)
      keepsTheRules(reminder)
    }),
    { numRuns: 1_500, seed: 20261123 },
  )
  // A property over runs that never get anywhere would show nothing.
  expect([...reached].sort()).toEqual(everyStage)
  expect([...reminded].sort()).toEqual(['ended', 'parked', 'waiting'])
})

test('of any checklist, whoever wrote in it', () => {
  const reached = new Set<string>()
  fc.assert(
    fc.property(anyChecklist, fc.option(anyRun), (checklist, run) => {
      for (const box of checklist.boxes) reached.add(standingOf(box))
      const runs = new Map(run === null ? [] : [['r1', run]])
      keepsTheRules(checklistMessage({ checklist, runs, lookedAt: now, note }))
      for (const [index, box] of checklist.boxes.entries()) keepsTheRules(whyMessage(index, box))
    }),
    { numRuns: 500, seed: 20261124 },
  )
  expect([...reached].sort()).toEqual(['open', 'said', 'seen', 'skipped', 'undone'])
})

test('no decision is asked for where none waits, and a waiting one always is', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const { blocks } = runMessage({ run, now, sealed: null, note })
      const ids = [...JSON.stringify(blocks).matchAll(/"action_id":"(\w+)"/g)].map(([, id]) => id)
      const waits = run.stage.kind === 'waiting'
      expect(ids.includes('approve')).toBe(waits)
      expect(ids.includes('reject')).toBe(waits)
      expect(ids.includes('abort')).toBe(run.stage.kind === 'parked')
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('with its last yes no other is asked for, and a no still is', () => {
  const given = runAfter([...historyTo.waiting, event('consent-given')])
  const { blocks } = runMessage({ run: given, now, sealed: null, note })
  expect(JSON.stringify(blocks)).not.toContain('"action_id":"approve"')
  expect(JSON.stringify(blocks)).toContain('"action_id":"reject"')
})

test('a button that moves a run on is drawn for where it stands, and every parked one has a way on', () => {
  const moving = /"(done|skip|resume|retry)","text":\{[^}]*\},"value":"([^"]*)"/g
  fc.assert(
    fc.property(anyRun, (run) => {
      const { blocks } = runMessage({ run, now, sealed: null, note })
      const found = [...JSON.stringify(blocks).matchAll(moving)]
      for (const [, , value] of found) expect(value).toBe(standOf(run))
      if (run.stage.kind !== 'parked') return
      const actions = found.map(([, action]) => action)
      // What is offered must be taken.
      expect(actions.includes('retry') && mustLookFirst(run.stage)).toBe(false)
      expect(actions.includes('retry') || actions.includes('resume')).toBe(true)
      // What was sent can be looked at again.
      const isSent = ['working', 'acted'].includes(run.stage.from.kind)
      expect(actions.includes('resume') || !isSent).toBe(true)
    }),
    { numRuns: 300, seed: 7 },
  )
})

/** Names as a person could type them into the document. */
function withEvents(document: typeof system): typeof system {
  const events = ['<!channel>', '`sale`', '*_~&<@U0EVE>', 'a', 'b'].map((name, index) => ({
    name,
    ...{ from: `2026-11-2${3 + index}T20:00`, to: `2026-11-2${3 + index}T23:00` },
    ...{ timeZone: 'America/Santiago', users: 1_000 * 10 ** index },
  }))
  return { ...document, workload: { ...document.workload, baseUsers: 500, events } }
}

const beside = { record: trackRecordOf([]), note }

test('of a status, a check, an explanation and a plan', () => {
  const status = statusOf(system, [], { now, backlogTasks: 12_000 })
  keepsTheRules(statusMessage(status, adviseOn(status, { document: system, catalogue }), beside))
  const announced = withEvents(system)
  const ahead = statusOf(announced, [], { now, backlogTasks: 12_000 })
  const advice = adviseOn(ahead, { document: announced, catalogue })
  expect(ahead.events).toHaveLength(5)
  keepsTheRules(statusMessage(ahead, advice, beside))
  for (const step of bound)
    keepsTheRules(
      checkMessage(
        step,
        examine({
          document: system,
          facts: [],
          step,
          reservations: [],
          history: noHistory,
          run: null,
          now,
        }),
        note,
      ),
    )
  for (const finding of status.assessment.findings)
    keepsTheRules(
      explainMessage(
        {
          findings: [finding],
          levers: leversOf(system, finding, { today: '2026-11-23', catalogue }),
        },
        status,
        note,
      ),
    )
  const { findings } = status.assessment
  keepsTheRules(explainMessage({ findings, levers: [] }, status, note))
  for (const users of [1, 10_000, 1_000_000])
    keepsTheRules(
      planMessage(system.name, plan(system, users, { today: '2026-11-23', catalogue }), {
        unknown: ['databases.tuki-db-prod.tier'],
        observedAt: null,
        note,
      }),
    )
})

test('help promises only what there is', () => {
  const known = { capacity: ['status', 'check', 'explain', 'plan'], runbook: runbookVerbs }
  const text = `${capacityHelp(catalogue)}\n${runbookHelp(catalogue)}`
  const promised = [...text.matchAll(/`\/(capacity|runbook) ([\w-]+)/g)]
  expect(promised.length).toBeGreaterThan(6)
  for (const [, command, verb] of promised)
    expect(command === 'capacity' ? known.capacity : known.runbook).toContain(verb)
  for (const { name } of catalogue.entries) expect(text).toContain(name)
})

test('a literal is one code span, whatever is in it', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const said = slackFace.literal(text)
      expect(said.slice(1, -1)).not.toMatch(/[`<>\n]/)
      expect(said.startsWith('`') && said.endsWith('`')).toBe(true)
    }),
  )
})
