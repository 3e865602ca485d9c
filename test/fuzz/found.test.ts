/** What fuzzing found stays mended: one test for each defect, by what it did. */
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { parseSystem } from '../../src/capacity/parse.ts'
import { readYaml } from '../../src/capacity/read-yaml.ts'
import { readSamples } from '../../src/capacity/samples.ts'
import { runCommandLine } from '../../src/cli/program.ts'
import { hostText, isLocalRoot, problem } from '../../src/config-urls.ts'
import { judgeSource } from '../../src/library/judge-source.ts'
import { drawMrkdwn } from '../../src/rehearsal/page/mrkdwn.ts'
import { checklistOf } from '../../src/runs/checklist/checklist.ts'
import { IllegalEvent } from '../../src/runs/moves.ts'
import { readCommand } from '../../src/slack/door.ts'
import { slackFace, told } from '../../src/slack/views/blocks.ts'
import { readRequest } from '../../src/slack/views/request.ts'
import { catalogue } from '../../src/steps/index.ts'
import { readBrokerUrl } from '../../src/world/celery-url.ts'
import { readCpu, readMemoryGib } from '../../src/world/cloud-run-wire.ts'
import { flagValue, withFlag } from '../../src/world/command-line.ts'
import { Fault } from '../../src/world/fault.ts'
import { failedRead, waitMs } from '../../src/world/google-faults.ts'
import { assertAllowed } from '../../src/world/load-test-host.ts'
import { errorOf } from '../../src/world/load-test-report.ts'
import { readPolicies } from '../../src/world/monitoring-wire.ts'
import { readPools, readVersion } from '../../src/world/pgbouncer-rows.ts'
import { readPostgresUrl } from '../../src/world/postgres-url.ts'
import { type Printed, printedBy } from '../cli/offline-verbs.ts'

const digits = '9'.repeat(400)

describe('a text of YAML', () => {
  test.each([
    ['aliases that multiply', `a: &a [1]\n${'b: &b [*a, *a]\n'.repeat(200)}`],
    ['nesting deeper than the stack', '['.repeat(5_000)],
    ['a tag that runs', 'samples: !!js/function "x"'],
  ])('of samples with %s is refused, and the command line does not end', (_what, text) => {
    expect(readSamples(text, 'samples.yml')).toMatchObject({ kind: 'wrong' })
  })

  test.each([
    ['keys that are lists of keys', '? '.repeat(500), 'a key is a plain value'],
    ['lists', `${'['.repeat(101)}${']'.repeat(101)}`, 'nothing is nested in more than 100 levels'],
    ['lists that are left open', '['.repeat(5_000), 'nothing is nested in more than 100 levels'],
    ['lists in lines', `${'- '.repeat(101)}a`, 'nothing is nested in more than 100 levels'],
  ])('of %s is refused for that, and soon', (_what, text, problem) => {
    const before = process.threadCpuUsage()
    expect(parseSystem(text, 'system.yml')).toMatchObject({ problems: [{ problem }] })
    // The first took a minute.
    expect(process.threadCpuUsage(before).user).toBeLessThan(5_000_000)
  })

  test('of a hundred levels is read', () => {
    const text = `${'['.repeat(100)}${']'.repeat(100)}`
    expect(readYaml(text)).toMatchObject({ kind: 'content' })
  })

  test('of 20,000 keys is looked at in their number, not in its square', () => {
    const before = process.threadCpuUsage()
    const text = Array.from({ length: 20_000 }, (_, index) => `key${index}: 1`).join('\n')
    expect(parseSystem(`${text}\nkey7: 2`, 'system.yml')).toMatchObject({
      problems: [{ path: 'system.yml, line 20001, column 1', problem: 'Map keys must be unique' }],
    })
    // It took 33 s.
    expect(process.threadCpuUsage(before).user).toBeLessThan(15_000_000)
  })
})

