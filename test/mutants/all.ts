/** Every mutant: a new list is one line here. */
import { cloudSqlMutants } from './cloud-sql.ts'
import { coreMutants } from './core.ts'
import type { Mutant } from './mutant.ts'
import { slackMutants } from './slack.ts'

export const mutants: readonly Mutant[] = [...cloudSqlMutants, ...coreMutants, ...slackMutants]
