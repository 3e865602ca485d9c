/** As many processes as cores: what is beyond them is paid for and idle. facts/workload.md, 1. */
import { ruleLaw } from '../law.ts'
import { fieldTerm } from '../terms.ts'

export const webProcesses = ruleLaw({
  id: 'web-processes',
  depends: 'configuration',
  advice: true,
  subjects: (at) => at.webs,
  judge: (_at, { it }) => (it.gunicorn.workers >= it.cpu ? 'ok' : 'tight'),
  terms: (_at, { it, path }, sourceOf) => [
    fieldTerm('workers', it.gunicorn.workers, { path: `${path}.gunicorn.workers`, sourceOf }),
    fieldTerm('cpu', it.cpu, { path: `${path}.cpu`, sourceOf }),
  ],
})
