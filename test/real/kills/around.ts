/** Everything around the bot that lives through its deaths: people, a cloud, servers, and a ledger that tells. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { z } from 'zod'
import { openStage, type Stage } from '../../e2e/bot.ts'
import { type Environment, projectRoot } from '../../e2e/process.ts'
import { startServers } from '../../e2e/servers.ts'
import type { Surroundings, Tell } from './life.ts'

export type Around = Surroundings & {
  /** Each write that took effect, the cloud's aside. */
  readonly wrote: readonly string[]
  readonly close: () => Promise<void>
}

/** How an append becomes known. */
type Watch = {
  readonly catchUp: () => void
  readonly run: () => string
  readonly close: () => Promise<void>
}

/** Few enough instances that the database has room for all of them, and one who may approve is enough. */
const calm = (text: string): string =>
  text
    .replace('users: 10000', 'users: 300')
    .replace('maxInstances: 200', 'maxInstances: 20')
    .replace('monthlyBudgetUsd: 2220', 'monthlyBudgetUsd: 9000')
    .replace('irreversible: 2', 'irreversible: 1')

type Open = {
  readonly env: readonly Environment[]
  readonly watch: (stage: Stage, tell: Tell) => Promise<Watch>
  readonly tell: Tell
}

/** As many instances as there are environments. */
async function opened({ env: envs, watch, tell }: Open): Promise<Around> {
  const wrote: string[] = []
  const servers = await startServers((what) => {
    wrote.push(what)
    const [verb = ''] = what.split(' ')
    tell(['PAUSE', 'RESUME'].includes(verb) ? verb : 'WRITE', null)
  })
  const stage = await openStage({
    document: calm,
    env: { ...servers.env, PLIMSOLL_RUNBOOKS: join(projectRoot, 'test/real/kills/runbooks') },
    cloud: {
      ...{ operationSeconds: 5, restartSeconds: 3, rollOutSeconds: 5 },
      beforeReply: async () => {
        tell('WRITE', null)
        return 'reply'
      },
    },
  })
  servers.watch(stage.cloud)
  const instances = await Promise.all(envs.map(stage.another))
  const [first] = instances
  if (first !== undefined) stage.talkTo(first)
  await Promise.all(instances.map((one) => one.start()))
  const { catchUp, run, close } = await watch(stage, tell)
  return {
    ...{ stage, servers, instances, wrote, catchUp, run },
    close: async () => {
      await close()
      await stage.close()
      await servers.stop()
    },
  }
}

const row = z.object({ stream: z.string(), version: z.int(), type: z.string() })

/** One process on SQLite; a reader beside it sees what is committed. */
export function alone(tell: Tell): Promise<Around> {
  return opened({ env: [{}], tell, watch: async (stage, told) => watchFile(stage, told) })
}

const lookEveryMs = 5

function watchFile({ dataFolder }: Stage, tell: Tell): Watch {
  const file = join(dataFolder, 'ledger.db')
  const ledger = new DatabaseSync(file, { readOnly: true, timeout: 2_000 })
  const later = ledger.prepare(`SELECT stream, version, body ->> 'type' AS type FROM events
    WHERE stream LIKE 'run/%' AND version > ? ORDER BY version`)
  let [version, run] = [0, '']
  const catchUp = () => {
    for (const one of later.all(version)) {
      const { stream, version: its, type } = row.parse(one)
      run = stream.replace('run/', '')
      version = its
      tell(type, 0)
    }
  }
  const looking = setInterval(catchUp, lookEveryMs)
  return {
    catchUp,
    run: () => run,
    close: async () => {
      clearInterval(looking)
      ledger.close()
    },
  }
}

/** Two instances on one PostgreSQL, which knows them by their names and says what each of them commits. */
export function pair(urlAs: (user: string) => string, tell: Tell): Promise<Around> {
  return opened({
    env: users.map((user) => ({ LEDGER_URL: urlAs(user) })),
    tell,
    watch: async (_stage, told) => watchServer(urlAs('postgres'), told),
  })
}

export const users = ['one', 'two'] as const

const trigger = `
  CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF new.stream LIKE 'run/%' THEN
      PERFORM pg_notify('appended', json_build_object('stream', new.stream, 'version', new.version,
        'type', new.body::json ->> 'type', 'by', session_user)::text);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER told AFTER INSERT ON plimsoll.events FOR EACH ROW EXECUTE FUNCTION told();
  LISTEN appended`

const notice = row.extend({ by: z.enum(users) })

/** The ledger's tables must be there. */
async function watchServer(url: string, tell: Tell): Promise<Watch> {
  const client = new Client({ connectionString: url })
  // The server may be gone before it.
  client.on('error', () => undefined)
  await client.connect()
  await client.query(trigger)
  let run = ''
  client.on('notification', ({ payload }) => {
    const { stream, type, by } = notice.parse(JSON.parse(payload ?? ''))
    run = stream.replace('run/', '')
    tell(type, users.indexOf(by))
  })
  return { catchUp: () => undefined, run: () => run, close: () => client.end() }
}
