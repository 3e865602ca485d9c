/** An instance of a later version: it brings a run forward with an event that nobody here knows, again and again. */
import { openPostgres, postgresLedger } from '../../../src/ledger/postgres.ts'
import { readPostgresUrl } from '../../../src/world/postgres-url.ts'
import { event } from '../../runs/histories.ts'

const read = readPostgresUrl(process.argv[2] ?? '')
if (read.kind === 'wrong') throw new Error(read.problem)
const ledger = postgresLedger(await openPostgres(read.address), async () => undefined)
const stream = 'run/newer'
const append = async (expectedVersion: number, ...events: { type: string; v: number }[]) => {
  await ledger.append([{ stream, expectedVersion, events, dueAt: 0 }])
}
await append(0, { ...event('run-started'), ...{ run: 'newer' } })
await append(1, { type: 'step-foreseen-by-nobody', v: 1 })
process.stdout.write('begun\n')
let version = 2
setInterval(() => {
  append(version, { ...event('message-posted'), v: 2 })
  version += 1
}, 500)
