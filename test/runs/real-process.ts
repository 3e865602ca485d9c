/** A process with everything real but Slack: the local cloud over HTTP, the adapter, SQLite in a temporary folder. */
import type { LocalCloudOptions } from '../../src/rehearsal/cloud/local-cloud.ts'
import { Fault } from '../../src/world/fault.ts'
import type {
  CloudSqlPatch,
  CloudSqlReader,
  CloudSqlWriter,
} from '../../src/world/ports/cloud-sql.ts'
import { opened, temporaryFolder } from '../ledger/temporary.ts'
import { tuki } from '../world/tuki-cloud.ts'
import { database, type ProcessOptions, processOn } from './process.ts'

export type RealOptions = Partial<
  Pick<ProcessOptions, 'postgres' | 'pgBouncer' | 'document' | 'catalogue'>
> & {
  readonly cloud?: Partial<LocalCloudOptions>
  readonly timeOutMs?: number
  /** What stands between the bot and the writer of the adapter. */
  readonly through?: (writer: CloudSqlWriter, others: () => Promise<void>) => CloudSqlWriter
}

export async function realProcess(options: RealOptions = {}) {
  const times = { operationSeconds: 12, restartSeconds: 6 }
  const { clock, cloud, reader, writer, clearance } = await tuki(
    { ...times, ...options.cloud },
    options.timeOutMs,
  )
  /** Somebody else's change, at the version that is current. */
  const others = async (change: Partial<CloudSqlPatch> = { availability: 'zonal' }) => {
    const { settingsVersion, userLabels } = cloud.instance(database)
    const patch = { instance: database, settingsVersion, userLabels, ...change }
    await writer.patch(clearance(), patch)
  }
  let isBlind = () => false
  let before = async (): Promise<void> => undefined
  const looking = async (): Promise<CloudSqlReader> => {
    if (isBlind()) throw new Fault('unreachable', 'no', 'nobody answers')
    await before()
    return reader
  }
  const eyes: CloudSqlReader = {
    instance: async (name) => (await looking()).instance(name),
    operation: async (name) => (await looking()).operation(name),
    operations: async (name) => (await looking()).operations(name),
    backups: async (name) => (await looking()).backups(name),
  }
  const folder = temporaryFolder()
  const ledger = opened(folder, clock)
  const through = options.through ?? ((it: CloudSqlWriter) => it)
  const process = processOn({
    ...options,
    ledger,
    clock,
    cloud: { reader: eyes, writer: through(writer, others) },
  })
  /** The writes that reached the cloud, refused ones too. */
  const patches = () => cloud.requests.filter(({ method }) => method !== 'GET')
  const blindWhile = (condition: () => boolean) => {
    isBlind = condition
  }
  const beforeReads = (work: () => Promise<void>) => {
    before = work
  }
  return { ...process, cloud, others, patches, folder, reader, writer, blindWhile, beforeReads }
}
