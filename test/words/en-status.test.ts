/** A status says who did not answer: what is missing from it is never missing in silence. */
import { expect, test } from 'vitest'
import { statusText } from '../../src/cli/text.ts'
import { statusOf } from '../../src/gate/status.ts'
import { adviseOn } from '../../src/runs/advice.ts'
import { trackRecordOf } from '../../src/runs/track-record.ts'
import { statusMessage } from '../../src/slack/views/status.ts'
import { catalogue } from '../../src/steps/index.ts'
import type { Fact } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'

const now = Date.parse('2026-11-29T12:00:00Z')
const path = 'databases.tuki-db-prod'
const silent = (field: string, why: string): Fact => ({
  ...{ kind: 'unavailable', name: `${path}.${field}`, source: 'PostgreSQL', why },
})
const facts: readonly Fact[] = [
  silent('sessions', 'tuki-db-prod: no answer in time'),
  silent('pendingRestart', 'tuki-db-prod: <nobody> may see'),
  {
    ...{ kind: 'observed', name: `${path}.cpuUtilization`, value: 0.4 },
    ...{ source: 'Cloud Monitoring', observedAt: now - 3_600_000 },
  },
]

function said(all: readonly Fact[]) {
  const status = statusOf(site, all, { now })
  const advice = adviseOn(status, { document: site, catalogue })
  const message = statusMessage(status, advice, { record: trackRecordOf([]), note: null })
  return { terminal: statusText(status, advice), slack: JSON.stringify(message.blocks) }
}

test('in a line for each source, with how much it kept and why, and so for what is too old', () => {
  const { terminal, slack } = said(facts)
  const lines = terminal.split('\n').filter((line) => line.startsWith('Not seen: '))
  expect(lines).toEqual([
    `Not seen: ${path}.sessions and 1 more. PostgreSQL: tuki-db-prod: no answer in time.`,
    `Not seen: ${path}.cpuUtilization. Cloud Monitoring: what it said is too old.`,
  ])
  for (const line of lines) expect(slack).toContain(line)
})

test('escaped where it is shown as markup, and not at all where all answered', () => {
  expect(said(facts.slice(1, 2)).slack).toContain('&lt;nobody&gt; may see')
  expect(said([]).terminal).not.toContain('Not seen')
})
