/** Every mutant: a new list is one line here. */
import { cloudSqlMutants } from './cloud-sql.ts'
import type { Mutant } from './mutant.ts'

export const mutants: readonly Mutant[] = [...cloudSqlMutants]
