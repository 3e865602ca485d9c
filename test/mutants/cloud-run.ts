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
    name: 'run-revision-unnamed',
    safety: 'a revision has the name of its write, so that Cloud Run makes no second one of it',
    file: 'src/world/cloud-run-send.ts',
    find: 'return { revision: name, containers: [...containers] }',
    replace: "return { revision: name === '' ? name : '', containers: [...containers] }",
    killedBy: {
      file: 'test/world/cloud-run.test.ts',
      title: 'is named after the intent, serves when it is ready, and is laid on what serves',
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
  {
    name: 'job-tried-again',
    safety: 'a task of a load test that failed is never run a second time by Cloud Run',
    file: 'src/world/load-test-job-body.ts',
    find: 'maxRetries: 0,',
    replace: 'maxRetries: 3,',
    killedBy: {
      file: 'test/world/load-test-job.test.ts',
      title: 'creates the job with the one execution that its token names, and never runs it',
    },
  },
  {
    name: 'job-confirmed-by-some',
    safety: 'a limit that one segment of a load test did not keep is never confirmed by the others',
    file: 'src/gate/evidence.ts',
    find: 'bound.in === bound.of && ',
    replace: '',
    killedBy: {
      file: 'test/runs/load-test-job.test.ts',
      title: 'in which one segment crossed a limit is parked, contradicted by what was seen',
    },
  },
]
