/** Where the programs that no Debian package brings are kept between runs: test/real/run.sh puts them there. */
import { homedir } from 'node:os'
import { join } from 'node:path'

const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'plimsoll-real')

export const celeryProgram = join(folder, 'celery', 'bin', 'celery')
export const pythonProgram = join(folder, 'celery', 'bin', 'python')
export const k6Program = join(folder, 'k6')
