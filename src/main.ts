/**
 * The composition root: config -> world -> ledger -> dispatcher -> faces. The only file that knows
 * all. DESIGN.md, 4.
 */
import { relative, resolve } from 'node:path'
import { type Logger, pino } from 'pino'
import { ask } from './asking.ts'
import type { SystemDocument } from './capacity/system.ts'
import { runCommandLine } from './cli/program.ts'
import type { Opened, Shelf } from './cli/verbs.ts'
import {
  type BotConfig,
  environmentWith,
  hostFor,
  type RehearsalConfig,
  readConfig,
  readFiles,
  readWorld,
} from './config.ts'
import { sentenceOf } from './config-urls.ts'
import type { Library } from './define/library.ts'
import { type Courtesy, courtesyOn } from './dispatch/courtesy.ts'
import { examineSetup } from './doctor.ts'
import {
  createSystemFile,
  dataFolderProblem,
  readSystemFile,
  rewriteSystemFile,
} from './documents.ts'
import { idOf, newId } from './ledger/ids.ts'
import { LedgerUnavailable } from './ledger/ledger.ts'
import { ledgerVerbs, type OpenLedger, openLedger } from './ledgers.ts'
import { loadRunbooks } from './library/load.ts'
import {
  checklistOfStream,
  checklistStream,
  isChecklistStream,
} from './runs/checklist/checklist.ts'
import { checklistsOn } from './runs/checklist/journal.ts'
import { lookingWith } from './runs/checklist/looking.ts'
import { checklistRequestsOn } from './runs/checklist/requests.ts'
import type { RunEvent } from './runs/events.ts'
import { advance, parkBroken } from './runs/executor.ts'
import { emptyHeadroom } from './runs/headroom.ts'
import { journalOn } from './runs/journal.ts'
import { lookWith } from './runs/look.ts'
import { stopIfLost } from './runs/lost-ledger.ts'
import type { Means } from './runs/means.ts'
import { UnknownEvent } from './runs/read-events.ts'
import { requestsOn } from './runs/requests.ts'
import { runOfStream } from './runs/run.ts'
import type { Run } from './runs/stage.ts'
import type { SlackDoor } from './slack/app.ts'
import { deskOf } from './slack/desk.ts'
import { presentChecklists, presentReminders, presentRuns, redrawing } from './slack/living.ts'
import { paceOn } from './slack/pace.ts'
import { peopleOf } from './slack/people.ts'
import { intentLabel } from './steps/cloud-sql-patch.ts'
import { catalogue } from './steps/index.ts'
import { survey } from './surveying.ts'
import { loadProblemSentence } from './words/en-runbooks.ts'
import { databaseNames } from './world/by-url.ts'
import { systemClock, systemTimers } from './world/clock.ts'
import { connectWorld, offlineReach } from './world/connect.ts'
import { giveMemoryBack } from './world/give-back.ts'
import { endSoon, toldToStop } from './world/told-to-stop.ts'

const print = (text: string) => void process.stdout.write(`${text}\n`)
const complain = (text: string) => void process.stderr.write(`${text}\n`)

/** Runs one command and gives its exit code. `start` ends when the process is told to. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(args, {
    ...{ catalogue, shelf, open: openLook, survey, ledger: ledgerVerbs, start, examineSetup, ask },
    ...{ print, complain, rewrite: rewriteSystemFile, create: createDocument },
  })
}

/** The folder of PLIMSOLL_RUNBOOKS. */
function shelf(): Shelf {
  const files = readFiles()
  if ('kind' in files) return { kind: 'wrong', sentence: sentenceOf(files) }
  const folder = files.runbooksFolder
  const source = relative(resolve(folder), import.meta.dirname).replaceAll('\\', '/')
  return { kind: 'shelf', folder, source, load: () => loadRunbooks(folder) }
}

function createDocument(system: string | undefined, text: string): string | null {
  const files = readFiles()
  return 'kind' in files ? sentenceOf(files) : createSystemFile(system ?? files.systemFile, text)
}

async function start(system: string | undefined): Promise<number> {
  const config = readConfig(environmentWith(system))
  if (config.kind === 'config-problem') return refused(sentenceOf(config))
  const read = readSystemFile(config.systemFile)
  if (read.kind === 'wrong') return refused(read.sentence)
  const isHere = config.kind === 'rehearsal' || config.ledger === null
  const unfit = isHere ? dataFolderProblem(config.dataFolder) : null
  if (unfit !== null) return refused(unfit)
  return config.kind === 'rehearsal' ? rehearse(config) : startBot(config, read.document)
}

