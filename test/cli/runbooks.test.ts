/** `plimsoll runbook ...`: what it answers, with which exit code, and what it refuses. contract.md, 3. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { scratchFolder } from '../define/scratch.ts'
import type { Environment } from '../e2e/process.ts'
import { lintShape, listShape, rehearsedShape, showShape, testShape } from './runbook-shapes.ts'
import { answer } from './warm.ts'

const scratch = scratchFolder()
afterAll(() => scratch.remove())

const say = (line: string, env: Environment = {}) => answer(['runbook', ...line.split(' ')], env)

async function refused(line: string, says: RegExp, env: Environment = {}) {
  const { code, out, err } = await say(line, env)
  expect({ code, out }, err).toEqual({ code: 2, out: '' })
  expect(err).toMatch(says)
  expect(err.trim().split('\n')).toHaveLength(1)
}

describe.concurrent('runbook', { timeout: 180_000 }, () => {
  test('list names every one, each with the digest of its version', async () => {
    const { code, out, err } = await say('list --json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const list = listShape.parse(JSON.parse(out))
    expect(list.map(({ name }) => name)).toContain('scale-to-10k')
    expect(new Set(list.map(({ digest }) => digest)).size).toBe(list.length)
  })

  test('show gives its items, and of a checklist its boxes', async () => {
    const [text, json] = await Promise.all([
      say('show deployment-checklist'),
      say('show deployment-checklist --json celeryConcurrency=8'),
    ])
    expect([text.code, json.code]).toEqual([0, 0])
    expect(text.out).toContain('[9] scaling runbook documented: a person says so')
    const shown = showShape.parse(JSON.parse(json.out))
    expect(shown.boxes).toHaveLength(9)
    expect(shown.boxes?.[0]?.title).toBe('Celery concurrency 8')
  })

  test('rehearse of the way to 10,000 is a review (3), with every phase and a picture', async () => {
    const picture = join(scratch.folder, 'rehearsed.svg')
    const [text, json] = await Promise.all([
      say('rehearse scale-to-10k'),
      say(`rehearse scale-to-10k --json --picture ${picture}`),
    ])
    expect([text.code, json.code, json.err]).toEqual([3, 3, ''])
    expect(text.out).toMatch(/^review: scale-to-10k reaches its end, 2,904 -> 10,560 users\.\n/)
    expect(text.out).toContain('The longest outage: up to 1 min 1 s, at item 13.')
    const rehearsed = rehearsedShape.parse(JSON.parse(json.out))
    expect(rehearsed).toMatchObject({
      stop: null,
      supportedUsers: { before: 2904, after: 10_560, lowest: 2904 },
      longestOutage: { position: 13, secondsMax: 61 },
    })
    const restart = rehearsed.headroom.columns.find(({ phase }) => phase === 'restart')
    expect(restart).toMatchObject({ outageSeconds: 61, supportedUsers: null })
    const svg = readFileSync(picture, 'utf8')
    expect(svg).toMatch(/^<svg /)
    expect(svg).toContain('485 % broken')
    expect(svg).toContain('nobody, 61 s')
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('rehearse of what is blocked is 4, and says at which item and why', async () => {
    const [text, json] = await Promise.all([
      say('rehearse match-threads'),
      say('rehearse match-threads --json'),
    ])
    expect([text.code, json.code]).toEqual([4, 4])
    expect(text.out).toContain('4,770 of 390 connections')
    expect(rehearsedShape.parse(JSON.parse(json.out)).stop).toMatchObject({
      position: 2,
      code: 'blocked',
      step: 'set-gunicorn',
    })
  })

  test('lint and test have nothing to complain of (0)', async () => {
    const [lint, tests] = await Promise.all([say('lint --json'), say('test --json')])
    expect([lint.code, tests.code]).toEqual([0, 0])
    expect(lintShape.parse(JSON.parse(lint.out)).flatMap(({ findings }) => findings)).toEqual([])
    expect(testShape.parse(JSON.parse(tests.out)).every(({ passed }) => passed)).toBe(true)
  })

  test('lint says of every file that cannot be loaded why (1)', async () => {
    const folder = scratchFolder()
    try {
      folder.write('one.ts', "import 'node:fs'\n")
      folder.write('two.ts', 'export default {')
      const env = { PLIMSOLL_RUNBOOKS: folder.folder }
      const [text, json] = await Promise.all([say('lint', env), say('lint --json', env)])
      expect([text.code, json.code]).toEqual([1, 1])
      expect(text.out).toMatch(/^one: .*imports node:fs.*\ntwo: .*is no TypeScript/)
      const codes = lintShape.parse(JSON.parse(json.out)).flatMap(({ findings }) => findings)
      expect(codes.map(({ code }) => code)).toEqual(['imports', 'does-not-parse'])
    } finally {
      folder.remove()
    }
  })

  test('wrong usage is 2, in one sentence', async () => {
    await refused('rehearse scale-to-9k', /No runbook `scale-to-9k`\. Did you mean `scale-to-10k`/)
    await refused('rehearse load-test third=lots', /`third` must be a whole number from 1/)
    await refused(
      'rehearse load-test fourth=1',
      /There is no field `fourth`, so nothing can be `1`. The fields are database/,
    )
    await refused('rehearse roll-back service=nope', /nope.*backend/)
    await refused(
      'rehearse add-read-replica tier=db-custom-3-7680',
      /`tier` must be.*db-custom-2-7680/,
    )
    await refused('new Bad_Name', /`Bad_Name` is no name/)
    await refused('new load-test', /there already/)
    await refused('lint', /No folder of runbooks/, { PLIMSOLL_RUNBOOKS: 'none' })
    await refused('new first', /No folder of runbooks/, { PLIMSOLL_RUNBOOKS: 'none' })
    await refused('rehearse roll-back --picture none/a.svg', /No folder none/)
    await refused('list', /No folder of runbooks/, { PLIMSOLL_RUNBOOKS: 'none' })
    expect(existsSync('runbooks/Bad_Name.ts')).toBe(false)
  })
})
