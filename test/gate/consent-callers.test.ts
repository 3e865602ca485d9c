/** One place counts a yes: whoever else calls `judgeConsent`, or decides beside it, is found here. DESIGN.md, 6. */
import { Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'
import { readTree, type Source } from '../architecture/source.ts'

const tree = readTree(['src', 'runbooks'])
const home = 'src/gate/policy.ts'

/** Each call of a function by that name, however it was imported, and each object that is an event of that type. */
function placesOf(source: Source, name: string, type: string): readonly string[] {
  const found: string[] = []
  new Visitor({
    CallExpression: ({ callee, start, end }) => {
      const called = source.text.slice(callee.start, callee.end)
      if (called === name || called.endsWith(`.${name}`))
        found.push(source.text.slice(start, end).split('(')[0] ?? '')
    },
    ObjectExpression: ({ properties, start }) => {
      const isEvent = properties.some(
        (one) =>
          one.type === 'Property' &&
          one.value.type === 'Literal' &&
          one.value.value === type &&
          source.text.slice(one.key.start, one.key.end) === 'type',
      )
      if (isEvent) found.push(`${type} at line ${source.lineAt(start)}`)
    },
  }).visit(source.program)
  return found
}

test('a consent is judged in one place, and the event of a yes is written beside it', () => {
  const places = tree.flatMap((source) =>
    placesOf(source, 'judgeConsent', 'consent-given').map((what) => [
      source.path,
      what.replace(/ at line .*/, ''),
    ]),
  )
  // A new door goes through `approve` of requests.ts. If it cannot, it stands here, with the reason.
  expect(places).toEqual([
    ['src/runs/requests.ts', 'judgeConsent'],
    ['src/runs/requests.ts', 'consent-given'],
  ])
})

test('only that place imports it, so nobody can call it by another name', () => {
  const importers = tree.filter(({ imports }) =>
    imports.some(
      ({ of, names }) => of === home && (names.includes('judgeConsent') || names.includes('*')),
    ),
  )
  expect(importers.map(({ path }) => path)).toEqual(['src/runs/requests.ts'])
})