async function rehearse(config: RehearsalConfig): Promise<number> {
  const { port, dataFolder, environment } = config
  const { startRehearsal } = await import('./rehearsal/host.ts')
  const rehearsal = await startRehearsal({
    dataFolder,
    env: { ...environment, PLIMSOLL_SYSTEM: config.systemFile },
    ...(port === null ? {} : { port }),
  })
  if (rehearsal.kind === 'running') return rehearsal.ended
  complain(rehearsal.sentence)
  return rehearsal.exitCode
}

/** What `status`, `check` and `explain` look at: the document, overlaid with the world where one is configured. */
function openLook({ system, offline }: { system?: string | undefined; offline: boolean }): Opened {
  const files = readFiles()
  if ('kind' in files) return { kind: 'wrong', sentence: sentenceOf(files) }
  const file = system ?? files.systemFile
  const read = readSystemFile(file)
  if (read.kind === 'wrong') return read
  const world = offline ? offlineReach : readWorld(read.document.project)
  if ('kind' in world) return { kind: 'wrong', sentence: sentenceOf(world) }
  // A command ends when it has answered: no connection is kept for the next question.
  const connected = connectWorld(read.document, { ...world, ...files, keepMs: 0 })
  const look = lookWith({
    document: read.document,
    catalogue,
    ...{ read: connected.read, load: connected.load },
    clock: systemClock,
    now: async () => systemClock.now(),
    headroom: async () => emptyHeadroom,
  })
  return { kind: 'opened', file, document: read.document, look }
}

async function startBot(config: BotConfig, document: SystemDocument): Promise<number> {
  const world = readWorld(document.project)
  if ('kind' in world) return refused(sentenceOf(world))
  const loaded = await loadRunbooks(config.runbooksFolder)
  if (loaded.kind === 'wrong') {
    for (const problem of loaded.problems) complain(loadProblemSentence(problem))
    return 2
  }
  const log = pino({ level: config.logLevel })
  const opened = await openLedger(config, databaseNames(document), (error) =>
    log.warn({ err: error }, 'the jobs on the ledger failed'),
  )
  if (opened.kind === 'unusable') {
    complain(opened.sentence)
    return opened.exitCode
  }
  giveMemoryBack((error) => log.warn({ err: error }, 'no memory was given back'))
  try {
    return await runBot({ config, document, opened, library: loaded.library, log })
  } finally {
    await opened.close()
  }
}

/** What was read and opened before anything begins. */
type Base = {
  readonly config: BotConfig
  readonly document: SystemDocument
  readonly opened: OpenLedger
  readonly library: Library
  readonly log: Logger
}

async function runBot(base: Base): Promise<number> {
  const { config, opened, log } = base
  let ready = false
  const courtesy = courtesyOn(systemTimers)
  // Bolt is a fifth of what a command would compute, and most commands need no Slack.
  const { connectSlack } = await import('./slack/app.ts')
  const door = connectSlack({
    ...config.slack,
    clock: systemClock,
    timers: systemTimers,
    log,
    ready: () => ready,
  })
  const identity = await door.api.identity().catch((error: unknown) => {
    log.debug({ err: error }, 'auth.test failed')
    return null
  })
  if (identity === null) {
    complain('Slack does not know SLACK_BOT_TOKEN, or does not answer: copy it from the app again.')
    return 1
  }
  const bot = assemble({ ...base, door, courtesy, team: identity.team })
  try {
    await bot.world.endStrays()
    const where = { port: config.port, host: hostFor(config), toPeople: courtesy.toPeople, idOf }
    // Begun before anybody can ask for anything.
    const judging = bot.stopIfLost(identity.botUser)
    const [port, lost] = await Promise.all([door.open(bot.desk, where), judging])
    if (port === null) return refused(`Port ${config.port} is taken: set PORT to a free one.`)
    if (lost !== null) log.warn(`Everything is stopped: ${lost}.`)
    opened.announce({ pid: process.pid, address: `http://localhost:${port}` })
    await bot.redraw()
    for (const system of await bot.journal.strangers())
      log.warn({ system }, 'open runs are of a System that is not my document: left alone')
    await bot.world.load()
    ready = true
    log.info({ port }, 'listening')
    const endFeed = bot.world.feed({
      missed: (fault) => log.warn({ err: fault }, 'a minute of Celery is missing'),
      untelling: (workers) => log.warn({ workers }, 'workers do not tell how all tasks end: -E'),
    })
    await toldToStop({ mayBeChild: config.slack.apiUrl !== null })
    endSoon(() => log.error('not everything ended in time; whoever comes next goes on with it'))
    ready = false
    endFeed()
    return 0
  } finally {
    // Also where it did not come so far: what works by itself would keep a process that answers nobody.
    await door.close()
    await bot.dispatcher.stop()
    for (const presenter of Object.values(bot.presenters)) presenter.stop()
    await bot.world.close()
  }
}

