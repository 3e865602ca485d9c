/** Mutants of the ledger: one writer at each version, a chain, and what was answered is kept. */
import type { Mutant } from './mutant.ts'

export const ledgerMutants: readonly Mutant[] = [
  {
    name: 'ledger-version-ignored',
    safety: 'an append at a version that is no longer current writes nothing',
    file: 'src/ledger/chain.ts',
    find: 'if (version !== expectedVersion) return',
    replace: 'if (version < expectedVersion) return',
    killedBy: {
      file: 'test/ledger/sqlite.test.ts',
      title:
        'a version that somebody else has taken is a conflict, and nothing of the batch is written',
    },
  },
  {
    name: 'postgres-version-ignored',
    safety: 'of two instances that append at one version, one writes',
    file: 'src/ledger/postgres.ts',
    find: 'AND version = coalesce($2, version)',
    replace: 'AND version >= coalesce($2, version)',
    killedBy: {
      file: 'test/real/ledger/postgres-ledger.test.ts',
      title:
        'of many appends at one version, over several streams, one is first and the chain holds',
    },
  },
  {
    name: 'postgres-chain-of-its-own',
    safety: 'an event that was changed in the ledger is found, whoever made its hash',
    file: 'src/ledger/postgres.ts',
    find: "to_json($3::text), ']'",
    replace: "$3::text, ']'",
    killedBy: {
      file: 'test/real/ledger/postgres-ledger.test.ts',
      title: 'makes the hashes that everybody else makes, whatever is said in it',
    },
  },
  {
    name: 'hash-not-compared',
    safety: 'an event that was changed in the ledger is found',
    file: 'src/ledger/chain.ts',
    find: 'if (hashAfter(previous, { stream, version, at, body }) !== hash)',
    replace: "if (hash === '')",
    killedBy: {
      file: 'test/ledger/audit.test.ts',
      title: 'is found, given the anchor; untouched it holds',
    },
  },
  {
    name: 'head-of-what-was-rolled-back',
    safety: 'an event stands on what is on the disk, and on nothing that could not be written',
    file: 'src/ledger/sqlite.ts',
    find: '      streams.clear()\n      throw error',
    replace: '      throw error',
    killedBy: {
      file: 'test/ledger/sqlite.test.ts',
      title: 'what could not be written is forgotten: the next append goes on from what is there',
    },
  },
  {
    name: 'not-synced',
    safety: 'what the ledger has answered survives the machine',
    file: 'src/ledger/sqlite-file.ts',
    find: 'PRAGMA synchronous = FULL',
    replace: 'PRAGMA synchronous = NORMAL',
    killedBy: {
      file: 'test/ledger/sqlite.test.ts',
      title: 'what is committed is synced in full, into a log written ahead',
    },
  },
]
