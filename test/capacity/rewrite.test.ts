/** Values are put into a System document, and every other character of it stays. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Rewrite, rewriteDocument } from '../../src/capacity/rewrite.ts'

const system = readFileSync('system.yml', 'utf8')

function rewritten(changes: readonly Rewrite[], text = system): string {
  const result = rewriteDocument(text, changes, 'system.yml')
  if (result.kind === 'wrong') throw new Error(result.sentence)
  return result.text
}

const at = (path: string, value: unknown): Rewrite => ({ path: path.split('.'), value })

/** Lines of one text that the other has not. */
function linesChanged(before: string, after: string): readonly string[] {
  const old = before.split('\n')
  return after.split('\n').filter((line, index) => line !== old[index])
}

describe('rewriteDocument', () => {
  test('changes one line, and its comment keeps its column', () => {
    const text = rewritten([at('workload.nowUsers', 4321)])
    const [line, ...others] = linesChanged(system, text)
    expect(others).toEqual([])
    const old = system.split('\n').find((one) => one.includes('nowUsers: 300')) ?? ''
    expect(line?.indexOf('#')).toBe(old.indexOf('#'))
    expect(line).toMatch(/^ {2}nowUsers: 4321 +# what it carries/)
  })

  test('reaches into a map on one line', () => {
    const text = rewritten([at('services.backend.gunicorn.workers', 8)])
    expect(linesChanged(system, text)).toEqual([
      '    gunicorn: { workerClass: sync, workers: 8, threads: 1, memoryMibPerWorker: 250 }',
    ])
  })

  test('puts flags in and takes them out, and keeps every comment', () => {
    const path = 'databases.tuki-db-prod.flags'
    const set = rewritten([at(path, { max_connections: '500', log_min_duration_statement: '9' })])
    const less = rewritten([at(path, { max_connections: '500' })], set)
    expect(parse(less).databases['tuki-db-prod'].flags).toEqual({ max_connections: '500' })
    const comments = (text: string) => text.match(/#.*$/gm)
    expect(comments(less)).toEqual(comments(system))
    expect(Object.keys(parse(less))).toEqual(Object.keys(parse(system)))
  })

  test('leaves the file alone where the document would not be valid', () => {
    expect(rewriteDocument(system, [at('databases.tuki-db-prod.diskGb', 'x')], 'a.yml')).toEqual({
      kind: 'wrong',
      sentence: expect.stringMatching(/a\.yml is left as it was: databases\.tuki-db-prod\.diskGb/),
    })
  })

  test('refuses where an anchor would carry the change to somewhere else', () => {
    const shared = system.replace('minInstances: 3', 'minInstances: &few 3')
    const used = shared.replace('minInstances: 2', 'minInstances: *few')
    expect(rewriteDocument(used, [at('services.backend.minInstances', 5)], 'a.yml')).toMatchObject({
      kind: 'wrong',
      sentence: expect.stringContaining('anchors'),
    })
  })

  test('whatever the numbers are, they are read back, and no other line moved', () => {
    const number = fc.integer({ min: 1, max: 1_000_000 })
    fc.assert(
      fc.property(number, number, number, (users, memory, size) => {
        const text = rewritten([
          at('workload.users', users),
          at('services.backend.memoryGib', memory / 8),
          at('poolers.pgbouncer.defaultPoolSize', size),
        ])
        const read = parse(text)
        expect(read.workload.users).toBe(users)
        expect(read.services.backend.memoryGib).toBe(memory / 8)
        expect(read.poolers.pgbouncer.defaultPoolSize).toBe(size)
        expect(linesChanged(system, text).length).toBeLessThanOrEqual(3)
        expect(text.split('\n').length).toBe(system.split('\n').length)
      }),
    )
  })
})
