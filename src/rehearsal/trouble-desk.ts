/** Make it fail: what a person has go wrong in the local cloud, and what came of it. */
import type { LocalCloud } from './cloud/local-cloud.ts'
import type { Mishap } from './cloud/mishaps.ts'
import { clockTime } from './page/dates.ts'
import {
  type LastingTrouble,
  lastingTroubles,
  type NextTrouble,
  nextTrouble,
  readLagMs,
  saidOf,
  stoppableMetric,
  type TroubleView,
} from './page/troubles.ts'

export type TroubleDesk = {
  view: () => TroubleView
  /** The next change meets this and nothing else; what was armed before is not any more. */
  arm: (next: NextTrouble) => void
  switch: (what: LastingTrouble, isOn: boolean) => void
  /** A change has just reached the cloud, and met this. */
  wrote: (mishap: Mishap | null) => void
}

export function openTroubleDesk(options: {
  readonly cloud: Pick<LocalCloud, 'trouble' | 'monitoring' | 'sent' | 'changes'>
  readonly clock: { readonly now: () => number }
  readonly onChange: () => void
}): TroubleDesk {
  const { clock, onChange } = options
  const { trouble, monitoring } = options.cloud
  let met: TroubleView['met'] = null
  const isOn: Readonly<Record<LastingTrouble, () => boolean>> = {
    'reads-fail': () => trouble.reads().fail !== null,
    'reads-lag': () => trouble.reads().lagMs > 0,
    'metric-stops': () => monitoring.stoppedMetrics().includes(stoppableMetric),
  }
  return {
    view: () => ({
      next: nextTrouble.catch('nothing').parse(trouble.armed()[0]?.how),
      lasting: lastingTroubles.map(({ what }) => what).filter((what) => isOn[what]()),
      met,
      ...{ sent: options.cloud.sent, accepted: options.cloud.changes.length },
    }),
    arm: (next) => {
      trouble.disarm()
      if (next !== 'nothing') trouble.provoke({ on: 'write', how: next })
      met = null
      onChange()
    },
    switch: (what, on) => {
      if (what === 'reads-fail') trouble.failReads(on ? 'unavailable' : null)
      else if (what === 'reads-lag') trouble.lagReads(on ? readLagMs : 0)
      else if (on) monitoring.stopMetric(stoppableMetric)
      else monitoring.resumeMetric(stoppableMetric)
      onChange()
    },
    wrote: (mishap) => {
      if (mishap !== null) met = { words: saidOf(mishap.how), at: clockTime(clock.now()) }
      onChange()
    },
  }
}
