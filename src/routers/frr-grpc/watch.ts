import type { Hint, TargetError } from '../../domain/target.js'
import { sleep, type Clock } from '../../platform/clock.js'
import { following, type WatchOnce } from '../common/following.js'
import { restAfter } from '../common/rest.js'
import type { Api } from './api.js'
import { CallFailed } from './errors.js'
import { addressesIn } from './gate.js'
import type { Pictures } from './pictures.js'

/** Milliseconds between two looks: the northbound tells nobody what changed, and a frozen bgpd closes no connection. */
const heartbeat = 2_000

export interface Watched {
  /** The connection for what is read. */
  readonly reads: Api
  /** The connection for changes: kept open and proven, so that a withdrawal finds it ready. */
  readonly changes: Api
  readonly pictures: Pictures
  readonly clock: Clock
  readonly random: () => number
}

/** Follows the daemon until the signal aborts or the reader leaves. */
export function watchGate(watched: Watched, signal: AbortSignal): AsyncIterable<Hint> {
  const errorOf = (failed: unknown): TargetError | undefined =>
    failed instanceof CallFailed ? failed.error : undefined
  const how = { errorOf, pauses: [50, 1_000], clock: watched.clock, random: watched.random } as const
  const watch: WatchOnce = (box, onConnected, own) => {
    watched.pictures.listen((what) => box.changed(what))
    return watchOnce(watched, onConnected, own)
  }
  return following(watch, how, signal)
}

/** One watch, from the first look to the failure that ends it. Throws CallFailed. */
async function watchOnce(watched: Watched, onConnected: () => void, signal: AbortSignal): Promise<void> {
  const { reads, pictures, clock } = watched
  await reads.identify(signal)
  pictures.forget()
  let isFirst = true
  while (!signal.aborted) {
    const since = clock.now()
    await look(watched, signal)
    if (isFirst) onConnected()
    isFirst = false
    await sleep(clock, restAfter(clock.now() - since, heartbeat), signal)
  }
}

/** Each has to come to its own deadline, or the other half-dead connection would stay. */
async function look({ reads, changes, pictures }: Watched, signal: AbortSignal): Promise<void> {
  const { epoch } = pictures
  const [gate, proof] = await Promise.allSettled([reads.readGate(signal), changes.identify(signal)])
  if (gate.status === 'rejected') throw gate.reason
  if (proof.status === 'rejected') throw proof.reason
  pictures.looked(new Set(addressesIn(gate.value).keys()), epoch)
}
