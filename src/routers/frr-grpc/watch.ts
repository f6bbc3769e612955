import type { Hint, TargetErrorCode } from '../../domain/target.js'
import { backoff } from '../../platform/backoff.js'
import { sleep, type Clock } from '../../platform/clock.js'
import { HintBox } from '../common/hint-box.js'
import type { Api } from './api.js'
import { CallFailed } from './errors.js'
import { addressesIn } from './gate.js'
import type { Pictures } from './pictures.js'

/** Milliseconds between two looks: the northbound tells nobody what changed, and a frozen bgpd closes no connection. */
const heartbeat = 2_000
/** A look holds bgpd up: no more than a hundredth of its time. */
const restFactor = 100

export interface Watched {
  /** The connection for what is read. */
  readonly reads: Api
  /** The connection for changes: kept open and proven, so that a withdrawal finds it ready. */
  readonly changes: Api
  readonly pictures: Pictures
  readonly clock: Clock
  readonly random: () => number
}

/** Follows the daemon until the signal aborts or the reader leaves: there is never more than one watch. */
export async function* watchGate(watched: Watched, signal: AbortSignal): AsyncIterable<Hint> {
  const own = new AbortController()
  const stop = (): void => own.abort()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const box = new HintBox(watched.clock)
  const following = follow(watched, box, own.signal)
  // A fault of ours must reach the reader as well, not wait until it leaves.
  following.catch(stop)
  try {
    yield* box.read(own.signal)
  } finally {
    stop()
    signal.removeEventListener('abort', stop)
    await following
  }
}

async function follow(watched: Watched, box: HintBox, signal: AbortSignal): Promise<void> {
  const retry = backoff(50, 1_000, watched.random)
  watched.pictures.listen((what) => box.changed(what))
  let reported: TargetErrorCode | undefined
  const onConnected = (): void => {
    reported = undefined
    retry.reset()
    box.connected()
  }
  while (!signal.aborted) {
    try {
      await watchOnce(watched, onConnected, signal)
    } catch (failed) {
      if (!(failed instanceof CallFailed)) throw failed
      const { error } = failed
      if (!signal.aborted && error.code !== reported) box.disconnected(error)
      reported = error.code
    }
    await sleep(watched.clock, retry.next(), signal)
  }
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
    await sleep(clock, Math.max(heartbeat, (clock.now() - since) * restFactor), signal)
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
