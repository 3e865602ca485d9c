/** A process that works for a moment, then rests: prints its resident bytes then, and when they fell or after 20 s. */
import { setTimeout as pause } from 'node:timers/promises'
import { giveMemoryBack } from '../../src/world/give-back.ts'

giveMemoryBack((error) => {
  throw error
})
const made = Array.from({ length: 1_500_000 }, (_, index) => ({ index, text: `${index}` }))
const burst = process.memoryUsage.rss()
// Let go, and nothing asks for memory any more.
made.length = 0
const deadline = performance.now() + 20_000
while (process.memoryUsage.rss() > burst / 2 && performance.now() < deadline) await pause(200)
process.stdout.write(JSON.stringify({ burst, rest: process.memoryUsage.rss() }))
