/** A durable append, chain and all, against a raw durable insert of the same bytes: on SQLite, and on PostgreSQL. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openPostgres, postgresLedger } from '../../src/ledger/postgres.ts'
import { openSqliteLedger } from '../../src/ledger/sqlite.ts'
import { openDurable } from '../../src/ledger/sqlite-file.ts'
import { readPostgresUrl } from '../../src/world/postgres-url.ts'
import { startPostgres } from '../real/servers/postgres-server.ts'
import type { Bench, Measure } from './bench.ts'

/** An intent with its facts has about so many bytes. */
const event = { type: 'write-intended', v: 1, facts: 'x'.repeat(1_200) }
/** Either side is given an event, and the table a text. */
const body = () => JSON.stringify(event)
/** One sample is the mean of so many in a row: enough that going from one side to the other is not what is measured. */
const inARow = 300
/** 0.7 times as many a second: at most so many times as long. */
const boundBelow = 1 / 0.7

const pairs = { unit: 'ms', rounds: 30, warmUps: 3, boundBelow } as const

function each(work: () => Promise<unknown>): Measure {
  return async () => {
    const begun = performance.now()
    for (let count = 0; count < inARow; count += 1) await work()
    return (performance.now() - begun) / inARow
  }
}

function appending(ledger: Ledger): Measure {
  let version = 0
  return each(async () => {
    const append = { stream: 'run/bench', expectedVersion: version, events: [event], dueAt: null }
    const { kind } = await ledger.append([append])
    if (kind === 'conflict') throw new Error('nobody else appends here')
    version += 1
  })
}

export async function sqliteAppendBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
  const ledger = openSqliteLedger(folder, { now: () => Date.now() })
  if (ledger.kind === 'held') throw new Error(`${folder} is held`)
  const raw = openDurable(join(folder, 'raw.db'))
  raw.exec('CREATE TABLE raw (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT')
  const insert = raw.prepare('INSERT INTO raw (body) VALUES (?)')
  return {
    name: 'append-sqlite',
    ...pairs,
    subject: { what: 'an append to the ledger', measure: appending(ledger) },
    against: { what: 'a raw durable insert', measure: each(async () => insert.run(body())) },
    close: async () => {
      await ledger.close()
      raw.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Null where no server is installed. */
export async function postgresAppendBench(): Promise<Bench | null> {
  const installed = '/usr/lib/postgresql'
  if (!existsSync(installed) || readdirSync(installed).length === 0) return null
  const server = await startPostgres({ fsync: 'on' })
  const read = readPostgresUrl(server.url('postgres'))
  if (read.kind === 'wrong') throw new Error(read.problem)
  const pool = await openPostgres(read.address)
  const raw = await server.connect('postgres')
  await raw.query('CREATE TABLE raw (id bigserial PRIMARY KEY, body text NOT NULL)')
  const insert = () => raw.query('INSERT INTO raw (body) VALUES ($1)', [body()])
  return {
    name: 'append-postgres',
    ...pairs,
    subject: {
      what: 'an append to the ledger',
      measure: appending(postgresLedger(pool, async () => undefined)),
    },
    against: { what: 'a raw durable insert', measure: each(insert) },
    close: async () => {
      await pool.close()
      await server.remove()
    },
  }
}
