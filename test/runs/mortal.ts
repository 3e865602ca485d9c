/** A process that dies at a chosen point: before or after an append or a write. A dead one does nothing more. */
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { CloudRunReader, CloudRunWriter } from '../../src/world/ports/cloud-run.ts'
import type { CloudSqlWriter } from '../../src/world/ports/cloud-sql.ts'
import type { TestCloudRun } from './simulated-cloud-run.ts'
import type { TestCloud } from './simulated-world.ts'

export class ProcessDied extends Error {
  constructor(point: string) {
    super(`the process died ${point}`)
    this.name = 'ProcessDied'
  }
}

/**
 * At the `at`th append or write of this process, counted from 1. `in-flight`: the request has left and
 * arrives `lateMs` later, when nobody waits for it.
 */
export type Death = {
  readonly at: number
  readonly when: 'before' | 'after' | { readonly inFlightMs: number }
}

/** `cloudRun`: where the life's writes go to Cloud Run instead. */
export function mortal(
  ledger: Ledger,
  cloud: TestCloud,
  death: Death | null,
  cloudRun: TestCloudRun | null = null,
) {
  /** What this process has come to, in order. */
  const points: string[] = []
  let isDead = false
  const die = (point: string): never => {
    isDead = true
    throw new ProcessDied(point)
  }
  const alive = <T>(work: () => Promise<T>): Promise<T> =>
    isDead ? Promise.reject(new ProcessDied('already')) : work()
  const passing = async <T>(point: string, work: () => Promise<T>): Promise<T> => {
    if (isDead) die('already')
    points.push(point)
    const when = points.length === death?.at ? death.when : 'never'
    if (when === 'before') die(`before ${point}`)
    if (typeof when === 'object') {
      if (point !== write) die(`before ${point}`)
      const world = cloudRun ?? cloud
      world.provoke({ lateMs: when.inFlightMs })
      await work().catch(() => die(`while ${point} was on its way`))
    }
    const result = await work()
    if (when === 'after') die(`after ${point}`)
    return result
  }
  return {
    points,
    ledger: {
      now: () => alive(() => ledger.now()),
      append: (appends) =>
        passing(
          appends.map(({ events }) => events.map(({ type }) => type).join(', ')).join(' + '),
          () => ledger.append(appends),
        ),
      head: (stream) => alive(() => ledger.head(stream)),
      read: (stream) => alive(() => ledger.read(stream)),
      due: (now, limit) => alive(() => ledger.due(now, limit)),
      newest: (prefix, limit) => alive(() => ledger.newest(prefix, limit)),
      keepDocument: (digest, body) => alive(() => ledger.keepDocument(digest, body)),
      document: (digest) => alive(() => ledger.document(digest)),
      close: () => ledger.close(),
    } satisfies Ledger,
    ...(cloudRun === null
      ? {}
      : {
          cloudRun: {
            reader: {
              service: (name) => alive(() => cloudRun.reader.service(name)),
              revision: (name, revision) => alive(() => cloudRun.reader.revision(name, revision)),
              revisionOf: (name, intent) => alive(() => cloudRun.reader.revisionOf(name, intent)),
              operation: (name, id) => alive(() => cloudRun.reader.operation(name, id)),
            } satisfies CloudRunReader,
            writer: {
              patch: (clearance, change) =>
                passing(write, () => cloudRun.writer.patch(clearance, change)),
            } satisfies CloudRunWriter,
          },
        }),
    cloud: {
      reader: {
        instance: (name: string) => alive(() => cloud.reader.instance(name)),
        operation: (name: string) => alive(() => cloud.reader.operation(name)),
        operations: (name: string) => alive(() => cloud.reader.operations(name)),
        backups: (name: string) => alive(() => cloud.reader.backups(name)),
      },
      writer: {
        patch: (clearance, change) => passing(write, () => cloud.writer.patch(clearance, change)),
        createReplica: (clearance, replica) =>
          passing(write, () => cloud.writer.createReplica(clearance, replica)),
        deleteReplica: (clearance, replica) =>
          passing(write, () => cloud.writer.deleteReplica(clearance, replica)),
        backUp: (clearance, backup) => passing(write, () => cloud.writer.backUp(clearance, backup)),
      } satisfies CloudSqlWriter,
    },
  }
}

export const write = 'WRITE'
