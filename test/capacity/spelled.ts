/** JSON with every number spelled out: `JSON.stringify` alone writes null for a NaN and an infinity. */
export function spelled(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'number' && !Number.isFinite(one) ? String(one) : one,
  )
}
