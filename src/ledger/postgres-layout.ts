/** The layout of the ledger in PostgreSQL: made on the first start, brought forward on later ones. */
import { z } from 'zod'
import { LedgerUnusable } from './ledger.ts'
import type { PostgresPool, Sql } from './postgres-pool.ts'

/** One after the other, each once; the number of those that are done is kept beside the tables. */
const migrations: readonly string[] = [
  `CREATE TABLE plimsoll.streams (
     name text PRIMARY KEY,
     version integer NOT NULL,
     hash text NOT NULL,
     due_at bigint,
     created bigint GENERATED ALWAYS AS IDENTITY
   );
   CREATE INDEX streams_due ON plimsoll.streams (due_at) WHERE due_at IS NOT NULL;
   CREATE INDEX streams_created ON plimsoll.streams (created);
   CREATE TABLE plimsoll.events (
     stream text NOT NULL,
     version integer NOT NULL,
     at bigint NOT NULL,
     body text NOT NULL,
     hash text NOT NULL,
     PRIMARY KEY (stream, version)
   );
   CREATE INDEX events_at ON plimsoll.events (at);
   CREATE TABLE plimsoll.documents (digest text PRIMARY KEY, body text NOT NULL);
   -- Of the dispatcher: who brings a run forward now. Nothing is lost with it.
   CREATE UNLOGGED TABLE plimsoll.leases (
     run text PRIMARY KEY,
     holder text NOT NULL,
     until timestamptz NOT NULL
   );`,
  // Called by instances of the version before alone, while they are replaced one after the other.
  `CREATE FUNCTION plimsoll.append(stream text, expected integer, bodies text[], due bigint)
     RETURNS bigint LANGUAGE plpgsql AS $append$
   DECLARE
     version_now integer;
     hash_now text;
     moment bigint;
     body text;
   BEGIN
     LOOP
       SELECT version, hash, (SELECT max(at) FROM plimsoll.events)
         INTO version_now, hash_now, moment
         FROM plimsoll.streams WHERE name = stream FOR UPDATE;
       EXIT WHEN FOUND;
       INSERT INTO plimsoll.streams (name, version, hash) VALUES (stream, 0, '')
         ON CONFLICT DO NOTHING;
     END LOOP;
     IF version_now <> expected THEN
       RAISE EXCEPTION USING ERRCODE = 'P0409', MESSAGE = 'another append was first',
         DETAIL = concat(stream, ' is at ', version_now);
     END IF;
     -- Never earlier than the last event: a standby's clock may lag behind.
     moment := greatest(floor(extract(epoch FROM clock_timestamp()) * 1000), moment);
     FOREACH body IN ARRAY bodies LOOP
       version_now := version_now + 1;
       hash_now := encode(sha256(convert_to(concat('["', hash_now, '",', to_json(stream), ',',
         version_now, ',', moment, ',', to_json(body), ']'), 'UTF8')), 'hex');
       INSERT INTO plimsoll.events VALUES (stream, version_now, moment, body, hash_now);
     END LOOP;
     UPDATE plimsoll.streams SET version = version_now, hash = hash_now, due_at = due
       WHERE name = stream;
     RETURN moment;
   END $append$;`,
  // A stream's row knows when its last event was: no index of all events is needed for it.
  // What an append (postgres.ts) comes to that was not the first at its version: nothing of its transaction stays.
  `ALTER TABLE plimsoll.streams ADD COLUMN at bigint NOT NULL DEFAULT 0;
   UPDATE plimsoll.streams SET at = coalesce(
     (SELECT max(at) FROM plimsoll.events WHERE stream = name), 0);
   DROP INDEX plimsoll.events_at;
   CREATE FUNCTION plimsoll.conflict(stream text) RETURNS bigint LANGUAGE plpgsql AS $conflict$
   BEGIN
     RAISE EXCEPTION USING ERRCODE = 'P0409', MESSAGE = 'another append was first', DETAIL = concat(
       stream, ' is at ', coalesce((SELECT version FROM plimsoll.streams WHERE name = stream), 0));
   END $conflict$;`,
]

const doneRow = z.object({ done: z.int() })
/** Any number that nobody else locks by: two instances may start at once. */
const startLock = 7_310_412

export async function migrate(pool: PostgresPool): Promise<void> {
  await pool.transaction(async (sql) => {
    await sql('SELECT pg_advisory_xact_lock($1)', [startLock])
    await sql('CREATE SCHEMA IF NOT EXISTS plimsoll')
    await sql('CREATE TABLE IF NOT EXISTS plimsoll.layout (done integer NOT NULL)')
    const done = await doneIn(sql)
    for (const migration of migrations.slice(done)) await sql(migration)
    if (done === migrations.length) return
    await sql('DELETE FROM plimsoll.layout')
    await sql('INSERT INTO plimsoll.layout VALUES ($1)', [migrations.length])
  })
}

/** Throws LedgerUnusable where a newer version has been at work. */
async function doneIn(sql: Sql): Promise<number> {
  const [row] = await sql('SELECT done FROM plimsoll.layout')
  const done = row === undefined ? 0 : doneRow.parse(row).done
  if (done > migrations.length)
    throw new LedgerUnusable(
      'the ledger in LEDGER_URL was written by a newer version of Plimsoll; run that one',
    )
  return done
}

/** For those who only read: throws LedgerUnusable where there is no ledger of this version's layout. */
export async function requireLayout(sql: Sql): Promise<void> {
  const [{ there = false } = {}] = z
    .array(z.object({ there: z.boolean() }))
    .parse(await sql(`SELECT to_regclass('plimsoll.layout') IS NOT NULL AS there`))
  if (!there) throw new LedgerUnusable('there is no ledger in LEDGER_URL')
  if ((await doneIn(sql)) < migrations.length)
    throw new LedgerUnusable(
      'the ledger in LEDGER_URL is of an older version of Plimsoll: start the app on it once',
    )
}
