/** How far our clock is from others'. Types only. DESIGN.md, 3. */

export type ClockSkew = {
  readonly of: 'google' | 'slack'
  /** The one whose clock it is, for people. */
  readonly host: string
  /** How far we are ahead, at least; 0: no further than the header and the way can tell. */
  readonly skewSeconds: number
  readonly at: number
}

export type ClockReader = {
  /** Of the newest answer of each. */
  readonly skews: () => readonly ClockSkew[]
}
