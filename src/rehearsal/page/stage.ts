/** What the page shows of the bot's life and of the cloud's troubles, and its switches: the host owns them. */
import type { LastingTrouble, NextTrouble, TroubleView } from './troubles.ts'

export type BotState =
  | { readonly kind: 'starting'; readonly since: number }
  | { readonly kind: 'up'; readonly since: number }
  | { readonly kind: 'dead'; readonly since: number }

export type StageView = {
  readonly bot: BotState
  /** Armed: the next change that reaches the local cloud kills the bot before the reply goes out. */
  readonly plug: 'idle' | 'armed'
  /** A change that waits for a yes, or one that the local cloud works on. */
  readonly resize: 'none' | 'asked' | 'running'
  /** How long the bot was away the last time; null while it never was. */
  readonly lastAbsenceMs: number | null
  readonly trouble: TroubleView
}

export type Stage = {
  view: () => StageView
  subscribe: (listener: () => void) => () => void
  /** Arms, disarms or kills, as the moment asks. */
  pullPlug: () => void
  /** What the next change in the local cloud meets. */
  arm: (next: NextTrouble) => void
  switch: (what: LastingTrouble, isOn: boolean) => void
}
