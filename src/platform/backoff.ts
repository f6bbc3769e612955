/** Delays between attempts at the same thing: doubling from `first` to `max` milliseconds, spread by a fifth. */
export interface Backoff {
  /** The next delay in milliseconds. */
  next(): number
  /** After a success: start again from `first`. */
  reset(): void
}

/** `random` returns 0 to 1, as Math.random does; the spread keeps hosts that lost one router from returning in step. */
export function backoff(first: number, max: number, random: () => number): Backoff {
  let delay = first
  return {
    next: () => {
      const current = delay
      delay = Math.min(delay * 2, max)
      return current * (0.9 + random() * 0.2)
    },
    reset: () => {
      delay = first
    },
  }
}
