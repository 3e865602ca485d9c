/** A queue that gives the smallest first. */

export type Heap<Item> = {
  readonly push: (item: Item) => void
  readonly pop: () => Item | undefined
}

export function heapOf<Item>(compare: (one: Item, other: Item) => number): Heap<Item> {
  const items: Item[] = []
  const isBefore = (one: number, other: number): boolean => {
    const [left, right] = [items[one], items[other]]
    return left !== undefined && right !== undefined && compare(left, right) < 0
  }
  const swap = (one: number, other: number) => {
    const [left, right] = [items[one], items[other]]
    if (left === undefined || right === undefined) return
    items[one] = right
    items[other] = left
  }
  const rise = (from: number) => {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }
  const sink = () => {
    let at = 0
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const child = isBefore(right, left) ? right : left
      if (!isBefore(child, at)) return
      swap(child, at)
      at = child
    }
  }
  return {
    push: (item) => {
      items.push(item)
      rise(items.length - 1)
    },
    pop: () => {
      const first = items[0]
      const last = items.pop()
      if (last !== undefined && items.length > 0) {
        items[0] = last
        sink()
      }
      return first
    },
  }
}
