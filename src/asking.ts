/** Posts a terminal's request into Slack: what `main` would hold if it were not so long. */
import { pino } from 'pino'
import type { AskedRun, Asking } from './cli/verbs.ts'
import { readConfig } from './config.ts'
import { sentenceOf } from './config-urls.ts'
import { readSystemFile } from './documents.ts'
import { newId } from './ledger/ids.ts'
import { requestMessage } from './slack/views/request.ts'
import { systemClock, systemTimers } from './world/clock.ts'

export async function ask({ name, title, parameters, channel, system }: Asking): Promise<AskedRun> {
  const config = readConfig()
  if (config.kind === 'config-problem') return wrong(sentenceOf(config))
  if (config.kind === 'rehearsal')
    return wrong(
      `No SLACK_* is set, so there is no workspace to ask in: in a rehearsal type /runbook start ${name} on its page.`,
    )
  const read = readSystemFile(system ?? config.systemFile)
  if (read.kind === 'wrong') return read
  const place = channel ?? read.document.policy.channels?.[0]
  if (place === undefined)
    return wrong('In which channel? Name it with --channel, or in policy.channels of the document.')
  const run = newId(systemClock.now())
  const note = config.googleApiRoot === null ? null : 'local cloud: nothing real is touched'
  const message = requestMessage({ run, name, parameters: { ...parameters } }, title, note)
  if (message === null)
    return wrong('These parameters are longer than a button of Slack can carry.')
  const log = pino({ level: 'silent' })
  const { connectSlack } = await import('./slack/app.ts')
  const { api } = connectSlack({
    ...{ ...config.slack, log, clock: systemClock, timers: systemTimers, ready: () => false },
  })
  try {
    return { kind: 'asked', run, ...(await api.post(place, message)) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return wrong(`Slack did not take the request for ${place}: ${why}. Try plimsoll doctor.`)
  }
}

function wrong(sentence: string): AskedRun {
  return { kind: 'wrong', sentence }
}
