/**
 * A discrete-event simulation of customers who pass through pools of servers, as a second judge of
 * the formulas: it knows no formula. Seeded, so that a run can be repeated.
 */

export type Stage =
  /** Waits, first come first served, until a server of the pool is free, and holds it. */
  | { readonly kind: 'acquire'; readonly pool: string }
  | { readonly kind: 'release'; readonly pool: string }
  /** Exponential, with this mean. */
  | { readonly kind: 'spend'; readonly seconds: number }

export type Simulation = {
  readonly seed: number
  readonly servers: Readonly<Record<string, number>>
  readonly stages: readonly Stage[]
  readonly population:
    | { readonly kind: 'closed'; readonly users: number; readonly thinkSeconds: number }
    /** `most` present at once; who comes then is lost. */
    | { readonly kind: 'open'; readonly arrivalsPerSecond: number; readonly most: number }
  /** Measured responses, after a quarter as many that are not. */
  readonly responses: number
}

export type Measured = { readonly mean: number; readonly margin: number }

export type Simulated = {
  readonly response: Measured
  /** Response less what was spent. */
  readonly wait: Measured
  readonly p95: Measured
  readonly p99: Measured
  readonly throughputPerSecond: Measured
  /** Share of the arrivals. */
  readonly lost: Measured
}

type Customer = { stage: number; startedAt: number; waited: number; waitsSince: number }
type Event = { readonly at: number; readonly happens: () => void }

const batches = 20
/** t of 19 degrees of freedom at 99.9 %. */
const deviations = 3.883

/** Means of 20 batches with the interval that holds the true one in 999 of 1,000 runs. */
export function simulate(simulation: Simulation): Simulated {
  const unmeasured = Math.floor(simulation.responses / 4)
  const { responses, losses } = run(simulation, unmeasured + simulation.responses)
  const inBatches = batchesOf(responses.slice(unmeasured))
  const ends = [responses[unmeasured - 1], ...inBatches.map((one) => one.at(-1))].map(
    (one) => one?.at ?? 0,
  )
  const ofResponses = (what: (sorted: readonly number[]) => number) =>
    measured(inBatches.map((one) => what(one.map(({ seconds }) => seconds).sort((a, b) => a - b))))
  return {
    response: ofResponses(meanOf),
    wait: measured(inBatches.map((one) => meanOf(one.map(({ waited }) => waited)))),
    p95: ofResponses((sorted) => sorted[Math.floor(0.95 * sorted.length)] ?? 0),
    p99: ofResponses((sorted) => sorted[Math.floor(0.99 * sorted.length)] ?? 0),
    throughputPerSecond: measured(
      inBatches.map((one, i) => one.length / ((ends[i + 1] ?? 0) - (ends[i] ?? 0))),
    ),
    lost: measured(batchesOf(losses.slice(unmeasured)).map(meanOf)),
  }
}

type Response = { readonly at: number; readonly seconds: number; readonly waited: number }
type World = {
  now: number
  present: number
  readonly events: ReturnType<typeof eventQueue>
  readonly exponential: (mean: number) => number
  readonly responses: Response[]
  readonly losses: number[]
}

function run({ seed, servers, stages, population }: Simulation, responsesAtLeast: number): World {
  const random = randomNumbers(seed)
  const world: World = {
    now: 0,
    present: 0,
    events: eventQueue(),
    exponential: (mean) => -mean * Math.log(1 - random()),
    responses: [],
    losses: [],
  }
  const after = (seconds: number, happens: () => void): void =>
    world.events.push({ at: world.now + world.exponential(seconds), happens })
  const finish = ({ startedAt, waited }: Customer): void => {
    world.present -= 1
    world.responses.push({ at: world.now, seconds: world.now - startedAt, waited })
    if (population.kind === 'closed') after(population.thinkSeconds, start)
  }
  const advance = advancing(world, { servers, stages, finish })
  const start = (): void => {
    world.present += 1
    advance({ stage: 0, startedAt: world.now, waited: 0, waitsSince: 0 })
  }
  const arrive = (open: Simulation['population'] & { kind: 'open' }): void => {
    const isLost = world.present >= open.most
    world.losses.push(isLost ? 1 : 0)
    if (!isLost) start()
    after(1 / open.arrivalsPerSecond, () => arrive(open))
  }
  if (population.kind === 'open') arrive(population)
  else for (let user = 0; user < population.users; user += 1) after(population.thinkSeconds, start)
  while (world.responses.length < responsesAtLeast) {
    const event = world.events.shift()
    if (event === undefined) throw new Error('nothing happens any more')
    world.now = event.at
    event.happens()
  }
  return world
}

