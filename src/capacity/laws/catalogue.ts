/** The laws, in the order of capacity.md, 3. A law is one file and one line here. */
import { alertFires } from './alert-fires.ts'
import { beatSingleton } from './beat-singleton.ts'
import { celeryCpu } from './celery-cpu.ts'
import { celeryMemory } from './celery-memory.ts'
import { celeryPrefetch } from './celery-prefetch.ts'
import { celeryScaling } from './celery-scaling.ts'
import { celeryThroughput } from './celery-throughput.ts'
import { dbBuiltInConnections } from './db-built-in-connections.ts'
import { dbConnections } from './db-connections.ts'
import { dbCpu } from './db-cpu.ts'
import { dbMemory } from './db-memory.ts'
import { djangoDatabase } from './django-database.ts'
import { monthlyCost } from './monthly-cost.ts'
import { poolerBusy } from './pooler-busy.ts'
import { poolerClients } from './pooler-clients.ts'
import { poolerMode } from './pooler-mode.ts'
import { redisClients } from './redis-clients.ts'
import { redisEviction } from './redis-eviction.ts'
import { replicaMaxConnections } from './replica-max-connections.ts'
import { responseTime } from './response-time.ts'
import { tierValid } from './tier-valid.ts'
import { versionSupported } from './version-supported.ts'
import { webConcurrency } from './web-concurrency.ts'
import { webCpu } from './web-cpu.ts'
import { webMemory } from './web-memory.ts'
import { webProcesses } from './web-processes.ts'
import { webSlots } from './web-slots.ts'

export const laws = [
  dbConnections,
  dbMemory,
  dbCpu,
  dbBuiltInConnections,
  replicaMaxConnections,
  tierValid,
  versionSupported,
  poolerClients,
  poolerBusy,
  poolerMode,
  webSlots,
  webConcurrency,
  webProcesses,
  webCpu,
  webMemory,
  djangoDatabase,
  celeryThroughput,
  celeryCpu,
  celeryScaling,
  celeryMemory,
  celeryPrefetch,
  beatSingleton,
  redisClients,
  redisEviction,
  alertFires,
  responseTime,
  monthlyCost,
] as const

export type LawId = (typeof laws)[number]['id']
