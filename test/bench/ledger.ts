/** What a bot has recorded, read beside it: Slack's own pace shows forty messages a minute. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

const restMsMax = 120_000
const lookEveryMs = 50

/** Until every run waits for a person. Gives how many there are. */
export async function allWait(folder: string): Promise<number> {
  const ledger = new DatabaseSync(join(folder, 'ledger.db'), { readOnly: true, timeout: 2_000 })
  try {
    const events = ledger.prepare(`SELECT 1 FROM events WHERE body ->> 'type' = ?`)
    const count = (type: string) => events.all(type).length
    const deadline = AbortSignal.timeout(restMsMax)
    while (count('approval-requested') < count('run-started')) {
      deadline.throwIfAborted()
      await pause(lookEveryMs)
    }
    return count('run-started')
  } finally {
    ledger.close()
  }
}
