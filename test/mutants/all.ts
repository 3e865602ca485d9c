/** Every mutant: a new list is one line here. */
import { cloudRunMutants } from './cloud-run.ts'
import { cloudSqlMutants } from './cloud-sql.ts'
import { coreMutants } from './core.ts'
import { ledgerMutants } from './ledger.ts'
import type { Mutant } from './mutant.ts'
import { peopleMutants } from './people.ts'
import { slackMutants } from './slack.ts'
import { survivalMutants } from './survival.ts'

export const mutants: readonly Mutant[] = [
  ...cloudRunMutants,
  ...cloudSqlMutants,
  ...coreMutants,
  ...ledgerMutants,
  ...peopleMutants,
  ...slackMutants,
  ...survivalMutants,
]