/** Takes a customer through the stages until it waits, spends time or is done. */
function advancing(
  world: World,
  {
    servers,
    stages,
    finish,
  }: Pick<Simulation, 'servers' | 'stages'> & { readonly finish: (customer: Customer) => void },
) {
  const pools = new Map(
    Object.entries(servers).map(([name, free]) => [name, { free, queue: queueOf() }]),
  )
  const advance = (customer: Customer): void => {
    for (;;) {
      const stage = stages[customer.stage]
      customer.stage += 1
      if (stage === undefined) {
        finish(customer)
        return
      }
      if (stage.kind === 'spend') {
        const at = world.now + world.exponential(stage.seconds)
        world.events.push({ at, happens: () => advance(customer) })
        return
      }
      const pool = pools.get(stage.pool)
      if (pool === undefined) throw new Error(`no pool ${stage.pool}`)
      if (stage.kind === 'acquire') {
        if (pool.free === 0) {
          customer.waitsSince = world.now
          pool.queue.push(customer)
          return
        }
        pool.free -= 1
        continue
      }
      const next = pool.queue.shift()
      if (next === undefined) pool.free += 1
      else {
        next.waited += world.now - next.waitsSince
        world.events.push({ at: world.now, happens: () => advance(next) })
      }
    }
  }
  return advance
}

export function isWithin(value: number, { mean, margin }: Measured): boolean {
  return Math.abs(value - mean) <= margin
}

/** Uniform on [0, 1). Mulberry32, Ettinger 2017. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Of the standard normal distribution. Box & Muller 1958. */
export function normalNumbers(seed: number): () => number {
  const random = randomNumbers(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function batchesOf<One>(all: readonly One[]): readonly (readonly One[])[] {
  const size = Math.floor(all.length / batches)
  return Array.from({ length: batches }, (_, i) => all.slice(i * size, (i + 1) * size))
}

function measured(means: readonly number[]): Measured {
  const mean = meanOf(means)
  const squares = means.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  const deviation = Math.sqrt(squares / (means.length - 1))
  return { mean, margin: (deviations * deviation) / Math.sqrt(means.length) }
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, one) => sum + one, 0) / values.length
}

/** First in, first out, without moving those behind. */
function queueOf() {
  let all: Customer[] = []
  let first = 0
  return {
    push: (customer: Customer): void => {
      all.push(customer)
    },
    shift: (): Customer | undefined => {
      const customer = all[first]
      if (customer === undefined) return undefined
      first += 1
      if (first > 10_000) {
        all = all.slice(first)
        first = 0
      }
      return customer
    },
  }
}

/** The earliest first: a binary heap. */
function eventQueue() {
  const heap: Event[] = []
  const timeAt = (index: number) => heap[index]?.at ?? Number.POSITIVE_INFINITY
  const swap = (one: number, other: number): void => {
    const [first, second] = [heap[one], heap[other]]
    if (first === undefined || second === undefined) return
    heap[one] = second
    heap[other] = first
  }
  return {
    push: (event: Event): void => {
      heap.push(event)
      for (let at = heap.length - 1; at > 0; ) {
        const above = (at - 1) >> 1
        if (timeAt(above) <= timeAt(at)) return
        swap(at, above)
        at = above
      }
    },
    shift: (): Event | undefined => {
      const earliest = heap[0]
      const last = heap.pop()
      if (heap.length === 0 || last === undefined) return earliest
      heap[0] = last
      for (let at = 0; ; ) {
        const left = 2 * at + 1
        const below = timeAt(left + 1) < timeAt(left) ? left + 1 : left
        if (timeAt(below) >= timeAt(at)) return earliest
        swap(at, below)
        at = below
      }
    },
  }
}
