/** bin/plimsoll.mjs: an unfit host hears one sentence, and nobody a stack trace. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { projectRoot } from '../architecture/source.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

type Clone = { readonly isInstalled?: boolean; readonly main?: string }

/** The bin alone in a folder, with this `src/main.ts`. */
async function clone({ isInstalled = true, main = '' }: Clone): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-host-'))
  folders.push(folder)
  await cp(join(projectRoot, 'bin'), join(folder, 'bin'), { recursive: true })
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'src/main.ts'), main)
  if (isInstalled) await mkdir(join(folder, 'node_modules'))
  return folder
}

/** As a Node of that version: what the bin sees of it is `process.versions`. */
function pretending(version: string): readonly string[] {
  const versions = `{ value: { ...process.versions, node: '${version}' } }`
  const code = `Object.defineProperty(process, 'versions', ${versions})`
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
}

type Ending = { readonly code: number; readonly stdout: string; readonly stderr: string }

function ran(folder: string, args: readonly string[] = [], node: readonly string[] = []) {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const bin = join(folder, 'bin/plimsoll.mjs')
  execFile(process.execPath, [...node, bin, ...args], { timeout: 60_000 }, (error, out, err) => {
    const code = error === null ? 0 : Number(error.code)
    resolve({ code, stdout: out, stderr: err })
  })
  return promise
}

test.each(['20.20.2', '23.11.0'])('Node %s is told which Node to use, and how', async (version) => {
  const { code, stdout, stderr } = await ran(await clone({}), ['status'], pretending(version))
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(
    `Plimsoll needs Node 24 or newer and this is ${version}: start it with \`npm start\` or \`npm run plimsoll -- ...\`, which use the Node in node_modules.\n`,
  )
})

test.each(['20.20.2', '24.21.0'])('without packages Node %s is told npm ci', async (version) => {
  const folder = await clone({ isInstalled: false })
  const { code, stderr } = await ran(folder, [], pretending(version))
  expect(code).toBe(1)
  expect(stderr).toBe(
    'The packages are not installed: run `npm ci` here first, then `npm start`.\n',
  )
})

test('with some of the packages it is npm ci too', async () => {
  const { code, stderr } = await ran(await clone({ main: `import 'plimsoll-has-no-such-one'` }))
  expect(code).toBe(1)
  expect(stderr).toBe('The packages are not all installed: run `npm ci` here, then try again.\n')
})

test.each(['24.0.0', '26.1.0'])('Node %s runs main with the arguments', async (version) => {
  const main = `export const main = async (args: readonly string[]): Promise<number> => {
    console.log(args.join('+'))
    return 3
  }`
  const ending = await ran(await clone({ main }), ['check', 'a=1'], pretending(version))
  expect(ending).toEqual({ code: 3, stdout: 'check+a=1\n', stderr: '' })
})

test('an error of our own is one sentence, and its place is there for the asking', async () => {
  const folder = await clone({ main: `export const main = () => { throw new Error('no hull') }` })
  const { code, stderr } = await ran(folder)
  expect(code).toBe(1)
  expect(stderr).toBe(
    'Plimsoll stopped at an error of its own: no hull (NODE_DEBUG=plimsoll shows where).\n',
  )
})