// The parser is native: beyond its stack the process is killed.
describe('a runbook’s text that is nested deeper than the stack of its parser', () => {
  const judged = (text: string) => judgeSource('/r/it.ts', text, { source: '/src', folder: '/r' })
  test.each([
    ['brackets', `\n${'('.repeat(8_000)}`, { code: 'too-deep', line: 2 }],
    ['objects', 'x={a:'.repeat(4_000), { code: 'too-deep', line: 1 }],
    ['types', 'a<'.repeat(10_000), { code: 'too-deep', line: 1 }],
    ['brackets that are closed in words', '")"('.repeat(5_000), { code: 'does-not-parse' }],
    ['functions, without brackets', `${'a=>'.repeat(6_600)}a`, { code: 'too-deep', line: null }],
    ['more functions', 'a=>'.repeat(20_000), { code: 'too-long' }],
    ['signs', `${'!'.repeat(19_000)}a`, { code: 'too-deep', line: null }],
  ])('is refused: %s', (_what, text, problem) => {
    expect(judged(text)).toMatchObject({ kind: 'load-problem', ...problem })
  })

  test('and one with many comparisons and arrows beside each other is fit', () => {
    expect(judged('if (a < b) c = (d) => d[0]\n'.repeat(700)).kind).toBe('fit')
  })
})

describe('an amount of four hundred digits is none, and no sum becomes infinite:', () => {
  const policy = (seconds: string) => [
    {
      ...{ name: 'p', displayName: 'p', conditions: [] },
      mutationRecord: { mutateTime: { seconds, nanos: 0 } },
    },
  ]
  test('of Cloud Run', () => {
    for (const text of [digits, `${digits}m`]) expect(readCpu(text)).toBeNull()
    expect(readMemoryGib(`${digits}Gi`)).toBeNull()
  })
  test('of Cloud Monitoring, and a time after the year 9999 is a Fault', () => {
    for (const seconds of [digits, '253402300800', '9223372036854775807'])
      expect(() => readPolicies(policy(seconds))).toThrow(Fault)
    expect(readPolicies(policy('253402300799'))[0]?.mutatedAt).toMatch(/^9999-12-31T23:59:59/)
  })
  test('of a pooler', () => {
    const pool = { database: 'shop', user: 'shop', cl_active: digits }
    expect(() => readPools('pgbouncer', [pool])).toThrow(Fault)
  })
  test('of Retry-After: a run whose event says null instead could not be read again', () => {
    expect(waitMs(digits, 0)).toBe(60_000)
  })
})

