/** The local cloud holds the databases of whatever document it is given. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { instancesOf } from '../../../src/rehearsal/cloud/document-instances.ts'
import { startLocalCloud } from '../../../src/rehearsal/cloud/local-cloud.ts'
import { projectRoot } from '../../e2e/process.ts'

const text = `
project: other
region: europe-west1
databases:
  ventas:
    { version: 16, edition: enterprise-plus, tier: db-perf-optimized-N-4, availability: zonal,
      diskGb: 20.5, flags: { max_connections: "500" }, replicas: { copia:
      { tier: db-perf-optimized-N-2, availability: zonal, diskGb: 20, flags: {} } } }
  main:
    { version: 14, edition: enterprise, tier: db-f1-micro, availability: regional,
      diskGb: 10, flags: {}, replicas: {} }
`

test('each database and replica is an instance, in the project that the document names', async () => {
  const { project, instances } = instancesOf(text)
  expect(project).toBe('other')
  expect(instances.map(({ name, masterInstanceName }) => [name, masterInstanceName])).toEqual([
    ['ventas', undefined],
    ['copia', 'ventas'],
    ['main', undefined],
  ])
  expect(instances[0]).toMatchObject({ region: 'europe-west1', databaseVersion: 'POSTGRES_16' })
  const cloud = await startLocalCloud({ project, instances, document: text })
  try {
    expect(cloud.instance('ventas')).toMatchObject({
      tier: 'db-perf-optimized-N-4',
      edition: 'ENTERPRISE_PLUS',
      availabilityType: 'ZONAL',
      dataDiskSizeGb: '21',
      databaseFlags: [{ name: 'max_connections', value: '500' }],
    })
    expect(cloud.instance('main')).toMatchObject({ edition: 'ENTERPRISE', tier: 'db-f1-micro' })
  } finally {
    await cloud.stop()
  }
})

test('the example is the site of the README', () => {
  const { project, instances } = instancesOf(readFileSync(join(projectRoot, 'system.yml'), 'utf8'))
  expect(project).toBe('tukiprod')
  expect(instances).toMatchObject([
    { name: 'tuki-db-prod', tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' },
  ])
})

test('of what is no document nothing is there', () => {
  for (const none of ['', '[', 'databases: 3'])
    expect(instancesOf(none)).toEqual({ project: 'none', instances: [] })
})
