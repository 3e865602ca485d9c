/** `runbook start, status, abort, resume`: runs from a terminal, which asks and looks, and never decides. */
import type { Command } from 'commander'
import { isFollowUpOpen, isOpen } from '../runs/follow-up.ts'
import type { Run } from '../runs/stage.ts'
import { decideInSlack, runLine, runsHead } from '../words/en-runs.ts'
import { boundBy, withRunbook } from './runbook-shelf.ts'
import { terminalFace } from './text.ts'
import { beside, type LookingFace, type Options, say, verb, wrong } from './verbs.ts'

export function addRuns(runbook: Command, face: LookingFace): void {
  addStart(runbook, face)
  addStatus(runbook, face)
  for (const decision of ['abort', 'resume'] as const)
    verb(runbook, decision, 'decided in Slack, where it is known who decides')
      .argument('<run>', 'its living message names it')
      .action((run: string) => wrong(face, decideInSlack(decision, run)))
}

function addStart(runbook: Command, face: LookingFace): void {
  const { verbs } = face
  verb(runbook, 'start', 'ask for one in Slack, where a person takes the request over')
    .argument('<name>', 'a runbook, as `plimsoll runbook list` names it')
    .argument('[parameters...]', 'key=value')
    .option('--channel <channel>', 'where; else the first of policy.channels')
    .action((name: string, words: readonly string[], options: StartOptions) =>
      withRunbook(face, name, async (entry) => {
        const bound = boundBy(entry.runbook, words, face)
        if (typeof bound === 'string') return wrong(face, bound)
        const { title, parameters } = bound
        const asked = await verbs.ask({ name, title, parameters, ...options })
        if (asked.kind === 'wrong') return wrong(face, asked.sentence)
        const { channel, ts, run } = asked
        say(verbs, options, {
          json: () => ({ run, channel, ts, runbook: name, parameters }),
          text: () =>
            `Asked for in ${channel}: whoever clicks *Take it over* there becomes the requester of run ${run}.`,
        })
      }),
    )
}

type StartOptions = Pick<Options, 'json' | 'system'> & { readonly channel?: string }

function addStatus(runbook: Command, face: LookingFace): void {
  verb(runbook, 'status', 'runs that are open, or one; read beside the running app')
    .argument('[run]', 'its living message names it')
    .action((id: string | undefined, options: Options) =>
      beside(face, options, () => tellRuns(face, id, options)),
    )
}

async function tellRuns(
  face: LookingFace,
  id: string | undefined,
  options: Options,
): Promise<void> {
  const archived = await face.verbs.ledger.runs()
  if ('kind' in archived) return wrong(face, archived.sentence)
  const { runs, unreadable } = archived
  if (id !== undefined && unreadable.includes(id))
    return wrong(
      face,
      `Run \`${id}\` cannot be read by this version: \`plimsoll ledger verify\` says why.`,
    )
  const chosen = runs.filter((run) => (id === undefined ? isOpen(run) : run.id === id))
  if (id !== undefined && chosen.length === 0)
    return wrong(face, `No run \`${id}\` in the ledger; its living message names it.`)
  say(face.verbs, options, {
    json: () => ({ runs: chosen.map(runJson), unreadable }),
    text: () =>
      [
        ...(id === undefined ? [runsHead(chosen.length, unreadable)] : []),
        ...chosen.map((run) => runLine(run, isFollowUpOpen(run), terminalFace)),
      ].join('\n'),
  })
}

function runJson(run: Run) {
  const { id, by, channel, plan, index, runbook, stage } = run
  return {
    ...{ run: id, runbook: runbook?.name ?? null, by, channel, state: stage.kind },
    outcome: stage.kind === 'ended' ? stage.outcome : null,
    followUpOpen: isFollowUpOpen(run),
    ...{ item: Math.min(index + 1, plan.length), items: plan.length },
    startedAt: new Date(run.startedAt).toISOString(),
    lastAt: new Date(run.lastAt).toISOString(),
    verdict: run.record.forecast?.verdict ?? null,
  }
}
