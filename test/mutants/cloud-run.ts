/** Changes that would make a write to Cloud Run unsafe, and the tests that notice. */
import type { Mutant } from './mutant.ts'

const writes = 'test/world/cloud-run-writes.test.ts'

export const cloudRunMutants: readonly Mutant[] = [
  {
    name: 'run-etag-not-sent',
    safety:
      'a write carries the etag that it was planned on, so that Cloud Run refuses a stale one',
    file: 'src/world/cloud-run-send.ts',
    find: 'etag: change.etag, annotations',
    replace: 'annotations',
    killedBy: {
      file: writes,
      title: 'one that moved behind a lagging read is refused by Cloud Run itself, with 409',
    },
  },
  {
    name: 'run-unknown-fate-is-no',
    safety: 'a write whose reply was lost may have happened: its fate is unknown, never "no"',
    file: 'src/world/cloud-run-send.ts',
    find: "const sent = isOpened ? 'unknown' : 'no'",
    replace: "const sent = 'no'",
    killedBy: {
      file: writes,
      title: 'a reply lost after it took effect is unknown; a second send finds the first',
    },
  },
  {
    name: 'run-laid-on-a-failed-template',
    safety: 'a change is laid on what serves, so that nothing of a failed revision comes with it',
    file: 'src/world/cloud-run.ts',
    find: 'if (first.revision === raw.latestCreatedRevision) return raw.template',
    replace: 'if (first.revision !== null) return raw.template',
    killedBy: {
      file: 'test/world/cloud-run.test.ts',
      title: 'that never becomes ready fails; the old one serves, and the next is laid on that',
    },
  },
]
