import { setImmediate } from 'node:timers/promises'

/**
 * Goes through a long list without holding the event loop: timers and sockets get their turn after each `size` items.
 * Ends early when the signal aborts; the caller looks at the signal.
 */
export async function* inSlices<T>(
  items: readonly T[],
  size: number,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length && !signal.aborted; at += size) {
    if (at > 0) await setImmediate()
    yield items.slice(at, at + size)
  }
}
