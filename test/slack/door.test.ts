/** Who is let in, and how words are read. facts/slack.md, 4. */
import { describe, expect, test } from 'vitest'
import { readWords } from '../../src/define/input.ts'
import { doorOf, wordsOf } from '../../src/slack/door.ts'
import { catalogue } from '../../src/steps/index.ts'
import { stepLine } from '../../src/words/en.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const signature = (index: number) => `v0=${index.toString(16).padStart(64, '0')}`
const seconds = (at: number) => String(Math.floor(at / 1000))

describe('a signed request is let in', () => {
  test('once, and not again within the time in which it would be young enough', () => {
    const clock = { at: noon, now: () => clock.at }
    const door = doorOf(clock)
    expect(door.admits(signature(1), seconds(noon))).toBe(true)
    for (const later of [0, 1_000, 299_000]) {
      clock.at = noon + later
      expect(door.admits(signature(1), seconds(noon))).toBe(false)
    }
  })

  test.each([
    [-301, false],
    [-300, true],
    [0, true],
    [300, true],
    [301, false],
  ])('%i s away from now: %s', (away, admitted) => {
    const door = doorOf({ now: () => noon })
    expect(door.admits(signature(1), seconds(noon + away * 1_000))).toBe(admitted)
  })

  test('and none of the future, which Bolt lets pass', () => {
    const door = doorOf({ now: () => noon })
    for (const ahead of [301, 86_400, 31_536_000]) {
      const timestamp = seconds(noon + ahead * 1_000)
      expect(door.turnsAway(signature(1), timestamp)).toBe(true)
      expect(door.admits(signature(1), timestamp)).toBe(false)
    }
  })

  test('and not again with something behind its signature', () => {
    const door = doorOf({ now: () => noon })
    expect(door.admits(signature(1), seconds(noon))).toBe(true)
    for (const tail of ['=', '=1', '=1=2']) {
      expect(door.turnsAway(`${signature(1)}${tail}`, seconds(noon))).toBe(true)
      expect(door.admits(`${signature(1)}${tail}`, seconds(noon))).toBe(false)
    }
  })

  test.each([undefined, null, '', 'soon', '1e3x', {}, [], ['v0=a']])('never at %j', (timestamp) => {
    expect(doorOf({ now: () => noon }).admits(signature(1), timestamp)).toBe(false)
  })

  // Bolt cuts a signature at every `=` and looks at the first two parts.
  test.each([
    ...[undefined, null, 7, ['v0=a'], '', 'v0=a', `${signature(1)}=1`, `${signature(1)}=`],
    ...[`v1=${'0'.repeat(64)}`, signature(171).toUpperCase(), ` ${signature(1)}`],
  ])('never signed by %j: it would be another name for a signature that was seen', (signed) => {
    expect(doorOf({ now: () => noon }).admits(signed, seconds(noon))).toBe(false)
  })

  test('and a flood makes it refuse, never forget what it saw', () => {
    const door = doorOf({ now: () => noon })
    const flood = Array.from({ length: 12_000 }, (_, index) => signature(index))
    const admitted = flood.filter((one) => door.admits(one, seconds(noon)))
    expect(admitted).toHaveLength(10_000)
    expect(door.admits(signature(0), seconds(noon))).toBe(false)
  })
})

describe('words', () => {
  test.each([
    ['status', ['status']],
    ['  check   step  a=1 ', ['check', 'step', 'a=1']],
    ['confirm what="the oldest task is young"', ['confirm', 'what=the oldest task is young']],
    ['x pool={"minSize":1,"maxSize":4} y', ['x', 'pool={"minSize":1,"maxSize":4}', 'y']],
    ['a &lt;b&gt; &amp;amp;', ['a', '<b>', '&amp;']],
    ['', []],
  ])('%j', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  test('a line that somebody is told to type is read as what it stands for', () => {
    for (const { name, examples, fields } of catalogue.entries)
      for (const example of examples) {
        const [step, ...inputs] = wordsOf(stepLine('', name, example).trim())
        expect(step).toBe(name)
        expect(readWords(inputs, fields)).toEqual({ kind: 'input', input: example })
      }
  })
})
