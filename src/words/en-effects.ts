/** What each step would do, in English: the words of `effect`. What was typed or observed stands as literal text. */
import type { Effect } from '../define/step.ts'
import type { Face } from './en.ts'
import { number } from './numbers.ts'

type Say = (name: string) => string

export function effectSentence(
  { code, values }: { code: string; values: object },
  face: Pick<Face, 'literal'>,
) {
  const say: Say = (name) => {
    const given: unknown = Reflect.get(values, name)
    return typeof given === 'number' ? number(given) : face.literal(String(given))
  }
  const has = (name: string) => !['', 0, undefined].includes(Reflect.get(values, name))
  const known: Readonly<Record<string, (say: Say, has: (name: string) => boolean) => string>> =
    effects
  return known[code]?.(say, has) ?? code
}

const effects: Readonly<
  Record<Effect['code'], (say: Say, has: (name: string) => boolean) => string>
> = {
  resize: (say, has) => {
    const standby = `from ${say('was')} to ${say('availability')}`
    const held = has('held') ? ', its clients held in the pooler while it restarts' : ''
    if (has('availability') && say('from') === say('to'))
      return `change ${say('database')} ${standby}${held}`
    const moved = has('availability') ? ` and ${standby}` : ''
    return `resize ${say('database')} from ${say('from')} to ${say('to')}${moved}${held}`
  },
  'look-at-connections': (say) => `look at the connections of ${say('database')}`,
  'change-celery': (say, has) => {
    const fetching = `from ${say('prefetchFrom')} to ${say('prefetch')}`
    const live = has('live') ? ', in the workers that run' : ''
    if (has('prefetch') && say('from') === say('to'))
      return `change the prefetch multiplier of ${say('service')} ${fetching}`
    const more = has('prefetch') ? `, its prefetch multiplier ${fetching}` : ''
    return `change the concurrency of ${say('service')} from ${say('from')} to ${say('to')}${more}${live}`
  },
  'set-flag': (say, has) =>
    `set ${say('name')} of ${say('database')} from ${say('from')} to ${say('to')}${keeping(say, has)}`,
  'unset-flag': (say, has) =>
    `put ${say('name')} of ${say('database')} back to its default from ${say('from')}${keeping(say, has)}`,
  'back-up': (say) => `back up ${say('database')}`,
  'create-replica': (say) =>
    `create the read replica ${say('name')} of ${say('database')}, ${say('tier')}`,
  'delete-replica': (say) => `delete the read replica ${say('name')} of ${say('database')}`,
  'terminate-sessions': (say, has) =>
    `end the sessions of ${say('database')} that sit in a transaction, idle for over ${say('idleSeconds')} s${has('whose') ? `, of ${say('whose')}` : ''}`,
  route: (say) => `route ${say('service')} from ${say('from')} to ${say('to')}`,
  'set-pooler': (say, has) => `set the pooler ${say('pooler')}: ${changes(say, has)}`,
  'set-gunicorn': (say, has) => `set gunicorn of ${say('service')}: ${changes(say, has)}`,
  'set-django': (say, has) =>
    `set the connections of Django in ${say('service')}: ${changes(say, has)}`,
  scale: (say, has) => `scale ${say('service')}: ${changes(say, has)}`,
  'roll-back': (say) => `send the traffic of ${say('service')} to its revision ${say('revision')}`,
  'create-alert': (say) => `create the alert ${say('alert')}, told to ${say('channel')}`,
  'retarget-alert': (say) =>
    `move the threshold of the alert ${say('alert')} from ${say('from')} to ${say('to')}`,
  'apply-dashboards': () => 'apply the dashboards',
  'start-load': (say, has) =>
    `load it with ${say('users')} test users${has('minutes') ? ` for ${say('minutes')} minutes` : ''}${has('host') ? ` through ${say('host')}` : ''}`,
  'stop-load': () => 'stop the load test',
  confirm: (say) => `confirm: ${say('what')}`,
}

function changes(say: Say, has: (name: string) => boolean): string {
  return has('changes') ? say('changes') : 'nothing'
}

/** The flags that stay: what is not named here disappears. */
function keeping(say: Say, has: (name: string) => boolean): string {
  return has('kept') ? `, keeping ${say('kept')}` : ''
}
