/** What a run did so far, line by line with its times, and what moved when an approval no longer fits. Pure. */
import type { Moved, Parked } from '../../runs/events.ts'
import type { Run } from '../../runs/stage.ts'
import { workerName } from '../../words/en.ts'
import { count, list, nameOf } from '../../words/numbers.ts'
import { escaped, slackFace as face } from './blocks.ts'

export function progressLines(run: Run, now: number): readonly string[] {
  const { claimedAt, intendedAt, acceptedAt, operation, found, fault, endedAt, forecast } =
    run.record
  const version = forecast?.version ?? null
  const lines = [
    claimedAt === null ? null : `Facts re-checked ${face.time(claimedAt)}`,
    acceptedAt === null
      ? null
      : `Change sent ${face.time(acceptedAt)}${version === null ? '' : ` (version ${escaped(version)})`}`,
    operation === null
      ? null
      : `${workerName(forecast?.target ?? '')} ${run.stage.kind === 'working' ? 'works' : 'worked'} on it (operation ${face.literal(operation)})`,
    endedAt === null ? null : `Ended ${face.time(endedAt)}`,
  ].filter((line) => line !== null)
  const numbered = lines.map((line, index) => `${index + 1} ${line}`).join(' · ')
  const recovered = recoveredLine(run)
  const slow = intendedAt !== null && acceptedAt === null && fault !== null && found === null
  return [
    ...earlierLines(run),
    ...(numbered === '' ? [] : [numbered]),
    ...(recovered === null ? [] : [recovered]),
    ...(slow && now > 0
      ? [`The reply was lost (${escaped(fault.message)}); I look what happened.`]
      : []),
  ]
}

/** Why it is written again. */
function earlierLines({ record: { earlier } }: Run): readonly string[] {
  if (earlier === null) return []
  const { by, at, why, record } = earlier
  const sent = face.time(record.acceptedAt ?? record.intendedAt ?? at)
  return [
    `Sent before, ${sent}: ${fate(why)}. ${face.person(by)} had it tried again ${face.time(at)}.`,
  ]
}

function fate(why: Parked): string {
  switch (why.code) {
    case 'operation-failed':
      return `its operation ended with an error, ${escaped(why.error)}`
    case 'contradicted':
      return 'the world was not as predicted afterwards'
    case 'not-verified':
      return 'not all of it could be seen'
    default:
      return 'nobody saw it through'
  }
}

/** The sentence that nobody else says: I was stopped between sending and hearing back. */
function recoveredLine(run: Run): string | null {
  const { acceptedAt, intendedAt, found, fault } = run.record
  if (intendedAt === null || found === null) return null
  const when = face.time(intendedAt)
  const cause =
    fault === null
      ? `I was stopped after sending (${when}) and before hearing back`
      : `I sent it (${when}) and no answer came back`
  switch (found.progress.kind) {
    case 'done':
      return found.progress.by === 'me'
        ? `${cause}; I looked: it is done, and the mark on it is mine.`
        : `${cause}; I looked: it is as wished, without my mark.`
    case 'running':
      return run.record.endedAt === null
        ? `${cause}; I looked: it is under way, and the mark on it is mine.`
        : `${cause}; I looked: it is done, and the mark on it is mine.`
    case 'absent':
      return acceptedAt === null
        ? `${cause}; I looked: it is not there.`
        : `${cause}; I looked: it was not there, so I sent it again, still for version ${escaped(run.record.forecast?.version ?? 'unknown')} alone.`
    case 'unknown':
      return `${cause}; I looked: ${escaped(found.progress.why)}.`
  }
}

export function movedSentence(moved: readonly Moved[] | null): string | null {
  if (moved === null || moved.length === 0) return null
  const reasons = moved.filter(({ what }) => what === 'reason').length
  const what = moved.flatMap(({ what: name, before, after }) => {
    if (name === 'version') return [`its version moved from ${show(before)} to ${show(after)}`]
    if (name === 'verdict') return [`the verdict went from ${show(before)} to ${show(after)}`]
    if (name === 'disruption')
      return [`the disruption grew from ${show(before)} s to ${show(after)} s`]
    if (name === 'reason') return []
    if (name === 'approval') return ['its time was over before I could act on it']
    if (name === 'event') return [`an event came near: ${show(after)}`]
    if (name === 'users')
      return [`events of the next 24 hours bring ${show(after)} users, not ${show(before)}`]
    if (name === 'cost') return [`it costs ${show(after)} USD a month more, not ${show(before)}`]
    return [`${face.literal(nameOf(name))} is ${show(after)}, was ${show(before)}`]
  })
  if (reasons > 0) what.push(`${count(reasons, 'new reason')} came up`)
  return `*Not run: the approval no longer fits.* Since it was asked, ${list(what)}. The new forecast below says it all.`
}

function show(value: unknown): string {
  if (value === null) return 'unknown'
  return face.literal(typeof value === 'string' ? value : JSON.stringify(value))
}
