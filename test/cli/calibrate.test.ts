/** The workload from what was measured, and back into the document: `plimsoll calibrate`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { projectRoot } from '../e2e/process.ts'
import { answer } from './warm.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-calibrate-'))
afterAll(() => rmSync(folder, { recursive: true }))
const system = readFileSync(join(projectRoot, 'system.yml'), 'utf8')

const truth = {
  ...{ thinkSeconds: 2.2, requestSeconds: 0.11, requestCpuSeconds: 0.031 },
  ...{ databaseSeconds: 0.016, databaseCpuSeconds: 0.0007 },
}

/** A service that is hardly used: nobody waits, so each law gives its parameter back. */
function sampleAt(requestsPerSecond: number, without: readonly string[] = []) {
  const sample = {
    requestsPerSecond,
    users: requestsPerSecond * (truth.thinkSeconds + truth.requestSeconds),
    meanMs: truth.requestSeconds * 1000,
    webCpuCores: requestsPerSecond * truth.requestCpuSeconds,
    busySessions: requestsPerSecond * truth.databaseSeconds,
    databaseCpuCores: requestsPerSecond * truth.databaseCpuSeconds,
  }
  return Object.fromEntries(Object.entries(sample).filter(([name]) => !without.includes(name)))
}

function written(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const rates = [4, 5, 6, 7, 8, 9, 10, 11]
const whole = written('samples.json', JSON.stringify(rates.map((rate) => sampleAt(rate))))

const calibrated = (args: readonly string[]) => answer(['calibrate', ...args, '--offline'], {})

const shape = z.strictObject({
  service: z.string(),
  samples: z.int(),
  source: z.enum(['assumed', 'measured']),
  parameters: z.record(
    z.string(),
    z.strictObject({ value: z.number(), low: z.number(), high: z.number() }),
  ),
  undetermined: z.array(z.looseObject({ parameter: z.string(), why: z.string() })),
  errors: z.array(z.looseObject({ quantity: z.string(), meanAbsoluteError: z.number() })),
  written: z.string().nullable(),
})

describe.concurrent('calibrate', { timeout: 180_000 }, () => {
  test('gives each parameter back with its interval, and the error of the fit, and writes nothing', async () => {
    const { code, out, err } = await calibrated([whole, '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { parameters, source, errors, written: file } = shape.parse(JSON.parse(out))
    for (const [name, value] of Object.entries(truth)) {
      expect(parameters[name]?.value, name).toBeCloseTo(value, 4)
      expect(parameters[name]?.low).toBeLessThanOrEqual(parameters[name]?.high ?? 0)
    }
    expect([source, file]).toEqual(['measured', null])
    expect(errors.length).toBeGreaterThan(3)
    for (const { meanAbsoluteError } of errors) expect(meanAbsoluteError).toBeLessThan(0.05)
  })

  test('--write makes the document measured, keeps its comments, and status says so', async () => {
    const file = written('whole.yml', system)
    const { code, err } = await calibrated([whole, '--write', '--system', file])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const text = readFileSync(file, 'utf8')
    expect(text.match(/#.*$/gm)).toEqual(system.match(/#.*$/gm))
    expect(parse(text).workload).toMatchObject({ source: 'measured', thinkSeconds: 2.2 })
    const status = await answer(['status', '--offline', '--system', file], {})
    expect(status.out).toContain('Measured: the workload')
    expect(status.out).not.toContain('Assumed, not measured')
  })

  test('what nobody measured stays a guess, by name, and the document stays assumed', async () => {
    const samples = rates.map((rate) => sampleAt(rate, ['busySessions']))
    const file = written('part.yml', system)
    const some = written('part.json', JSON.stringify({ service: 'backend', samples }))
    const { code, out } = await calibrated([some, '--write', '--json', '--system', file])
    expect(code).toBe(0)
    expect(shape.parse(JSON.parse(out)).undetermined).toMatchObject([
      { parameter: 'databaseSeconds', why: 'too-few' },
    ])
    const { workload } = parse(readFileSync(file, 'utf8'))
    expect(workload).toMatchObject({ source: 'assumed', databaseSeconds: 0.01, thinkSeconds: 2.2 })
  })

  test.each([
    ['too few samples', JSON.stringify([sampleAt(4), sampleAt(5)]), /2 samples.*too few; 6/],
    ['a field that nobody knows', '- { requestsPerSecond: 4, colour: red }', /samples\.0.*colour/],
    ['a rate that is none', '- { requestsPerSecond: -4 }', /samples\.0\.requestsPerSecond/],
    ['a text that is none', '{[', /neither YAML nor JSON/],
    [
      'another service',
      JSON.stringify({ service: 'mars', samples: rates.map((one) => sampleAt(one)) }),
      /mars/,
    ],
  ])('%s is wrong input (2), and is said', async (what, content, says) => {
    const { code, out, err } = await calibrated([
      written(`${what.replaceAll(' ', '-')}.yml`, content),
    ])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(says)
    expect(err.trim().split('\n')).toHaveLength(1)
  })
})
