/** A local cloud whose database has another tier than system.yml says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalCloud, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { projectRoot } from '../e2e/process.ts'

export function startLargerCloud(): Promise<LocalCloud> {
  return startLocalCloud({
    project: 'tukiprod',
    document: readFileSync(join(projectRoot, 'system.yml'), 'utf8'),
    instances: [{ name: 'tuki-db-prod', tier: 'db-custom-4-15360', availabilityType: 'REGIONAL' }],
  })
}
