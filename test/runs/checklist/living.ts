/** The deployment checklist on a process of the bot without Slack: asked, looked at, its streams read. */
import deploymentChecklist from '../../../runbooks/deployment-checklist.ts'
import { bindRunbook } from '../../../src/define/define-runbook.ts'
import { newId } from '../../../src/ledger/ids.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { type Checklist, checklistStream } from '../../../src/runs/checklist/checklist.ts'
import { checklistEventSchema } from '../../../src/runs/checklist/events.ts'
import { checklistsOn } from '../../../src/runs/checklist/journal.ts'
import { lookingWith } from '../../../src/runs/checklist/looking.ts'
import { type ChecklistAnswer, checklistRequestsOn } from '../../../src/runs/checklist/requests.ts'
import { catalogue } from '../../../src/steps/index.ts'
import { memoryLedger } from '../../ledger/memory-ledger.ts'
import { handClock } from '../../world/hand-clock.ts'
import { channel, type ProcessOptions, processOn, sofia } from '../process.ts'
import { simulateCloud } from '../simulated-world.ts'

export const boxOf = { celery: 0, tier: 2, dashboards: 5, alerts: 6, documented: 8 } as const

export type LivingOptions = {
  readonly ledger?: (ledger: Ledger) => Ledger
  readonly cloud?: (cloud: ProcessOptions['cloud']) => ProcessOptions['cloud']
}

export function living({ ledger: through = (it) => it, cloud = (it) => it }: LivingOptions = {}) {
  const clock = handClock()
  const ledger = through(memoryLedger(clock))
  const simulated = simulateCloud({ clock })
  const bot = processOn({ ledger, clock, cloud: cloud(simulated) })
  const { document, journal, requests, means } = bot
  const checklists = checklistsOn(ledger, () => undefined)
  const looking = lookingWith({
    ...{ document, checklists, clock, now: ledger.now, read: means.world.read },
  })
  const asked = checklistRequestsOn({
    ...{ document, catalogue, checklists, journal, requests },
    wake: looking.hurry,
  })
  const start = (parameters: object = {}) => {
    const bound = bindRunbook(deploymentChecklist, parameters, catalogue)
    if (bound.kind !== 'bound-runbook') throw new Error('the checklist does not bind')
    return asked.start({ id: newId(clock.now()), bound, digest: 'f1', channel }, sofia)
  }
  /** Started by Sofia, and looked at once. */
  const begun = async (): Promise<Checklist> => {
    const { id } = checklistIn(await start())
    await looking.advance(id)
    return now(id)
  }
  const now = async (id: string): Promise<Checklist> => {
    const checklist = await checklists.read(id)
    if (checklist === null) throw new Error(`no checklist ${id}`)
    return checklist
  }
  const events = async (id: string) =>
    (await ledger.read(checklistStream(id))).map(({ event }) => checklistEventSchema.parse(event))
  return { ...bot, simulated, checklists, looking, asked, start, begun, now, events }
}

export function checklistIn(answer: ChecklistAnswer): Checklist {
  if (answer.kind === 'checklist-changed') return answer.checklist
  throw new Error(`not taken: ${answer.code}`)
}
