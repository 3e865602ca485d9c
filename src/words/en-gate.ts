/** What stands in the way of a change at this moment, in words. */
import type { GateReason } from '../gate/reason.ts'
import { nameOf, number } from './numbers.ts'

/** What stands in the way at this moment, whatever the capacity. */
export const gateReasons: {
  readonly [Code in GateReason['code']]: (reason: GateReason) => string
} = {
  'target-claimed': ({ subject, values }) =>
    `${nameOf(subject)} is held by run ${values.run ?? ''} until that is verified or ended.`,
  'target-busy': ({ subject, values }) =>
    `${nameOf(subject)} is busy: operation ${values.operation ?? ''} has not ended. ` +
    'Ask again when it has.',
  'not-runnable': ({ subject, values }) =>
    `${nameOf(subject)} is ${values.state ?? 'not running'}; it must be RUNNABLE.`,
  'event-near': ({ subject, values: { event, users, secondsMax, until } }) =>
    `Not now: ${event} brings ${number(Number(users))} users until ${until}, and while ` +
    `${nameOf(subject)} restarts nothing is carried for up to ${secondsMax} s. Ask again then.`,
  'not-allowed': ({ values }) => `Not now: ${values.rule ?? 'the policy says no'}.`,
  stopped: ({ values }) =>
    `Everything is stopped since ${values.at ?? ''}: ${values.reason ?? ''}. ` +
    'Two people lift it with `/runbook stop-all lift`.',
  frozen: ({ values }) => `${values.name ?? ''} freezes every change until ${values.until ?? ''}.`,
  'too-many-changes': ({ values }) =>
    `${values.count ?? ''} changes in the last hour, and the policy allows ${values.max ?? ''}. ` +
    `The next one may begin at ${values.until ?? ''}.`,
  'cooling-down': ({ subject, values }) =>
    `Another run changed ${nameOf(subject)}; it cools down until ${values.until ?? ''}.`,
  'clock-differs': ({ values }) =>
    `My clock is ${values.seconds ?? ''} s ${values.direction ?? 'off'}, by the ${values.of ?? ''}: ages, expiries ` +
    'and freezes are not what they seem. Let NTP set it, then ask again.',
}
