/** What the audit of a ledger found, in English: what holds, what was done to it, and what nobody can tell. */
import type { Anchor, Audit, Damage } from '../runs/audit.ts'
import { count, list } from './numbers.ts'

const namedAtMost = 5

export function damageSentence(damage: Damage): string {
  switch (damage.code) {
    case 'changed':
      return `${damage.stream}: event ${damage.version} is not what was written, or not after what it was written after.`
    case 'missing':
      return `${damage.stream}: event ${damage.version} is missing, or another stands in its place.`
    case 'cut':
      return `${damage.stream}: cut after event ${damage.kept}; it had ${damage.was}.`
    case 'unlisted':
      return `${damage.stream}: the index of streams does not fit its last event.`
    case 'gone':
      return `${damage.stream}: it is gone; the System's stream names it.`
    case 'illegal':
      return `${damage.stream}: nothing of ours writes such a run (${damage.why}).`
    case 'unsealed':
      return `${damage.stream}: it has ended, and the System's stream has no seal of it: that one was cut.`
    case 'seal-differs':
      return `${damage.stream}: it is not what was sealed at event ${damage.version}.`
    case 'document-gone':
      return `${damage.stream}: the System document that it was judged with is gone (${damage.digest}).`
    case 'document-changed':
      return `${damage.stream}: the System document that it was judged with was changed (${damage.digest}).`
    case 'anchor-not-found':
      return `No event has the anchor ${anchorText(damage.anchor)}: what it vouched for was changed or cut.`
  }
}

export type AuditWords = {
  readonly answer: string
  readonly damage: readonly string[]
  readonly limits: readonly string[]
  readonly keep: string | null
}

export function auditWords(audit: Audit): AuditWords {
  const { streams, events, sealed, damage, anchors } = audit
  const seen = `${count(events, 'event')} in ${count(streams, 'stream')}, ${count(sealed, 'run')} sealed`
  const answer =
    damage.length > 0
      ? `Not what was written: ${count(damage.length, 'break')}. Looked at ${seen}.`
      : `The ledger holds: ${seen}.`
  return {
    answer,
    damage: damage.map(damageSentence),
    limits: limitsOf(audit),
    keep:
      anchors.length === 0
        ? null
        : `Keep this outside the ledger, for the next time: ${list(anchors.map(anchorText))}`,
  }
}

/** What this answer does not cover. */
function limitsOf({ anchored, open, newer }: Audit): readonly string[] {
  const more = open.length - namedAtMost
  const names = list([
    ...open.slice(0, namedAtMost),
    ...(more > 0 ? [`${count(more, 'other')}`] : []),
  ])
  return [
    anchored === null
      ? 'Without an anchor from outside I cannot tell a ledger that was cut or written anew from its beginning, hashes and all: give `--anchor` with what a run’s last message says.'
      : anchored.stream.startsWith('system/')
        ? `The anchor is event ${anchored.version} of ${anchored.stream}: every run sealed up to there is what it was. What came after it has no witness outside.`
        : `The anchor vouches for ${anchored.stream} alone; the longer one in that run’s details vouches for everything sealed before it too.`,
    open.length === 0
      ? null
      : `${count(open.length, 'run')} not ended, so not sealed (${names}): of these a cut tail cannot be seen.`,
    newer.length === 0
      ? null
      : `Written by newer code, so only their chain was judged: ${list(newer.slice(0, namedAtMost))}.`,
  ].filter((text) => text !== null)
}

function anchorText({ stream, hash }: Anchor): string {
  return stream === null ? hash : `${stream.replace(/^run\//, '')}:${hash}`
}
