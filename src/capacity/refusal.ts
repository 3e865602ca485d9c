/** An expected no, with its reason and the remedy. A value, never thrown; a face renders it in words. DESIGN.md, 2. */

/** Each code with the values that its sentence needs. */
export type Refusals = {
  /** What this System may not have: well formed, and against the target's own rules. */
  'edition-differs': { tier: string; edition: string; subject: string }
  'min-above-max': { service: string; minInstances: number; maxInstances: number }
  'no-such': { what: string; name: string; known: readonly string[] }
}

export type RefusalCode = keyof Refusals

export type Refusal = {
  [Code in RefusalCode]: {
    readonly kind: 'refusal'
    readonly code: Code
    readonly values: Readonly<Refusals[Code]>
  }
}[RefusalCode]

export function refuse<Code extends RefusalCode>(
  code: Code,
  values: Refusals[Code],
): { readonly kind: 'refusal'; readonly code: Code; readonly values: Readonly<Refusals[Code]> } {
  return { kind: 'refusal', code, values }
}
