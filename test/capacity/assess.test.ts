/** Findings, supported users and binding laws of whole systems. */
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/capacity/assess.ts'
import type { Finding } from '../../src/capacity/finding.ts'
import { systemCases, today } from './golden.ts'

describe('the golden systems are assessed exactly', () => {
  it.each(systemCases)('$id', ({ system, expect: expected }) => {
    const assessment = assess(system, { today })
    // The file leaves these laws out.
    const found = assessment.findings
      .map(keyOf)
      .filter((key) => !/^(monthly-cost|response-time) /.test(key))
      .sort()
    expect(found).toEqual(expected.findings.map((one) => `${one.law} ${one.subject}`).sort())
    for (const one of expected.findings) {
      const finding = assessment.findings.find(
        ({ law, subject }) => law === one.law && subject === one.subject,
      )
      expect(finding).toMatchObject(withTolerance(one))
    }
    expect(assessment.supportedUsers).toBe(expected.supportedUsers)
    expect(assessment.binding).toEqual(expected.binding)
  })
})

function keyOf({ law, subject }: Finding): string {
  return `${law} ${subject}`
}

function withTolerance(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' ? expect.closeTo(value, 6) : value,
    ]),
  )
}
