import type { Hint } from '../../../domain/target.js'
import type { Clock } from '../../../platform/clock.js'
import type { Sought } from '../../common/sought.js'
import type { HintBox } from '../../common/hint-box.js'
import { restAfter } from '../../common/rest.js'
import { followVty, restUnlessLost } from '../following.js'
import { parseJson } from '../json.js'
import type { Nudge } from '../nudge.js'
import type { Turns } from '../turns.js'
import { listTimeout, shortTimeout, type Bgpd } from './bgpd.js'
import { showSummary, showTable } from './instance.js'
import { listLearned } from './learned.js'
import { readPicture, type PictureLog } from './picture.js'
import { sweepMaps } from './sweep.js'

/** Milliseconds between two looks: FRR tells nobody what changed in it, and a frozen daemon closes no connection. */
const heartbeat = 1_000
/** A daemon that has just started is told its configuration by somebody else, in its first seconds. */
const afterStart = 100
const youth = 5_000
/** A look that takes so many times as long as the one before, or so long beyond the shortest, is given up: bgpd hangs. */
const patience = 20
const longestPatience = 6_000
/** From the last change to the removal of route-maps that it left unused. */
const sweepAfter = 20

export interface Watched {
  /** The connection for what is read. */
  readonly reads: Bgpd
  /** The connection for changes: kept open and proven, so that a withdrawal finds it ready. */
  readonly changes: Bgpd
  readonly pictures: PictureLog
  readonly sought: Sought
  readonly turns: Turns
  /** Nudged after each change of ours. */
  readonly nudge: Nudge
  /** When the last change of ours was answered. */
  readonly lastChange: () => number
  readonly clock: Clock
  readonly random: () => number
}

/** Follows the daemon until the signal aborts or the reader leaves. */
export function watchBgp(watched: Watched, signal: AbortSignal): AsyncIterable<Hint> {
  return followVty((box, onConnected, own) => watchOnce(watched, box, onConnected, own), watched, signal)
}

/** One watch, from the first look to the failure that ends it. Throws VtyFailed. */
async function watchOnce(watched: Watched, box: HintBox, onConnected: () => void, signal: AbortSignal): Promise<void> {
  const { pictures, clock } = watched
  pictures.forget()
  const startedAt = clock.now()
  let spent = await look(watched, box, listTimeout, signal)
  let lookAt = clock.now() + restAfter(spent, 0)
  onConnected()
  let sweptAt = -Infinity
  while (!signal.aborted) {
    const changedAt = Math.max(watched.lastChange(), startedAt)
    const sweepAt = changedAt > sweptAt ? changedAt + sweepAfter : Infinity
    await restUnlessLost(watched, Math.min(lookAt, sweepAt) - clock.now(), signal)
    if (signal.aborted) return
    if (clock.now() >= sweepAt && watched.lastChange() <= changedAt) {
      await watched.turns.take(() => sweepMaps(watched.changes, patienceAfter(spent), signal))
      sweptAt = changedAt
    }
    if (clock.now() < lookAt) continue
    const pause = clock.now() - startedAt < youth ? afterStart : heartbeat
    spent = await look(watched, box, patienceAfter(spent), signal)
    lookAt = clock.now() + restAfter(spent, pause)
  }
}

function patienceAfter(spent: number): number {
  return shortTimeout + Math.min(spent * patience, longestPatience)
}

/** Takes a picture and tells the news; returns how long bgpd took. Throws VtyFailed. */
async function look(
  { reads, changes, pictures, sought, clock }: Watched,
  box: HintBox,
  timeout: number,
  signal: AbortSignal,
): Promise<number> {
  const doing = 'look at its sessions and routes'
  const { instance, pools } = reads
  const tables = pools.families.flatMap((family) =>
    pools.of(family).map(({ text }) => showTable(instance, family, `${text} longer-prefixes`)),
  )
  const since = clock.now()
  const [[summary, ...listed]] = await Promise.all([
    reads.ask([showSummary(instance), ...tables], doing, timeout, signal),
    changes.ask(['enable'], doing, shortTimeout, signal),
  ])
  const spent = clock.now() - since
  for (const table of listed) reads.expectInstance(table, doing)
  const picture = reads.read(doing, () =>
    readPicture(summary === undefined ? {} : parseJson(summary), listed.map(parseJson)),
  )
  for (const what of pictures.take(picture, since)) box.changed(what)
  if (sought.addresses.length > 0) {
    const learned = await listLearned(reads, sought.addresses, signal)
    if (sought.isNews(learned)) box.changed('routes around a VIP were learned or lost')
  }
  return spent
}
