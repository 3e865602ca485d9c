/** Who is let in, and how words are read. facts/slack.md, 4. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { doorOf, wordsOf } from '../../src/slack/door.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const seconds = (at: number) => String(Math.floor(at / 1000))

describe('a signed request is let in', () => {
  test('once, and not again within the time in which it would be young enough', () => {
    const clock = { at: noon, now: () => clock.at }
    const door = doorOf(clock)
    expect(door.admits('v0=a', seconds(noon))).toBe(true)
    for (const later of [0, 1_000, 299_000]) {
      clock.at = noon + later
      expect(door.admits('v0=a', seconds(noon))).toBe(false)
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
    expect(door.admits('v0=a', seconds(noon + away * 1_000))).toBe(admitted)
  })

  test.each([undefined, null, '', 'soon', '1e3x', {}, [], ['v0=a']])('never at %j', (timestamp) => {
    expect(doorOf({ now: () => noon }).admits('v0=a', timestamp)).toBe(false)
  })

  test.each([undefined, null, 7, ['v0=a']])('never signed by %j', (signature) => {
    expect(doorOf({ now: () => noon }).admits(signature, seconds(noon))).toBe(false)
  })

  test('and a flood makes it refuse, never forget what it saw', () => {
    const door = doorOf({ now: () => noon })
    const flood = Array.from({ length: 12_000 }, (_, index) => `v0=${index}`)
    const admitted = flood.filter((signature) => door.admits(signature, seconds(noon)))
    expect(admitted).toHaveLength(10_000)
    expect(door.admits('v0=0', seconds(noon))).toBe(false)
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

  test('any text is read without an error', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3_000 }), (text) => {
        for (const word of wordsOf(text)) expect(word).not.toMatch(/^\s|\s$/)
      }),
    )
  })
})
