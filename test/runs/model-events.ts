/** What the models in the small share: forecasts as the executor writes them, and the headroom that events come to. */
import type { HeadroomEvent, RunEvent, ShownForecast } from '../../src/runs/events.ts'
import { type Headroom, headroomOf } from '../../src/runs/headroom.ts'
import { event } from './histories.ts'

export function forecastOn(changes: Partial<ShownForecast>): RunEvent {
  const made = event('step-forecast')
  if (made.type !== 'step-forecast') throw new Error('it is no forecast')
  return { ...made, forecast: { ...made.forecast, ...changes } }
}

const heads = new Map<string, Headroom>()

export function headOf(events: readonly HeadroomEvent[]): Headroom {
  const name = JSON.stringify(events)
  const known = heads.get(name)
  if (known !== undefined) return known
  const records = events.map((one, index) => ({ version: index + 1, at: 0, event: one }))
  const head = headroomOf(records)
  heads.set(name, head)
  return head
}
