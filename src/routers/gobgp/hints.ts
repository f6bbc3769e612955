import type { Hint, TargetError } from '../../domain/target.js'
import { sleep, type Clock } from '../../platform/clock.js'
import { CallFailed, unaryTimeout, type Api } from './api.js'
import type { Echoes } from './echoes.js'
import type { Generation } from './generation.js'
import { following } from '../common/following.js'
import type { HintBox } from '../common/hint-box.js'
import type { PoolSet } from '../common/pool-set.js'
import type { Sought } from '../common/sought.js'
import { Watch } from './watch.js'

/** Milliseconds between two looks whether the daemon still answers: a frozen one closes no connection. */
const heartbeat = 2_000

export interface Watched {
  /** The connection that is watched. */
  readonly api: Api
  /** The connection for changes: kept open and proven by the heartbeat, so that a withdrawal finds it ready. */
  readonly changes: Api
  readonly pools: PoolSet
  readonly echoes: Echoes
  readonly sought: Sought
  readonly clock: Clock
  readonly random: () => number
}

/** Follows the daemon until the signal aborts or the reader leaves. */
export function watchRouter(watched: Watched, signal: AbortSignal): AsyncIterable<Hint> {
  const errorOf = (failed: unknown): TargetError | undefined =>
    failed instanceof CallFailed ? failed.failure.error : undefined
  const how = { errorOf, pauses: [50, 1_000], clock: watched.clock, random: watched.random } as const
  return following((box, onConnected, own) => watchOnce(watched, box, onConnected, own), how, signal)
}

/** One watch, from the first question to the failure that ends it. */
async function watchOnce(watched: Watched, box: HintBox, onConnected: () => void, signal: AbortSignal): Promise<void> {
  await bothAnswer(watched, signal)
  const { sought } = watched
  // From then on more has to be told than this watch asks for: it ends, and the next one asks.
  const outdated = sought.addresses.length === 0 ? [sought.begun()] : []
  const life = new AbortController()
  const end = (): void => life.abort()
  signal.addEventListener('abort', end)
  const parts = [readEvents(watched, box, onConnected, life.signal), keepProven(watched, life.signal, signal)]
  try {
    await Promise.race([...parts, ...outdated])
  } finally {
    end()
    signal.removeEventListener('abort', end)
    await Promise.allSettled(parts)
  }
}

/** The first event comes at once, neighbors or none. Whatever changes after it will be told: this is the time to look. */
async function readEvents(
  { api, pools, echoes, sought }: Watched,
  box: HintBox,
  onConnected: () => void,
  signal: AbortSignal,
): Promise<void> {
  let watch: Watch | undefined
  const events = api.follow('watch it', unaryTimeout, signal, ({ client, generation }, options) =>
    client.watchEvent({ peer: {}, table: { filters: filtersFor(sought, generation) } }, options),
  )
  for await (const { speaker, message } of events) {
    if (watch === undefined) {
      echoes.forget()
      watch = new Watch(speaker, pools, echoes, sought)
      onConnected()
    }
    for (const what of watch.read(message)) box.changed(what)
  }
}

/**
 * A route that a neighbor sends of an address of ours is never the best path. To hear of it each path of each neighbor has to
 * be told, which is worth it only to somebody who seeks.
 */
function filtersFor({ addresses }: Sought, { filter }: Generation): { type: number }[] {
  return [{ type: filter.bestPaths }, ...(addresses.length === 0 ? [] : [{ type: filter.accepted }])]
}

/** A look that has begun outlives the watch: what it finds silent must be given up, whatever ended the watch. */
async function keepProven(watched: Watched, watch: AbortSignal, signal: AbortSignal): Promise<void> {
  while (!watch.aborted) {
    await sleep(watched.clock, heartbeat, watch)
    if (!watch.aborted) await bothAnswer(watched, signal)
  }
}

/** Waits for both: each has to come to its own deadline, or the other half-dead connection would stay. */
async function bothAnswer({ api, changes }: Watched, signal: AbortSignal): Promise<void> {
  const answers = await Promise.allSettled([api.identify(signal), changes.identify(signal)])
  const failed = answers.find((answer) => answer.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
