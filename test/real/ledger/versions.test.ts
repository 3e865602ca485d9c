/** Two versions of the code on one ledger: each refuses what only the other knows, and goes on with the rest. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readingPostgres } from '../../../src/ledger/postgres.ts'
import { auditOf } from '../../../src/runs/audit.ts'
import { openStage, upgrade } from '../../e2e/bot.ts'
import { until } from '../../e2e/until.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'
import { addressOf, databasesOn } from './databases.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({})
})
afterAll(() => server?.remove())
const databases = databasesOn(() => server)

test('the older one leaves a run of the newer one alone, and ends its own', async () => {
  const url = await databases.fresh()
  const script = fileURLToPath(new URL('newer.ts', import.meta.url))
  const newer = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] })
  const stage = await openStage({ env: { LEDGER_URL: url } })
  try {
    await once(createInterface(newer.stdout), 'line')
    await stage.start()
    await until('it met the run', () => /belongs to newer code/.test(stage.output()) || undefined)
    await stage.type('ana', upgrade)
    const asked = await stage.said(/Needs 1 of/)
    await stage.click('luis', 'Approve')
    await stage.said(/^Done, not verified/, asked)
    const { ledger } = await databases.opened(url)
    const written = (await ledger.read('run/newer')).map(({ event }) => JSON.stringify(event))
    expect(written.filter((event) => event.includes('parked'))).toEqual([])
    // The newer one is at it all the while.
    const length = written.length
    const grows = async () => (await ledger.read('run/newer')).length > length || undefined
    await until('the newer one goes on', grows)
    const audit = await readingPostgres(addressOf(url), (archive) => auditOf(archive, null))
    expect(audit.newer).toEqual(['run/newer'])
    expect(audit.sealed).toBe(1)
    await databases.closeAll()
  } finally {
    newer.kill('SIGKILL')
    await stage.close()
  }
})
