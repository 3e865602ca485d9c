/** Mutants of the adapter that writes to Cloud SQL. */
import type { Mutant } from './mutant.ts'

const writes = 'test/world/cloud-sql-writes.test.ts'

export const cloudSqlMutants: readonly Mutant[] = [
  {
    name: 'clearance-not-spent',
    safety: 'a clearance sends one request, and a second one with it sends nothing',
    file: 'src/world/cloud-sql-connection.ts',
    find: '        spend()\n',
    replace: '',
    killedBy: { file: writes, title: 'it is spent once: a second patch sends nothing' },
  },
  {
    name: 'clearance-spent-forever',
    safety: 'spending marks the clearance as spent',
    file: 'src/world/clearance.ts',
    find: 'this.#spent = true',
    replace: '',
    killedBy: { file: writes, title: 'it is spent once: a second patch sends nothing' },
  },
  {
    name: 'clearance-of-another-target',
    safety: 'a clearance for one database sends nothing to another',
    file: 'src/world/clearance.ts',
    find: 'if (target !== this.#request.target)',
    replace: 'if (target === undefined)',
    killedBy: { file: writes, title: 'one for another database sends nothing' },
  },
  {
    name: 'sent-after-send-before',
    safety: 'a process that was frozen and wakes up past `sendBefore` sends nothing',
    file: 'src/world/clearance.ts',
    find: 'if (now > sendBefore)',
    replace: 'if (now > sendBefore + 3_600_000)',
    killedBy: {
      file: writes,
      title: 'past sendBefore nothing is sent: the cloud has seen no request',
    },
  },
  {
    name: 'clock-looked-at-too-early',
    safety: 'the clock is looked at when the connection stands, not when the call began',
    file: 'src/world/cloud-sql-write.ts',
    find: 'sendOnce({ ...options, api,',
    replace: 'sendOnce({ ...options, clock: { now: ((at) => () => at)(options.clock.now()) }, api,',
    killedBy: {
      file: writes,
      title: 'it is looked at when the connection stands, not when the call began',
    },
  },
  {
    name: 'version-not-sent',
    safety:
      'a write carries the version that it was planned on, so that the world refuses a stale one',
    file: 'src/world/cloud-sql-bodies.ts',
    find: '      settingsVersion: change.settingsVersion,\n',
    replace: '',
    killedBy: { file: writes, title: 'a stale version is refused with 412 and changes nothing' },
  },
  {
    name: 'unknown-fate-is-no',
    safety: 'a write whose reply was lost may have happened: its fate is unknown, never "no"',
    file: 'src/world/cloud-sql-write.ts',
    find: "const sent = connection.opened() ? 'unknown' : 'no'",
    replace: "const sent = 'no'",
    killedBy: {
      file: writes,
      title: 'a reply lost after the write took effect is unknown, and the write is there',
    },
  },
  {
    name: 'server-error-is-no',
    safety: 'a 5xx may have had an effect: its fate is unknown, never "no"',
    file: 'src/world/cloud-sql-faults.ts',
    find: "status >= 400 && status < 500 && status !== 408 ? 'no' : 'unknown',",
    replace: "'no',",
    killedBy: {
      file: writes,
      title: '503 is unknown, whether it took effect or not, and is never sent again',
    },
  },
  {
    name: 'unreadable-reply-is-no',
    safety: 'a reply that cannot be read says nothing about what the write did',
    file: 'src/world/cloud-sql-wire.ts',
    find: "judged(plainOperation, reply, 'reply to the write', 'unknown')",
    replace: "judged(plainOperation, reply, 'reply to the write', 'no')",
    killedBy: { file: writes, title: 'an answer that is not Google’s is unreadable and unknown' },
  },
  {
    name: 'client-sends-again',
    safety: 'no client repeats a write by itself, and so turns "unknown" into "no"',
    file: 'src/world/cloud-sql-write.ts',
    find: '      retry: false,\n',
    replace: "      retry: true, retryConfig: { httpMethodsToRetry: ['PATCH'], retry: 2 },\n",
    killedBy: {
      file: writes,
      title: 'a reply lost after the write took effect is unknown, and the write is there',
    },
  },
  {
    name: 'credentials-to-a-local-root',
    safety: "another root than Google's is loopback: nobody else gets the credentials",
    file: 'src/world/google-call.ts',
    find: "if (root.protocol !== 'http:' || !['127.0.0.1', 'localhost', '[::1]'].includes(root.hostname))",
    replace: "if (root.protocol !== 'http:')",
    killedBy: {
      file: 'test/world/cloud-sql.test.ts',
      title: 'another root than loopback is refused before anything is loaded',
    },
  },
  {
    name: 'flags-of-another-version',
    safety: 'the list of flags that is sent is that of the version which was judged',
    file: 'src/steps/set-database-flag.ts',
    find: 'if (instance.settingsVersion !== settingsVersion)',
    replace: "if (instance.settingsVersion === '')",
    killedBy: {
      file: 'test/steps/hands.test.ts',
      title: 'is not sent with a list that is of another version than was judged',
    },
  },
  {
    name: 'other-flags-dropped',
    safety: 'setting one flag makes no other flag disappear',
    file: 'src/steps/set-database-flag.ts',
    find: '{ ...others, [name]: value }',
    replace: '{ [name]: value }',
    killedBy: {
      file: 'test/steps/hands.test.ts',
      title: 'is sent with the whole list, so that no other flag disappears',
    },
  },
  {
    name: 'primary-deleted',
    safety: 'only a replica of the database that was named is ever deleted',
    file: 'src/steps/delete-read-replica.ts',
    find: 'if (primary !== database)',
    replace: 'if (primary === undefined)',
    killedBy: {
      file: 'test/steps/hands.test.ts',
      title: 'is deleted only if it is one: never a primary, never somebody else’s',
    },
  },
]
