/** Somebody with another tool, and no bot between. */
import { expect } from 'vitest'
import { database, type Stage } from './bot.ts'
import { until } from './until.ts'

export async function patchBeside(
  { cloud }: Pick<Stage, 'cloud'>,
  tier = 'db-custom-4-15360',
): Promise<void> {
  const { settingsVersion } = cloud.instance(database)
  const answer = await fetch(`${cloud.root}/v1/projects/tukiprod/instances/${database}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { tier, settingsVersion } }),
  })
  expect(answer.status).toBe(200)
  await until('the other change is over', () =>
    cloud.instance(database).operations.every(({ status }) => status === 'DONE') ? true : undefined,
  )
}
