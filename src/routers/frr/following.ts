import type { Hint, TargetErrorCode } from '../../domain/target.js'
import { backoff } from '../../platform/backoff.js'
import { sleep, type Clock } from '../../platform/clock.js'
import { HintBox } from '../common/hint-box.js'
import type { Nudge } from './nudge.js'
import type { VtyClient } from './vty/client.js'
import { Closed } from './vty/connection.js'
import { toFailure, VtyFailed } from './vty/errors.js'

/** One watch of a daemon, from its first look to the failure that ends it. Throws VtyFailed. */
export type WatchOnce = (box: HintBox, onConnected: () => void, signal: AbortSignal) => Promise<void>

interface Timing {
  readonly clock: Clock
  readonly random: () => number
}

/** Watches again and again until the signal aborts or the reader leaves: there is never more than one watch. */
export async function* following(watchOnce: WatchOnce, timing: Timing, signal: AbortSignal): AsyncIterable<Hint> {
  const own = new AbortController()
  const stop = (): void => own.abort()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const box = new HintBox(timing.clock)
  const watching = follow(watchOnce, timing, box, own.signal)
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

async function follow(
  watchOnce: WatchOnce,
  { clock, random }: Timing,
  box: HintBox,
  signal: AbortSignal,
): Promise<void> {
  // A daemon that is back with a saved statement of ours announces as soon as it has a session: that takes a second.
  const retry = backoff(20, 250, random)
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
      if (!(failed instanceof VtyFailed)) throw failed
      const { error } = failed
      if (!signal.aborted && error.code !== reported) box.disconnected(error)
      reported = error.code
    }
    await sleep(clock, retry.next(), signal)
  }
}

/** A look holds the daemon up: of small tables no more than a hundredth of its time. */
const restFactor = 100
/** On a busy host a look takes long without holding anybody up, and a session that was lost must be told in seconds. */
const longestRest = 3_000

/** Milliseconds from a look that took `spent` to the next: at least `least`. */
export function restAfter(spent: number, least: number): number {
  return Math.max(least, Math.min(spent * restFactor, longestRest))
}

interface Watched {
  readonly reads: { readonly vty: VtyClient }
  readonly changes: { readonly vty: VtyClient }
  readonly nudge: Nudge
  readonly clock: Clock
}

/** Throws VtyFailed when a connection is closed: another daemon may be there in a moment, which knows nothing of us. */
export async function restUnlessLost(
  { reads, changes, nudge, clock }: Watched,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const paused = nudge.wait(clock, ms, AbortSignal.any([signal, over.signal]))
  const lost = await Promise.race([paused.then(() => false), reads.vty.lost(), changes.vty.lost()])
  over.abort()
  await paused
  if (lost) throw toFailure(new Closed('its connection is gone'), reads.vty.question('watch it'), false)
}
