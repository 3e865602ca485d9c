/** Real samples, and what they become when somebody mistypes, cuts, repeats or attacks them. */
import fc from 'fast-check'

/** What parsers have broken on. */
const nasty: readonly string[] = [
  ...['', ' ', '\n', '\0', '\u202e', '\ufeff', '\ud800', '\u2028', 'é', '𝟙', '😀', '\u001b[2J'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length'],
  ...[
    'null',
    'undefined',
    'true',
    'NaN',
    'Infinity',
    '-0',
    '1e309',
    '0x10',
    '1_000',
    '9'.repeat(400),
  ],
  ...[
    '<!channel>',
    '<@U0LUIS>',
    '<https://evil.example|click>',
    '<!subteam^S0LEADS>',
    '&lt;!here&gt;',
  ],
  ...[
    '`',
    '"',
    "'",
    '\\',
    '{',
    '}',
    '[',
    ']',
    '=',
    '=={',
    '&',
    '*a: b',
    '*x',
    '&x',
    '!!js',
    '---\n',
    '%',
  ],
  ...[
    '../../etc/passwd',
    'a'.repeat(5_000),
    '='.repeat(2_000),
    '{'.repeat(2_000),
    '"'.repeat(2_001),
  ],
  ...['2026-12-01T03:00Z', '9999999999999', '-1', '1e3', '00', '1.5'],
]

/** Anything that JSON can hold, weird names and large numbers among it. */
const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e21, 2 ** 53, -(2 ** 63), 0.1, 1e308, [], {}),
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(fc.constantFrom(...nasty), fc.constantFrom(...nasty), { maxKeys: 3 }),
)

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom(...nasty), { maxLength: 6 }).map((all) => all.join('')),
)

type JsonChange = {
  /** Which place of the value, of all that there are. */
  readonly at: number
  readonly kind: 'put' | 'remove' | 'repeat' | 'add'
  readonly name: string
  readonly value: unknown
}

const jsonChange: fc.Arbitrary<JsonChange> = fc.record({
  at: fc.nat(10_000),
  kind: fc.constantFrom('put', 'put', 'remove', 'repeat', 'add'),
  name: fc.constantFrom(...nasty),
  value: anyJson,
})

/** These values with a few changes, down to none, and now and then something else altogether. */
export function nearJson(...samples: readonly unknown[]): fc.Arbitrary<unknown> {
  const near = fc
    .tuple(fc.constantFrom(...samples), fc.array(jsonChange, { maxLength: 4 }))
    .map(([sample, changes]) => changes.reduce(changedJson, plain(sample)))
  return fc.oneof({ weight: 9, arbitrary: near }, anyJson)
}

/** As it comes out of a parser of JSON: `__proto__` is a name like any other. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function changedJson(value: unknown, change: JsonChange): unknown {
  const places = placesOf(value)
  const place = places[change.at % (places.length + 1)]
  if (place === undefined) return change.kind === 'put' ? structuredClone(change.value) : value
  const { holder, key } = place
  if (Array.isArray(holder)) changeList(holder, Number(key), change)
  else changeMap(holder, key, change)
  return value
}

function changeList(list: unknown[], index: number, { kind, value }: JsonChange): void {
  const one = list[index]
  if (kind === 'put') list[index] = structuredClone(value)
  else if (kind === 'remove') list.splice(index, 1)
  else if (kind === 'repeat') list.push(...Array.from({ length: 50 }, () => structuredClone(one)))
  else list.push(structuredClone(value))
}

/** `__proto__` becomes a name of its own, as JSON.parse makes it. */
function changeMap(map: object, key: string, { kind, name, value }: JsonChange): void {
  const own = {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  }
  if (kind === 'remove') Reflect.deleteProperty(map, key)
  else if (kind === 'put') Object.defineProperty(map, key, own)
  else Object.defineProperty(map, kind === 'add' ? name : `${key}${name}`, own)
}

type Place = { readonly holder: unknown[] | object; readonly key: string }

function placesOf(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => [{ holder: value, key }, ...placesOf(one)])
}

type TextChange = {
  readonly at: number
  readonly cut: number
  readonly put: string
  readonly times: number
}

const textChange: fc.Arbitrary<TextChange> = fc.record({
  at: fc.nat(100_000),
  cut: fc.constantFrom(0, 0, 1, 3, 20, 500),
  put: anyText,
  times: fc.constantFrom(1, 1, 1, 2, 40),
})

/** These texts with a few places cut, filled or repeated, down to none, and now and then any text. */
export function nearText(...samples: readonly string[]): fc.Arbitrary<string> {
  const near = fc
    .tuple(fc.constantFrom(...samples), fc.array(textChange, { maxLength: 4 }))
    .map(([sample, changes]) => changes.reduce(changedText, sample))
  return fc.oneof({ weight: 9, arbitrary: near }, anyText)
}

function changedText(text: string, { at, cut, put, times }: TextChange): string {
  const from = at % (text.length + 1)
  return `${text.slice(0, from)}${put.repeat(times)}${text.slice(from + cut)}`
}
