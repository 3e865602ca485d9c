/** A run of ten steps whose bot is killed (SIGKILL) at given places, and the people who go on when it is back. */
import { type Instance, ids, incident, placeOf, type Stage } from '../../e2e/bot.ts'
import type { Servers } from '../../e2e/servers.ts'
import { until } from '../../e2e/until.ts'
import { isSame, type Place, stepEnds } from './places.ts'

/** What the ledger and the world tell; `by`: which instance appended, null: it was a write. */
export type Tell = (what: string, by: number | null) => void

export type Happening = Place & {
  readonly by: number
  /** Of the test's own clock, in ms. */
  readonly at: number
}

export type Death = Place & {
  /** From the kill to the next append or write, by whoever comes next. */
  readonly recoveryMs: number
  /** The same from the moment that the process was back and ready; null: another one was there all the while. */
  readonly readyMs: number | null
  /** From the kill until the pooler is let go; null: it was not held. */
  readonly resumedMs: number | null
}

export type Surroundings = {
  readonly stage: Stage
  readonly servers: Servers
  /** One, or two on the same ledger. */
  readonly instances: readonly Instance[]
  /** Tells what the ledger holds and nobody was told yet. */
  readonly catchUp: () => void
  readonly run: () => string
}

const steps = 10
/** Far more than anything takes, on a machine with much else to do. */
const patienceMs = 240_000

/** Follows one run from its start, and kills whoever comes to the next place. */
export function witness(places: readonly Place[], bots: () => readonly Instance[]) {
  const happened: Happening[] = []
  const left = [...places]
  const killed: Happening[] = []
  let [index, last] = [0, 0]
  const isDead = (by: number) => bots()[by]?.bot().hasEnded() === true
  const told: Tell = (what, by) => {
    // A write is the work of whoever appended last, unless that one is dead.
    last = by ?? (isDead(last) ? 1 - last : last)
    const one = { index, what, by: last, at: performance.now() }
    happened.push(one)
    const [next] = left
    if (next !== undefined && isSame(next, one) && killed.length === 0) {
      left.shift()
      killed.push(one)
      const pid = bots()[last]?.bot().pid
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
    }
    if (stepEnds.includes(what)) index += 1
    // What nobody could see when it was done is looked at again: that step had not ended.
    if (what === 'run-resumed') index -= 1
  }
  return { told, happened, left, isOver: () => index >= steps, killed: () => killed.shift() }
}

export type Witness = ReturnType<typeof witness>

/** From the command to the end of the run. */
export async function live(around: Surroundings, seen: Witness): Promise<readonly Death[]> {
  const { stage } = around
  const deaths: Death[] = []
  const happened = () => seen.happened.map(({ what }) => what).join(' ')
  const shown = () => `${happened()}\n${stage.shown()}`
  // It may die of being asked: what is in the ledger by then counts.
  await stage.slack.command(ids.ana, incident, '/runbook start every-guard')
  for (;;) {
    const met = await until(
      'it dies, or the run ends',
      async () => {
        around.catchUp()
        const died = seen.killed()
        if (died !== undefined || seen.isOver()) return { died }
        await answer(around, seen)
        return undefined
      },
      { withinMs: patienceMs, shown },
    )
    if (met.died === undefined) return deaths
    deaths.push(await recovered(around, seen, met.died))
  }
}

async function recovered(around: Surroundings, seen: Witness, died: Happening): Promise<Death> {
  const { stage, servers, instances, catchUp } = around
  const wasHeld = servers.isPaused()
  const [victim, survivor] = [instances[died.by], instances[1 - died.by]]
  if (victim === undefined) throw new Error('nobody died')
  await victim.bot().ended
  // What it did before it was gone is not yet somebody else's.
  catchUp()
  const from = seen.happened.length
  if (survivor !== undefined) stage.talkTo(survivor)
  const readyAt = survivor === undefined ? await backAgain(victim) : null
  const next = await until(
    'somebody goes on',
    async () => {
      catchUp()
      const after = seen.happened.slice(from)
      const found = after.find(({ by }) => survivor === undefined || by !== died.by)
      if (found === undefined) await answer(around, seen)
      return found
    },
    { withinMs: patienceMs, shown: stage.shown },
  )
  if (survivor !== undefined) await victim.start()
  const resumed = seen.happened.slice(from).find(({ what }) => what === 'RESUME')
  return {
    ...{ index: died.index, what: died.what },
    recoveryMs: next.at - died.at,
    readyMs: readyAt === null ? null : Math.max(0, next.at - readyAt),
    resumedMs: wasHeld ? (resumed?.at ?? Number.POSITIVE_INFINITY) - died.at : null,
  }
}

async function backAgain(victim: Instance): Promise<number> {
  await victim.start()
  return performance.now()
}

const beside: readonly string[] = ['message-posted', 'WRITE', 'PAUSE', 'RESUME']

/** What people do about the last thing that happened; where nobody hears them they try again. */
async function answer({ stage, run }: Surroundings, { happened }: Witness): Promise<void> {
  // What a server tells of a write can come after what the ledger tells of its end.
  const last = happened.findLast(({ what }) => !beside.includes(what))
  switch (last?.what) {
    case 'approval-requested':
      return press(stage, ids.luis, 'Approve')
    case 'step-verified':
      // Done, and not verified where a source was silent: a person lets it look again.
      return press(stage, ids.luis, 'Look again')
    case 'person-asked':
      return press(stage, ids.ana, 'Done')
    case 'run-parked':
      await stage.slack.command(ids.ana, incident, `/runbook skip ${run()} looked at by hand`)
  }
}

async function press({ all, slack }: Stage, who: string, button: string): Promise<void> {
  const place = placeOf(
    all().filter(({ onlyFor, threadTs }) => onlyFor === null && threadTs === null),
    button,
  )
  if (place !== undefined) await slack.click(who, incident, place.ts, place.blockId, place.actionId)
}
