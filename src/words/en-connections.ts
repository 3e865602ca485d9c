/** Who holds a database's connections, in English: what a person in an incident reads before anything is done. */
import type { Evidence } from '../runs/events.ts'
import type { Face } from './en.ts'
import { count, duration, list, nameOf, number } from './numbers.ts'

type Row = Readonly<Record<string, unknown>>
type Say = (rows: readonly Row[], face: Pick<Face, 'literal'>, target: string) => string | null

const holdersNamed = 5

/** One line for each fact that is a list, in the order in which they were asked for. */
export function listLines(
  evidence: readonly Evidence[],
  face: Pick<Face, 'literal'>,
): readonly string[] {
  return evidence.flatMap(({ fact, observed, outcome }) => {
    const say = says[nameOf(fact)]
    if (say === undefined || outcome === 'not-observed' || !Array.isArray(observed)) return []
    const rows = observed.map((row) =>
      typeof row === 'object' && row !== null && !Array.isArray(row) ? row : { name: row },
    )
    const line = say(rows, face, fact.split('.')[1] ?? '')
    return line === null ? [] : [line]
  })
}

/** Facts that are lists have a line of their own. */
export function hasLine({ fact, observed }: Evidence): boolean {
  return Object.hasOwn(says, nameOf(fact)) && Array.isArray(observed)
}

const says: Readonly<Record<string, Say>> = {
  sessionHolders: (rows, face) => {
    const named = rows.slice(0, holdersNamed).map((row) => {
      const kinds = [
        amount(row.active, 'active'),
        amount(row.idle, 'idle'),
        amount(row.inTransaction, 'idle in a transaction'),
      ].filter((kind) => kind !== null)
      const how = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
      return `${who(row, face)} ${number(numberOf(row.sessions))}${how}`
    })
    const more = rows.length - named.length
    const others = more > 0 ? [`${number(more)} more`] : []
    return rows.length === 0 ? null : `Held by ${list([...named, ...others])}.`
  },
  idleInTransaction: (rows, face, database) => {
    if (rows.length === 0) return 'Nobody sits idle in a transaction.'
    const named = rows.slice(0, holdersNamed).map((row) => {
      const longest = duration(numberOf(row.idleSeconds) * 1_000)
      return `${who(row, face)} ${number(numberOf(row.sessions))}, the longest for ${longest}`
    })
    const line = `/runbook do terminate-sessions database=${database} idleInTransactionSeconds=300`
    return `Idle in a transaction: ${named.join('; ')}. They hold slots and locks and do nothing; ${face.literal(line)} ends those of over 5 minutes.`
  },
  openTransactions: (rows, face) => {
    if (rows.length === 0) return null
    const named = rows.map((row) => {
      const age = duration(numberOf(row.ageSeconds) * 1_000)
      return `${who(row, face)} for ${age}, pid ${numberOf(row.pid)}${row.idleSeconds === null ? ', at work' : ', idle'}`
    })
    return `Longest transactions: ${named.join('; ')}.`
  },
  replicationLag: (rows, face) => {
    const named = rows.map((row) => {
      const behind =
        typeof row.lagSeconds === 'number' ? `, ${number(row.lagSeconds)} s behind` : ''
      return `${face.literal(String(row.name))} ${String(row.state)}${behind}`
    })
    return named.length === 0 ? null : `Replicas: ${named.join('; ')}.`
  },
  pendingRestart: (rows, face) =>
    rows.length === 0
      ? null
      : `${count(rows.length, 'setting')} changed and waiting for a restart: ${list(rows.map(({ name }) => face.literal(String(name))))}.`,
}

function who({ user, application }: Row, face: Pick<Face, 'literal'>): string {
  const names = [user, application].map(String).filter((name) => name !== '')
  return face.literal(names.length === 0 ? 'somebody without a name' : names.join(' in '))
}

function amount(value: unknown, what: string): string | null {
  return numberOf(value) === 0 ? null : `${number(numberOf(value))} ${what}`
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** Said of what the world forgets. */
export const holdsUntilRestart =
  'Holds until the process restarts: what should last is written into its configuration too.'
