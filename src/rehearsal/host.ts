/** A whole rehearsal on this machine: local cloud, local Slack, the page, and the bot as a child of this process. */
import { readFileSync } from 'node:fs'
import { holdDataFolder } from './data-folder.ts'
import { listenOn } from './ports.ts'
import { openWorkshop, type WorkshopOptions } from './workshop.ts'

export type RehearsalOptions = WorkshopOptions & {
  /** The page's: this one or none. Absent: 3000, or the next free one. */
  readonly port?: number
  /** The rehearsal's own part of it is emptied at start. */
  readonly dataFolder: string
  /** A line for standard output; absent: standard output. */
  readonly print?: (line: string) => unknown
}

export type Rehearsal =
  | {
      readonly kind: 'running'
      readonly url: string
      stop: () => Promise<void>
      /** Resolves when it has stopped, with the exit code. */
      readonly ended: Promise<number>
    }
  | { readonly kind: 'refused'; readonly exitCode: 1 | 2; readonly sentence: string }

const firstPort = 3000

/** Resolves when the bot is ready, so that the address that is printed answers. */
export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const folder = await holdDataFolder(options.dataFolder)
  if (folder.kind === 'taken') {
    const where = folder.address === null ? '' : ` at ${folder.address}`
    return refused(1, `A rehearsal is already running${where}.`)
  }
  const workshop = await openWorkshop(options, folder.path)
  const ended = Promise.withResolvers<number>()
  let stopping: Promise<void> | undefined
  const stopOnce = async (code: number): Promise<void> => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await workshop.stop()
    await folder.release()
    ended.resolve(code)
  }
  const stop = (code = 0): Promise<void> => {
    stopping ??= stopOnce(code)
    return stopping
  }
  const onSignal = (): void => void stop()
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)

  const wanted = options.port === undefined ? { from: firstPort } : { only: options.port }
  const port = await listenOn(workshop.pageServer, wanted)
  if (port === null) {
    await stop(2)
    return refused(2, `Port ${options.port} is taken. Set PORT to a free one, or leave it out.`)
  }
  const url = `http://localhost:${port}`
  await folder.tell(url)
  const outcome = await Promise.race([
    workshop.ready.then(() => 'up'),
    workshop.givenUp.then(() => 'given up'),
    ended.promise.then(() => 'stopped'),
  ])
  if (outcome === 'given up') {
    const words = lastWords(workshop.botLog)
    // What it was told is wrong, or something failed: its own word for it.
    const code = (await workshop.givenUp) === 2 ? 2 : 1
    await stop(code)
    return refused(code, words)
  }
  workshop.givenUp.then(() => {
    process.stderr.write(`${lastWords(workshop.botLog)}\n`)
    return stop(1)
  })
  if (outcome === 'up') printLines(options.print, url)
  return { kind: 'running', url, stop: () => stop(), ended: ended.promise }
}

function printLines(given: RehearsalOptions['print'], url: string): void {
  const print = given ?? ((line) => process.stdout.write(`${line}\n`))
  print(url)
  print('rehearsal: nothing real is touched')
  print('to stop: Ctrl-C')
}

function refused(exitCode: 1 | 2, sentence: string): Rehearsal {
  return { kind: 'refused', exitCode, sentence }
}

function lastWords(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(-8)
  return ['The bot does not start. Its last words:', ...lines].join('\n')
}
