/** The buttons of a run's living message, by where it stands. Pure. */
import type { KnownBlock } from '@slack/types'
import { mustLookFirst } from '../../runs/decide.ts'
import { isFollowUpOpen } from '../../runs/follow-up.ts'
import { isAgreed, maySkip, type Run, standOf } from '../../runs/stage.ts'
import { actions, type ButtonSpec, plain } from './blocks.ts'
import { effectOf, firstReason } from './run-about.ts'

export function buttons(run: Run): readonly KnownBlock[] {
  const { stage } = run
  const specs: ButtonSpec[] = []
  if (stage.kind === 'waiting' || stage.kind === 'consulting') {
    const { token } = stage.approval
    const text = `${plain(effectOf(run))}. ${firstReason(run)}`
    // Until it is sent a no still counts, and another yes changes nothing.
    if (!isAgreed(stage.approval))
      specs.push({
        action: 'approve',
        text: 'Approve',
        value: token,
        style: 'primary',
        confirm: { title: 'Approve this change?', text, yes: 'Approve' },
      })
    specs.push({ action: 'reject', text: 'Reject', value: token })
  }
  if (stage.kind === 'asked')
    specs.push({ action: 'done', text: 'Done', value: standOf(run), style: 'primary' })
  if (stage.kind === 'parked') specs.push(...parkedButtons(run, stage.why.code))
  if (maySkip(stage)) specs.push({ action: 'skip', text: 'Skip', value: standOf(run) })
  if (stage.kind === 'parked' || stage.kind === 'asked')
    specs.push({ action: 'abort', text: 'Abort', value: run.id, style: 'danger' })
  if (isFollowUpOpen(run))
    specs.push({ action: 'follow-up', text: 'Follow up', value: run.id, style: 'primary' })
  if (isUnjudgedNo(run)) specs.push({ action: 'judge', text: 'Was this no right?', value: run.id })
  if (run.record.forecast !== null)
    specs.push({ action: 'details', text: 'Details', value: run.id })
  return specs.length === 0 ? [] : [actions(`${run.id}.${run.version}`, specs)]
}

function parkedButtons(run: Run, why: string): readonly ButtonSpec[] {
  const { stage } = run
  const value = standOf(run)
  const resume: ButtonSpec = { action: 'resume', text: 'Look again', value }
  const retry: ButtonSpec = { action: 'retry', text: 'Retry from a new forecast', value }
  if (why === 'not-verified') return [{ ...resume, style: 'primary' }]
  if (mustLookFirst(stage)) return [{ ...resume, text: 'Look again, then go on' }]
  const isSent = stage.kind === 'parked' && ['working', 'acted'].includes(stage.from.kind)
  return isSent ? [resume, retry] : [retry]
}

/** A no that ended the run; those on the way are judged by command. */
function isUnjudgedNo({ stage, prevented, judgement }: Run): boolean {
  const isBlocked = stage.kind === 'ended' && stage.outcome === 'blocked'
  return isBlocked && prevented.length > 0 && judgement === null
}