type Door = { readonly door: SlackDoor; readonly courtesy: Courtesy; readonly team: string }

/** Who works with whom, once it is known who this bot is. */
function assemble({ config, document, opened, library, log, door, courtesy, team }: Base & Door) {
  const [{ api }, { ledger }] = [door, opened]
  const onFailure = (error: unknown) => log.warn({ err: error }, 'Slack did not answer')
  const note = config.googleApiRoot === null ? null : 'local cloud: nothing real is touched'
  const google = { apiRoot: config.googleApiRoot }
  const world = connectWorld(document, { ...config, google, keepMs: 30_000 })
  const heard = ({ id, box }: Run, events: readonly RunEvent[]) => {
    presenter.changed(id)
    if (events.some(({ type }) => type === 'person-reminded')) reminders.changed(id)
    if (box !== null) lookAgain(box.checklist)
  }
  const journal = journalOn(ledger, heard, document.name)
  const shown = { api, journal, timers: systemTimers, pace: paceOn(systemClock), note, onFailure }
  const presenter = presentRuns(shown)
  const reminders = presentReminders({ ...shown, policy: document.policy })
  const checklists = checklistsOn(ledger, (id) => checklistPresenter.changed(id), document.name)
  const now = ledger.now
  const looking = lookingWith({ document, checklists, read: world.read, clock: systemClock, now })
  const checklistPresenter = presentChecklists({ ...shown, checklists, looking })
  const lookAgain = (checklist: string) => {
    checklistPresenter.changed(checklist)
    looking.hurry(checklist)
    dispatcher.wake(checklistStream(checklist))
  }
  const people = peopleOf(api, team, systemClock, onFailure)
  const means: Means = {
    ...{ document, catalogue, world, journal, clock: systemClock },
    membersOf: people.membersOf,
    newId: () => newId(systemClock.now()),
    instance: newId(systemClock.now()),
  }
  const dispatcher = opened.dispatch({
    otherDied: () => void redraw().catch(onFailure),
    advance: async (run) => {
      await Promise.all([world.load(), courtesy.turn()])
      return isChecklistStream(run) ? looking.advance(checklistOfStream(run)) : advance(means, run)
    },
    due: async () => (await ledger.due(await ledger.now(), 1_000)).map(runOfStream),
    failed: (run, error) => {
      // Neither is the run's fault: the sweep comes back to it, or newer code does.
      if (error instanceof LedgerUnavailable || error instanceof UnknownEvent)
        return log.warn({ err: error, run }, 'not brought forward now')
      log.error({ err: error, run }, 'a run could not be brought forward')
      if (run !== null && !isChecklistStream(run))
        parkBroken(means, run, error).catch((again) => log.error({ err: again }))
    },
  })
  const requests = requestsOn({ ...means, wake: dispatcher.wake })
  const look = lookWith({ ...means, ...journal, read: world.read, load: world.load })
  const shared = { document, catalogue, library, journal, people, api, team, note, onFailure }
  const lost = (by: string) => stopIfLost({ ...shared, ...world.read, label: intentLabel, by })
  const asking = { ...means, checklists, requests, wake: lookAgain }
  const desk = deskOf({
    ...{ ...shared, requests, look, seal: door.seal, newId: means.newId },
    checklists: { ...checklists, requests: checklistRequestsOn(asking) },
  })
  const presenters = { presenter, reminders, checklistPresenter }
  const redraw = redrawing({ journal, checklists, dispatcher, ...presenters })
  return { desk, dispatcher, presenters, redraw, world, journal, stopIfLost: lost }
}

/** Wrong usage or input. contract.md, 3. */
function refused(sentence: string): number {
  complain(sentence)
  return 2
}

if (import.meta.main) {
  const args = process.argv.slice(2)
  process.exitCode = await main(args.length === 0 ? ['start'] : args)
}
