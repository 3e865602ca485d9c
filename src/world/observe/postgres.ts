/** What a database says of itself: its slots, who holds them, and what keeps them. */
import type { SystemDocument } from '../../capacity/system.ts'
import type { PostgresReader, ReplicationLag, SessionGroup } from '../ports/postgres.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const postgres = 'PostgreSQL'

/** Rows of a fact, at most: an incident is read on a phone, and each fact is recorded with each decision. */
const holdersAtMost = 20
const transactionsAtMost = 5

export function postgresFacts(
  { databases }: SystemDocument,
  reader: PostgresReader,
  clock: Clock,
): readonly Promise<readonly Fact[]>[] {
  return Object.keys(databases).flatMap((name) => {
    const questions: readonly Question[] = [
      { fields: ['maxConnections'], ask: async () => [await reader.maxConnections(name)] },
      {
        fields: ['sessions', 'sessionHolders', 'idleInTransaction'],
        ask: async () => {
          const groups = await reader.sessions(name)
          return [total(groups), holdersOf(groups), idleOf(groups)]
        },
      },
      { fields: ['openTransactions'], ask: async () => [await transactionsOf(name, reader)] },
      { fields: ['replicationLag'], ask: async () => [lagOf(await reader.replicationLag(name))] },
      { fields: ['pendingRestart'], ask: async () => [await reader.pendingRestart(name)] },
    ]
    return questions.map((question) => factsOf(`databases.${name}`, question, clock))
  })
}

/** Each costs its own facts only: a role that may not see others' sessions still says its max_connections. */
type Question = {
  readonly fields: readonly string[]
  /** A value for each field. */
  readonly ask: () => Promise<readonly unknown[]>
}

async function factsOf(path: string, { fields, ask }: Question, clock: Clock) {
  const names = fields.map((field) => `${path}.${field}`)
  return factsOr(names, postgres, async () => {
    const observedAt = clock.now()
    const values = await ask()
    const named = fields.map((field, index) => [field, values[index]] as const)
    return observed(path, Object.fromEntries(named), postgres, observedAt)
  })
}

function total(groups: readonly { readonly sessions: number }[]): number {
  return groups.reduce((sum, { sessions }) => sum + sessions, 0)
}

const inTransaction = (state: string): boolean => state.startsWith('idle in transaction')

/** Whoever holds most comes first. */
function holdersOf(groups: readonly SessionGroup[]) {
  return byPerson(groups)
    .map(({ user, application, theirs }) => ({
      user,
      application,
      sessions: total(theirs),
      active: total(theirs.filter(({ state }) => state === 'active')),
      idle: total(theirs.filter(({ state }) => state === 'idle')),
      inTransaction: total(theirs.filter(({ state }) => inTransaction(state))),
    }))
    .toSorted((one, other) => other.sessions - one.sessions)
    .slice(0, holdersAtMost)
}

/** All of them, so that none is left out where their end is verified; the longest comes first. */
function idleOf(groups: readonly SessionGroup[]) {
  return byPerson(groups.filter(({ state }) => inTransaction(state)))
    .map(({ user, application, theirs }) => ({
      user,
      application,
      sessions: total(theirs),
      idleSeconds: Math.max(...theirs.map(({ longestSeconds }) => longestSeconds)),
    }))
    .toSorted((one, other) => other.idleSeconds - one.idleSeconds)
}

function byPerson(groups: readonly SessionGroup[]) {
  const people = Map.groupBy(groups, ({ user, application }) => JSON.stringify([user, application]))
  return [...people.values()].flatMap((theirs) => {
    const [first] = theirs
    return first === undefined ? [] : [{ user: first.user, application: first.application, theirs }]
  })
}

async function transactionsOf(name: string, reader: PostgresReader) {
  const transactions = await reader.longestTransactions(name)
  return transactions
    .slice(0, transactionsAtMost)
    .map(({ pid, user, application, ageSeconds, idleSeconds }) => ({
      ...{ pid, user, application, ageSeconds, idleSeconds },
    }))
}

function lagOf(lag: ReplicationLag) {
  return lag.kind === 'primary'
    ? lag.replicas
    : [{ name: 'itself', state: lag.isReceiving ? 'receiving' : 'not receiving', ...lag }]
}
