/** A world of which nothing is configured: each source says what to set. What is configured takes its place. */
import type { Unconfigured, World } from './world.ts'

const set = (remedy: string): Unconfigured => ({ unconfigured: true, remedy })

const sources = {
  cloudSql: set('set GOOGLE_CLOUD_PROJECT'),
  cloudRun: set('set GOOGLE_CLOUD_PROJECT'),
  monitoring: set('set GOOGLE_CLOUD_PROJECT'),
  postgres: set('set DATABASE_URL_<NAME>, and I ask the database itself'),
  pgBouncer: set('set PGBOUNCER_ADMIN_URLS, one for each process'),
  celery: set('set CELERY_BROKER_URL'),
  loadTest: set('install k6, and let PATH lead to it, or name policy.loadTestJob'),
  clocks: set('set GOOGLE_CLOUD_PROJECT'),
}

export const nowhere: World = { read: sources, write: sources }
