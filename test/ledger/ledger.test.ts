/** Both ledgers hold the contract. */
import { describe } from 'vitest'
import { ledgerContract } from './contract.ts'
import { memoryLedger } from './memory-ledger.ts'
import { opened, temporaryFolder } from './temporary.ts'

describe('in SQLite', () => ledgerContract((clock) => opened(temporaryFolder(), clock)))

describe('in memory, for tests', () => ledgerContract(memoryLedger))
