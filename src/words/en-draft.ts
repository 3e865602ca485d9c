/** What stands beside the values of a drafted System document that nobody saw. */
import type { Note, NoteCode } from '../capacity/draft.ts'
import { count } from './numbers.ts'

export const draftHead = (project: string): string =>
  [
    `The System document of ${project}, as it was seen. Read every line: what nobody saw says so.`,
    'FILL IN: a person must; until then what depends on it is worth nothing.',
    'assumed: a default, which may be right.',
  ].join('\n')

export function noteSentence({ code, names = [] }: Note): string {
  return code === 'left-out'
    ? `Not here: ${names.join(', ')} (${sentences[code]})`
    : sentences[code]
}

const sentences: Readonly<Record<NoteCode, string>> = {
  workload:
    'FILL IN all of it: placeholders of a second each, too much rather than too little; `plimsoll calibrate` measures them',
  budget: 'FILL IN: with 0 nothing may become dearer',
  approvers:
    'everything but the write; before `act`, name policy.roles.approve and policy.channels',
  redis:
    'FILL IN where there is one: { kind: memorystore-redis, memoryGib, maxClients, evictionPolicy, broker }; Memorystore is not asked',
  poolers: 'FILL IN where there is one: nothing in the project tells a pooler from another machine',
  'left-out': 'no PostgreSQL, or a replica whose primary is elsewhere',
  'no-database':
    'FILL IN database: { name, through }, if it has one: no address in its environment',
  'no-services': 'FILL IN: none of Cloud Run was found in this region',
  'redis-connections': 'FILL IN: per instance; nobody asks Redis',
  'kind-by-name': 'assumed from its name: web, celery-worker or celery-beat',
  'kind-assumed': 'assumed: nothing says what runs in it; web, celery-worker or celery-beat',
  'limits-assumed': 'assumed: Cloud Run names no limits, or it has several containers',
  'database-assumed': 'assumed: the only one there is',
  'shares-assumed': 'assumed: all alike; the shares of the web services sum to 1',
  'timeout-default': "assumed: Cloud Run's default",
  'gunicorn-default':
    "assumed: gunicorn's defaults; its flags were not found, so a step cannot write them",
  'django-default': "assumed: Django's default; no variable of its name was found",
  'celery-default': "assumed: a process for each CPU, Celery's default; its flags were not found",
  'process-memory': 'assumed: measure it',
  'scheduler-assumed': 'assumed',
  'sessions-assumed': 'assumed: people, migrations, this bot',
}

export function fillInSentence(notes: readonly Note[]): string {
  const open = notes.filter((one) => noteSentence(one).includes('FILL IN'))
  return `${count(open.length, 'place')} to fill in, ${count(notes.length - open.length, 'value')} assumed: each says so in a comment.`
}

export const noProjectSentence =
  'Of which project? Set GOOGLE_CLOUD_PROJECT, or name it with --project.'

export function regionSentence(regions: readonly string[]): string {
  return regions.length === 0
    ? 'In which region? Cloud SQL has no instance that would say; name it with --region.'
    : `In which region? Cloud SQL has instances in ${regions.join(', ')}; name one with --region.`
}

/** What could not be listed, with the permission that would let it. */
export function unlistedSentence(why: string, permission: string | null): string {
  const remedy =
    permission === null ? '' : `; grant ${permission} (deploy/iam/plimsoll-reading.yml holds it)`
  return `${why}${remedy}.`
}
