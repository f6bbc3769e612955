/**
 * Time as an argument. `now` is CLOCK_MONOTONIC in milliseconds with fractions: the same scale in every process since
 * the host's boot, so a deadline written to the run directory holds for the next life of the daemon.
 */
export interface Clock {
  now(): number
  /** For people only; no decision is made by it. */
  wall(): Date
  /** Calls back once after `ms`; the returned function cancels. */
  timer(ms: number, callback: () => void): () => void
  /**
   * Calls back once after the event loop has delivered what the kernel already holds for this process, when called from
   * a timer; the returned function cancels. A deadline that passed while the loop was busy is judged only then: the
   * answer may have come in time and wait in its socket.
   */
  afterIo(callback: () => void): () => void
}

/** Longest delay of a Node timer; a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Number(process.hrtime.bigint()) / 1e6,
  wall: () => new Date(),
  timer: (ms, callback) => {
    // Node cuts fractions off, so that a timer would fire up to a millisecond before its time.
    const handle = setTimeout(callback, Math.min(Math.max(Math.ceil(ms), 0), longestDelay))
    return () => clearTimeout(handle)
  },
  afterIo: (callback) => {
    const handle = setImmediate(callback)
    return () => clearImmediate(handle)
  },
}

/** Resolves after `ms`, or as soon as the signal aborts; never rejects. The caller looks at the signal. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.timer(ms, end)
    signal.addEventListener('abort', end)
  })
}