describe('what somebody else wrote', () => {
  test('is on one line of a Fault, and cut', () => {
    const { message } = new Fault('invalid', 'no', `a\n\u001b[2J\u202e${'b'.repeat(9_999)}`)
    expect(message).toMatch(/^a \[2J b+…$/)
    expect(message).toHaveLength(1_000)
  })

  test('is said in short where rows are not understood, not as all that zod has to say', () => {
    const rows = Array.from({ length: 500 }, () => ({}))
    expect(() => readVersion('pgbouncer', rows)).toThrow(
      /^pgbouncer: rows that are not understood: 0\.version: [^\n]{1,100}$/,
    )
  })

  test('does not move the cursor of a terminal, nor fill it', async () => {
    const heard: Printed = { out: [], err: [] }
    const name = `\u001b[2J${'x'.repeat(9_999)}`
    expect(await runCommandLine(['check', name], printedBy(heard))).toBe(2)
    expect(await runCommandLine([`--${name}`], printedBy(heard))).toBe(2)
    expect(heard.err).toHaveLength(2)
    for (const sentence of heard.err) {
      expect(sentence).not.toContain('\u001b')
      expect(sentence.length).toBeLessThanOrEqual(2_000)
    }
  })

  test('is repeated to a person of Slack in short', () => {
    expect(slackFace.literal('<'.repeat(3_000))).toHaveLength(2 + 4 * 299 + 1)
    expect(told('x'.repeat(20_000)).length).toBeLessThanOrEqual(3_000)
  })

  test('without a text of its own is no answer, and no TypeError', () => {
    expect(failedRead('tuki-db-prod', { toString: null }, 'x')).toMatchObject({
      message: 'tuki-db-prod: no answer',
    })
  })

  test('where the signal of a load test should stand is said in short', () => {
    const signal = `\u001b[2J${'x'.repeat(9_999)}`
    const ended = { endedAt: 1, code: null, signal, ending: 'by-itself' as const, said: 'why' }
    expect(errorOf(ended, null)).toMatch(/^it was killed \( \[2Jx{35}…\): why$/)
  })

  test('cannot end a line of the configuration’s problem', () => {
    expect(problem('PORT', 'a\nb').problem).toBe('a b')
  })
})

test('a command of a quarter of a megabyte takes no seconds to be refused', () => {
  const text = 'x={ '.repeat(60_000)
  const asked = { command: '/capacity', text, team_id: 'T', user_id: 'U', channel_id: 'C' }
  const before = process.threadCpuUsage()
  expect(readCommand(asked)).toMatchObject({ length: 240_000 })
  expect(process.threadCpuUsage(before).user).toBeLessThan(1_000_000)
})

test('`constructor` is no flag of a database: every object has one, and it would count as set', () => {
  for (const name of ['constructor', '__proto__', 'a b', '', 'x'.repeat(99)])
    expect(
      catalogue.bind('set-database-flag', { database: 'tuki-db-prod', name, value: '1' }),
    ).toMatchObject({ kind: 'input-problem', field: 'name' })
})

describe('an address', () => {
  // `URL.canParse` says yes to it in Node 24, and `new URL` throws.
  const strange = `https://A${'"'.repeat(80_000)}slack.com/api/`

  test('that Node cannot make up its mind about is none', () => {
    expect(isLocalRoot(strange)).toBe(false)
    expect(hostText(strange)).toBe('no URL')
    expect(readBrokerUrl(strange)).toMatchObject({ kind: 'wrong' })
    expect(readPostgresUrl(strange)).toMatchObject({ kind: 'wrong' })
  })

  test('without a host is said to be no URL', () => {
    expect(hostText('file:///etc/passwd')).toBe('no URL')
  })

  test('with a port that there is not is no place for a load test', () => {
    expect(() => assertAllowed('127.0.0.1:68080', ['127.0.0.1'])).toThrow(Fault)
    expect(assertAllowed('127.0.0.1:8080', ['127.0.0.1'])).toBeUndefined()
  })
})

test('a flag without a value goes when the flag is set, and does not eat the next word', () => {
  const flag = { long: '--workers', short: '-w' }
  const words = withFlag(['-w9', '-w', '-w9', 'app:wsgi'], flag, '4')
  expect(words).toEqual(['--workers=4', 'app:wsgi'])
  expect(flagValue(words, flag)).toBe('4')
})

test('a run of a terminal’s request has a name as we give them', () => {
  const request = (run: string) => JSON.stringify({ run, name: 'scale-to-10k', parameters: {} })
  for (const run of ['', '__proto__', '../system/tuki', 'a.b', 'A', 'a'.repeat(65)])
    expect(readRequest(request(run)), run).toBeNull()
  expect(readRequest(request('mihx3'))).toMatchObject({ run: 'mihx3' })
})

describe('markup of Slack', () => {
  const drawn = (text: string) => renderToStaticMarkup(drawMrkdwn(text, { emoji: () => null }))

  test('with a date token that is no date is shown as it was written', () => {
    expect(drawn('<!date^soon^{time}|14:02>')).toContain('14:02')
    expect(drawn('<!date^9999999999999999^{time}>')).toContain('!date^')
  })

  test('of a thousand spans before signs that nothing closes is drawn in its length, not in its cube', () => {
    const before = process.threadCpuUsage()
    const html = drawn(`${'`x` '.repeat(1_000)}${' *x'.repeat(3_000)}`)
    // It took 18 s.
    expect(process.threadCpuUsage(before).user).toBeLessThan(2_000_000)
    expect(html.match(/<code>x<\/code>/g)).toHaveLength(1_000)
    expect(html).toContain(' *x *x')
  })

  test('nested deeper than the stack is drawn: what stands too deep, as it was written', () => {
    const html = drawn('*'.repeat(40_000))
    expect(html.match(/<strong>/g)).toHaveLength(100)
    expect(html).toContain('*'.repeat(40_000 - 200))
  })
})

test('an event that a checklist cannot have is illegal, not a defect of ours', () => {
  const started = {
    ...{ type: 'checklist-started', v: 1, checklist: 'c1', name: 'n', title: 't', parameters: {} },
    ...{ digest: 'sha', system: 'tuki', document: 'sha', by: 'U0ANA', channel: 'C0' },
    boxes: [{ title: 't', why: 'w', evidence: [], items: [], manual: false }],
  }
  const events = [started, { type: 'box-unticked', v: 1, box: 0, by: 'U0ANA' }]
  const records = events.map((event, index) => ({ version: index + 1, at: 0, event }))
  expect(() => checklistOf(records)).toThrow(IllegalEvent)
})
