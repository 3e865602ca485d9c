/** Settings in a container's arguments and environment: read as the program would, and written in place. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  boundService,
  readBound,
  type Surroundings,
  writeBound,
} from '../../src/world/cloud-run-bindings.ts'
import { flagValue, withFlag } from '../../src/world/command-line.ts'
import type { ServiceSetting } from '../../src/world/ports/cloud-run.ts'
import { boundText, documentOf } from './tuki-run.ts'

const flag = { long: '--workers', short: '-w' }

describe('a flag', () => {
  test.for([
    [['--workers=9'], '9'],
    [['--workers', '9'], '9'],
    [['-w', '9'], '9'],
    [['-w9'], '9'],
    [['--workers=9', 'app', '-w', '4'], '4'],
    [['--workers-per-core=9'], undefined],
    [['--workers'], undefined],
  ] as const)('in %j is %s', ([words, value]) => {
    expect(flagValue(words, flag)).toBe(value)
  })

  const piece = fc.constantFrom(['app'], ['--workers=9'], ['-w', '3'], ['-w4'], ['--threads=2'])
  const lines = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.flat())

  test('that is written is read, once, and writing it again changes nothing', () => {
    fc.assert(
      fc.property(lines, fc.nat(99), (words, value) => {
        const once = withFlag(words, flag, String(value))
        expect(flagValue(once, flag)).toBe(String(value))
        expect(withFlag(once, flag, String(value))).toEqual(once)
        const others = (line: readonly string[]) =>
          line.filter((one) => ['app', '--threads=2'].includes(one))
        expect(others(once)).toEqual(others(words))
      }),
    )
  })
})

function backend(text = boundText) {
  const bound = boundService(documentOf(text), 'backend')
  if (bound === null) throw new Error('backend is bound')
  return bound
}

function container(args: readonly string[], env: object = {}): Surroundings {
  return { args, env: new Map(Object.entries(env)) }
}

describe('gunicorn', () => {
  test.for([
    ['gunicorn.workers', ['config.wsgi'], {}, 1],
    ['gunicorn.workers', [], { WEB_CONCURRENCY: '5' }, 5],
    ['gunicorn.workers', ['-w', '3'], { WEB_CONCURRENCY: '5' }, 3],
    ['gunicorn.workerClass', ['-k', 'uvicorn.workers.UvicornWorker'], {}, 'uvicorn'],
    ['gunicorn.workerClass', ['--threads=4'], {}, 'sync'],
    ['gunicorn.threads', ['--threads', '4'], {}, 4],
  ] as const)('%s of %j %j is %s', ([setting, args, env, value]) => {
    expect(readBound(backend(), setting, container(args, env))).toEqual({ kind: 'read', value })
  })

  test.for([
    ['gunicorn.workers', ['-c', 'gunicorn.conf.py'], /configuration file/],
    ['gunicorn.workers', ['--workers=$CORES'], /is no number/],
    ['gunicorn.workerClass', ['-k', 'my.Worker'], /no worker class/],
    ['gunicorn.workers', ['-c', 'exec gunicorn --workers 9 app'], /line for a shell/],
  ] as const)('%s of %j is not guessed', ([setting, args, why]) => {
    expect(readBound(backend(), setting, container(args))).toMatchObject({
      ...{ kind: 'unread', why: expect.stringMatching(why) },
    })
  })

  test('in an environment variable is a line of flags there', () => {
    const bound = backend(
      boundText.replace('gunicorn: { args: true }', 'gunicorn: { env: GUNICORN_CMD_ARGS }'),
    )
    const before = container(['run'], { GUNICORN_CMD_ARGS: '--workers=9 --preload' })
    expect(readBound(bound, 'gunicorn.workers', before)).toEqual({ kind: 'read', value: 9 })
    const after = writeBound(bound, 'gunicorn.workers', 4, before)
    expect(after.env.get('GUNICORN_CMD_ARGS')).toBe('--workers=4 --preload')
    expect(after.args).toEqual(['run'])
  })
})

test('a worker that scales its own pool has no concurrency of its own', () => {
  const bound = boundService(documentOf(boundText), 'celery-worker')
  if (bound === null) throw new Error('celery-worker is bound')
  const scaling = container(['worker', '--autoscale=8,2', '--concurrency=4'])
  expect(readBound(bound, 'celery.concurrency', scaling)).toMatchObject({ kind: 'unread' })
  expect(() => writeBound(bound, 'celery.concurrency', 6, scaling)).toThrow(/--autoscale/)
})

test.for([
  'django.connMaxAgeSeconds',
  'database.through',
] as const satisfies readonly ServiceSetting[])(
  '%s that is kept in a secret is neither read nor written',
  (setting) => {
    const secret = container([], { DB_CONN_MAX_AGE: null, DB_HOST: null })
    expect(readBound(backend(), setting, secret)).toMatchObject({ kind: 'unread' })
    expect(readBound(backend(), setting, container([]))).toMatchObject({ kind: 'unread' })
    expect(() => writeBound(backend(), setting, 'direct', secret)).toThrow(/secret/)
  },
)
