import type { Hint, TargetError, TargetErrorCode } from '../../domain/target.js'
import { backoff } from '../../platform/backoff.js'
import { sleep, type Clock } from '../../platform/clock.js'
import { HintBox } from './hint-box.js'

/** One watch of a daemon, from its first look to the failure that ends it, which it throws. */
export type WatchOnce = (box: HintBox, onConnected: () => void, signal: AbortSignal) => Promise<void>

export interface Following {
  /** Why a watch ended; undefined for a fault of ours, which ends the hints. */
  readonly errorOf: (failed: unknown) => TargetError | undefined
  /** Milliseconds before the first new watch, and the most before any. */
  readonly pauses: readonly [first: number, longest: number]
  readonly clock: Clock
  readonly random: () => number
}

/** Watches again and again until the signal aborts or the reader leaves: there is never more than one watch. */
export async function* following(watchOnce: WatchOnce, how: Following, signal: AbortSignal): AsyncIterable<Hint> {
  const own = new AbortController()
  const stop = (): void => own.abort()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const box = new HintBox(how.clock)
  const watching = follow(watchOnce, how, box, own.signal)
  // A fault of ours must reach the reader as well, not wait until it leaves.
  watching.catch(stop)
  try {
    yield* box.read(own.signal)
  } finally {
    stop()
    signal.removeEventListener('abort', stop)
    await watching
  }
}

async function follow(watchOnce: WatchOnce, how: Following, box: HintBox, signal: AbortSignal): Promise<void> {
  const [first, longest] = how.pauses
  const retry = backoff(first, longest, how.random)
  let reported: TargetErrorCode | undefined
  const onConnected = (): void => {
    reported = undefined
    retry.reset()
    box.connected()
  }
  while (!signal.aborted) {
    try {
      await watchOnce(box, onConnected, signal)
    } catch (failed) {
      const error = how.errorOf(failed)
      if (error === undefined) throw failed
      if (!signal.aborted && error.code !== reported) box.disconnected(error)
      reported = error.code
    }
    await sleep(how.clock, retry.next(), signal)
  }
}
