import type { Clock } from '../platform/clock.js'

/** Lets callers go on one after the other, `gap` milliseconds apart at least, in the order of their coming. */
export function createTurns(clock: Clock, gap: number): () => Promise<void> | undefined {
  let free = 0
  return () => {
    const now = clock.now()
    const wait = Math.max(0, free - now)
    free = now + wait + gap
    return wait === 0 ? undefined : new Promise((resolve) => void clock.timer(wait, resolve))
  }
}
