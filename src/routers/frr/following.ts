import type { Hint, TargetError } from '../../domain/target.js'
import type { Clock } from '../../platform/clock.js'
import { following, type Following, type WatchOnce } from '../common/following.js'
import type { Nudge } from './nudge.js'
import type { VtyClient } from './vty/client.js'
import { Closed } from './vty/connection.js'
import { toFailure, VtyFailed } from './vty/errors.js'

/** Follows a daemon over its vty socket until the signal aborts or the reader leaves. */
export function followVty(
  watchOnce: WatchOnce,
  { clock, random }: Pick<Following, 'clock' | 'random'>,
  signal: AbortSignal,
): AsyncIterable<Hint> {
  const errorOf = (failed: unknown): TargetError | undefined => (failed instanceof VtyFailed ? failed.error : undefined)
  // A daemon that is back with a saved statement of ours announces as soon as it has a session: that takes a second.
  return following(watchOnce, { errorOf, pauses: [20, 250], clock, random }, signal)
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
