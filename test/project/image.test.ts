/** Dockerfile and .dockerignore: what is in the image, who runs it, and what must not be there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { projectRoot } from '../architecture/source.ts'

const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8')
const { dependencies, scripts } = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    scripts: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read('package.json')))
const lines = read('Dockerfile').split('\n')
const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
const sent = read('.dockerignore')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1))

test('its Node is the one of package.json', () => {
  const bases = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1])
  expect(new Set(bases)).toEqual(new Set([`node:${dependencies.node}-slim`]))
})

test('it runs what `npm start` runs, as nobody in particular', () => {
  const command = lines.find((line) => line.startsWith('CMD ')) ?? ''
  expect(
    z
      .array(z.string())
      .parse(JSON.parse(command.slice(4)))
      .join(' '),
  ).toBe(scripts.start)
  expect(last.findLast((line) => line.startsWith('USER '))).toBe('USER node')
})

test('it copies what the context sends, all of it there', () => {
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.startsWith('COPY --from'))
    .flatMap((line) => line.split(' ').slice(1, -1))
  expect(new Set(copied)).toEqual(new Set(sent))
  expect(copied.filter((name) => !existsSync(join(projectRoot, name)))).toEqual([])
})

test('what the bot reads at work is in it, the runbooks as soon as there are any', () => {
  const parts = ['bin', 'src', 'system.yml', 'examples', 'runbooks']
  const present = parts.filter((part) => {
    const path = join(projectRoot, part)
    return part.endsWith('.yml') || (existsSync(path) && readdirSync(path).length > 0)
  })
  expect(sent).toEqual(expect.arrayContaining(present))
})

test('the rehearsal is left out, and no variable of ours is set in it', () => {
  expect(read('.dockerignore').split('\n')).toContain('src/rehearsal')
  const settings = lines.filter((line) => /^(ENV|ARG) /.test(line))
  expect(settings).toEqual(['ENV NODE_ENV=production PORT=8080'])
})
