#!/usr/bin/env node
/** Plain JavaScript, so that a host that cannot run the rest hears it in one sentence. */
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { debuglog } from 'node:util'

const oldestMajor = 24
const installed = new URL('../node_modules/', import.meta.url)

/** What is wrong with this host, and what to do; undefined: nothing. */
function unfitness() {
  if (!existsSync(installed))
    return 'The packages are not installed: run `npm ci` here first, then `npm start`.'
  const { node } = process.versions
  if (Number.parseInt(node, 10) < oldestMajor)
    return `Plimsoll needs Node ${oldestMajor} or newer and this is ${node}: start it with \`npm start\` or \`npm run plimsoll -- ...\`, which use the Node in node_modules.`
  return undefined
}

async function run() {
  const unfit = unfitness()
  if (unfit !== undefined) {
    process.stderr.write(`${unfit}\n`)
    return 1
  }
  // What was compiled once is kept beside the packages, by content: the second start takes half the
  // time. Where that folder cannot be written, nothing is kept.
  module.enableCompileCache(fileURLToPath(new URL('.cache/plimsoll/', installed)))
  try {
    const { main } = await import('../src/main.ts')
    return await main(process.argv.slice(2))
  } catch (error) {
    debuglog('plimsoll')('%s', error?.stack)
    process.stderr.write(`${sentenceOf(error)}\n`)
    return 1
  }
}

function sentenceOf(error) {
  const message = String(error?.message ?? error).split('\n', 1)[0]
  // A package, not one of our own files: those are named by their whole path.
  if (error?.code === 'ERR_MODULE_NOT_FOUND' && message.startsWith('Cannot find package'))
    return 'The packages are not all installed: run `npm ci` here, then try again.'
  return `Plimsoll stopped at an error of its own: ${message} (NODE_DEBUG=plimsoll shows where).`
}

process.exitCode = await run()
