/**
 * PostgreSQL 14 is out of support since 2026-11-12: a plan of manual steps around a backup.
 * cloud.google.com/sql/docs/postgres/upgrade-major-db-version-inplace, read 2026-11-24.
 */
import { z } from 'zod'
import { defineRunbook, onlyIf } from '../src/define/define-runbook.ts'
import { checkConnections } from '../src/steps/check-connections.ts'
import { confirm } from '../src/steps/confirm.ts'
import { createBackup } from '../src/steps/create-backup.ts'
import { databaseName } from '../src/steps/inputs.ts'

export default defineRunbook({
  name: 'rotate-to-supported-postgres',
  title: 'Move to a PostgreSQL that is still mended',
  why: 'A major version that nobody mends gets no fix for what is found next week. Cloud SQL upgrades in place with the database down for minutes, and there is no way back but the backup: so it is done on a clone first, and by people.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    version: z.int().min(15).max(18).default(17).describe('the major version to move to'),
  }),
  cannotUndo:
    'A major version cannot be taken back. What was written after the backup is lost with a restore, so the site is closed meanwhile.',
  tests: [
    {
      claim: 'nothing of it breaks a law, and people do what no step can',
      parameters: {},
      expects: { verdict: 'clear', stopsAt: null, supportedUsersAtLeast: 2904 },
    },
  ],
  steps: ({ database, version }) => [
    onlyIf({ law: 'version-supported', subject: `databases.${database}`, is: 'not-ok' }, [
      checkConnections({ database }),
      {
        step: confirm({
          what: `a clone of ${database} was upgraded to POSTGRES_${version} and the site's tests pass against it: gcloud sql instances clone ${database} ${database}-trial, then gcloud sql instances patch ${database}-trial --database-version=POSTGRES_${version}`,
        }),
        why: 'It shows how long it takes, and which extension or query does not survive.',
      },
      confirm({
        what: `gcloud sql instances describe ${database} lists POSTGRES_${version} among upgradableDatabaseVersions, and what becomes of each of its replicas is decided`,
      }),
      confirm({ what: 'the site shows its maintenance page and the workers have run dry' }),
      {
        step: createBackup({ database }),
        why: 'The only way back.',
      },
      confirm({
        what: `gcloud sql instances patch ${database} --database-version=POSTGRES_${version} has ended without an error, and SHOW server_version says ${version}`,
      }),
      {
        step: confirm({ what: `ANALYZE has run in every database of ${database}` }),
        why: 'An upgrade leaves no statistics behind: the first hour would be planned blindly.',
      },
      confirm({
        what: `the System document says databases.${database}.version: ${version}, and plimsoll explain version-supported says ok`,
      }),
      checkConnections({ database }),
      confirm({
        what: 'the site is open again, errors and p95 are as before, the trial is deleted',
      }),
    ]),
  ],
})
