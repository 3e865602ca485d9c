/** The real door and desk over HTTP, in this process: a ledger whose appends can be held back, and timers by hand. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Library, libraryOf } from '../../src/define/library.ts'
import { readSystemFile } from '../../src/documents.ts'
import { idOf, newId } from '../../src/ledger/ids.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openSqliteLedger } from '../../src/ledger/sqlite.ts'
import { type LocalSlack, startLocalSlack } from '../../src/rehearsal/slack/local-slack.ts'
import { checklistsOn } from '../../src/runs/checklist/journal.ts'
import { checklistRequestsOn } from '../../src/runs/checklist/requests.ts'
import { journalOn } from '../../src/runs/journal.ts'
import { lookWith } from '../../src/runs/look.ts'
import { requestsOn } from '../../src/runs/requests.ts'
import { connectSlack, type SlackDoor } from '../../src/slack/app.ts'
import { deskOf } from '../../src/slack/desk.ts'
import { peopleOf } from '../../src/slack/people.ts'
import { catalogue } from '../../src/steps/index.ts'
import { systemClock } from '../../src/world/clock.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { projectRoot } from '../e2e/process.ts'
import { until } from '../e2e/until.ts'

export type Bench = {
  readonly slack: LocalSlack
  readonly ledger: Ledger
  /** Appends wait from now on. */
  hold: () => void
  release: () => void
  appendWaits: () => Promise<unknown>
  /** Requests that were let in and are not answered yet. */
  people: () => number
  /** Where Slack sends them. */
  url: string
  /** Every timer that was set and not cancelled ends now. */
  timeIsUp: () => void
  stop: () => Promise<void>
}

const credentials = { botToken: 'xoxb-bench', signingSecret: 'bench' }

export async function openBench(library = libraryOf([])): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-desk-'))
  const opened = openSqliteLedger(folder, systemClock)
  if (opened.kind === 'held') throw new Error('a fresh folder is held')
  const gate = gateOn(opened)
  let url: string | null = null
  const slack = await startLocalSlack({ ...credentials, deliverTo: () => url })
  const timers = timersByHand()
  const log = pino({ level: 'silent' })
  const ready = () => true
  const door = connectSlack({
    ...{ ...credentials, apiUrl: `${slack.url}/api/`, clock: systemClock, timers, log, ready },
  })
  const desk = await deskOn(gate.ledger, door, library)
  let people = 0
  const toPeople = <T>(work: () => Promise<T>) => {
    people += 1
    return work().finally(() => {
      people -= 1
    })
  }
  const port = await door.open(desk, { port: 0, host: '127.0.0.1', toPeople, idOf })
  url = `http://127.0.0.1:${port}/slack/events`
  return {
    ...{ slack, ledger: opened, hold: gate.hold, release: gate.release, url },
    people: () => people,
    timeIsUp: timers.up,
    appendWaits: () => until('an append waits', () => (gate.held() > 0 ? true : undefined)),
    stop: async () => {
      gate.release()
      await door.close()
      await slack.stop()
      await opened.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function deskOn(ledger: Ledger, { api, seal }: SlackDoor, library: Library) {
  const read = readSystemFile(join(projectRoot, 'system.yml'))
  if (read.kind === 'wrong') throw new Error(read.sentence)
  const { document } = read
  const { team } = await api.identity()
  const failures: unknown[] = []
  const onFailure = (error: unknown) => void failures.push(error)
  const people = peopleOf(api, team, systemClock, onFailure)
  const journal = journalOn(ledger, () => undefined)
  const look = lookWith({
    ...{ document, catalogue, clock: systemClock, now: journal.now, headroom: journal.headroom },
    load: async () => undefined,
    read: nowhere.read,
  })
  const requests = requestsOn({
    ...{ document, journal, world: nowhere, wake: () => undefined },
    newId: () => newId(systemClock.now()),
  })
  const checklists = checklistsOn(ledger, () => undefined)
  const checklistRequests = checklistRequestsOn({
    ...{ document, catalogue, checklists, journal, requests, wake: () => undefined },
  })
  return deskOf({
    checklists: { ...checklists, requests: checklistRequests },
    ...{ document, catalogue, requests, look, journal, people, api, team, onFailure },
    note: null,
    newId: () => newId(systemClock.now()),
    seal,
    library,
  })
}

function gateOn(ledger: Ledger) {
  let isHeld = false
  const waiting: (() => void)[] = []
  return {
    ledger: {
      ...ledger,
      append: async (appends) => {
        if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve))
        return ledger.append(appends)
      },
    } satisfies Ledger,
    hold: () => {
      isHeld = true
    },
    release: () => {
      isHeld = false
      for (const go of waiting.splice(0)) go()
    },
    held: () => waiting.length,
  }
}

function timersByHand() {
  const set = new Set<() => void>()
  return {
    after: (_waitMs: number, work: () => void) => {
      set.add(work)
      return { cancel: () => void set.delete(work) }
    },
    up: () => {
      for (const work of set) work()
      set.clear()
    },
  }
}
