/** An instance stands still between its intent and its write while others decide: it wakes up and writes nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patchBeside } from '../../e2e/beside.ts'
import { database, type Instance, openStage, type Stage, upgrade } from '../../e2e/bot.ts'
import { until } from '../../e2e/until.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'
import { databasesOn } from './databases.ts'
import { startFront } from './front.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({})
})
afterAll(async () => {
  await databases.closeAll()
  await server?.remove()
})
const databases = databasesOn(() => server)

const replica = `/runbook do create-read-replica database=${database} name=tuki-db-copy tier=db-custom-4-15360`

describe.concurrent('frozen between intent and send, taken over, aborted by a person, thawed', {
  timeout: 180_000,
}, () => {
  // Where the name is free the cloud would take the late write, and only the bot itself can hold it back.
  test.each([
    ['name', replica],
    ['version', upgrade],
  ])('guard %s: no write after the abort, nor before it', (_guard, command) => frozen(command))
})

async function frozen(command: string): Promise<void> {
  const url = await databases.fresh()
  const stage = await openStage({ env: { LEDGER_URL: url } })
  let isCaught = false
  const answered = Promise.withResolvers<void>()
  let types = async (): Promise<readonly unknown[]> => []
  // The step looks at the database once more before it writes: that answer waits until it is frozen.
  const front = await startFront(stage.cloud.root, async () => {
    if (!(await types()).includes('write-intended')) return
    isCaught = true
    await answered.promise
  })
  const sleeper = await stage.another({ GOOGLE_API_ROOT: front.root })
  const other = await stage.another({})
  try {
    await Promise.all([sleeper.start(), other.start()])
    const { ledger } = await databases.opened(url)
    const run = async () => (await ledger.newest('run/', 1))[0] ?? ''
    types = async () => (await ledger.read(await run())).map(({ event }) => typeOf(event))
    stage.talkTo(sleeper)
    await stage.type('ana', command)
    const asked = await stage.said(/Needs 1 of/)
    await stage.click('luis', 'Approve')
    await until('it looks at the database after its intent', () => isCaught || undefined, {
      shown: stage.output,
    })
    process.kill(sleeper.bot().pid, 'SIGSTOP')
    answered.resolve()
    stage.talkTo(other)
    await patchBeside(stage)
    await until(
      'the other looked for the write, and leaves it to people',
      async () => {
        const seen = await types()
        // Asked anew where what was agreed to has moved; parked where it could not tell whose change it is.
        const voided = seen.indexOf('approval-voided')
        const isAsked = voided > 0 && seen.indexOf('approval-requested', voided) > 0
        const isLeft = isAsked || seen.includes('run-parked')
        return (seen.includes('write-probed') && isLeft) || undefined
      },
      { withinMs: 90_000, shown: stage.output },
    )
    await stage.type('ana', `/runbook abort ${(await run()).replace('run/', '')}`)
    await stage.said(/^Aborted/, asked)
    const ended = await ledger.head(await run())
    const before = front.arrived.length

    process.kill(sleeper.bot().pid, 'SIGCONT')
    await isAwake(stage, sleeper)
    expect(front.arrived.length).toBeGreaterThan(before)
    expect(front.arrived.filter((method) => method !== 'GET')).toEqual([])
    // What somebody else did is all that was done.
    expect(stage.cloud.writes).toBe(1)
    expect(await ledger.head(await run())).toEqual(ended)
    expect((await types()).filter((type) => type === 'write-intended')).toHaveLength(1)
  } finally {
    if (!sleeper.bot().hasEnded()) process.kill(sleeper.bot().pid, 'SIGCONT')
    await stage.close()
    await front.stop()
  }
}

/** What it had begun is behind it by then: it looked at the cloud anew, and answered. */
async function isAwake(stage: Stage, sleeper: Instance): Promise<void> {
  stage.talkTo(sleeper)
  await stage.type('ana', '/capacity status')
  await stage.said(/supports|carries/i)
}

function typeOf(event: unknown): unknown {
  return Reflect.get(Object(event), 'type')
}
