/** Reads a command on each line of its input and answers it as a process of its own would; warm.ts asks. */
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { main } from '../../src/main.ts'

const command = z.strictObject({
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
})

for await (const line of createInterface({ input: process.stdin })) {
  const { args, env } = command.parse(JSON.parse(line))
  process.env = env
  const code = await main(args)
  for (const stream of [process.stdout, process.stderr]) stream.write(`\0${code}\n`)
}
