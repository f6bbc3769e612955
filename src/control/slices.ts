import type { Clock } from '../platform/clock.js'

/**
 * How long one slice works, in milliseconds. Nothing may hold the loop for more than 5: what is done with a slice, and
 * whatever else had been waiting, come on top.
 */
const sliceBudget = 1.5

/**
 * Maps many items without holding the event loop: what fits into one slice comes as one array, and between two slices
 * everything else that waits has its turn.
 */
export async function* slices<T, R>(
  items: readonly T[],
  each: (item: T) => R,
  clock: Pick<Clock, 'now'>,
): AsyncGenerator<R[], void, undefined> {
  let slice: R[] = []
  let began = clock.now()
  for (const item of items) {
    slice.push(each(item))
    if (clock.now() - began < sliceBudget) continue
    yield slice
    slice = []
    await turn()
    began = clock.now()
  }
  if (slice.length > 0) yield slice
}

/** Lets timers, sockets and everything else that waits have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
