/** A process that takes a data folder, says so, and holds it until it is killed. */
import { openSqliteLedger } from '../../src/ledger/sqlite.ts'
import { systemClock } from '../../src/world/clock.ts'

const [folder = '', address = ''] = process.argv.slice(2)
const ledger = openSqliteLedger(folder, systemClock)
if (ledger.kind === 'held') {
  process.stdout.write(`${JSON.stringify(ledger)}\n`)
} else {
  await ledger.append([
    { stream: 'run/held', expectedVersion: 0, events: [{ type: 'kept', v: 1 }], dueAt: null },
  ])
  if (address !== '') ledger.announce({ pid: process.pid, address })
  process.stdout.write('holding\n')
  process.stdin.resume()
}
