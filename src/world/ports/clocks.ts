/** What the answers of others say of this machine's clock. Types only. */

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
