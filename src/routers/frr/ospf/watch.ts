import type { LearnedRoute } from '../../../domain/learned.js'
import type { Sought } from '../../common/sought.js'
import type { HintBox } from '../../common/hint-box.js'
import type { Clock } from '../../../platform/clock.js'
import { restAfter } from '../../common/rest.js'
import { restUnlessLost } from '../following.js'
import type { Nudge } from '../nudge.js'
import type { Turns } from '../turns.js'
import { tidy } from './apply.js'
import { lookAt, type OspfLook } from './observe.js'
import { shortTimeout, type OspfDaemon } from './ospf-daemon.js'

/** Milliseconds between two looks: FRR tells nobody what changed in it, and a frozen daemon closes no connection. */
const heartbeat = 1_000
/** A daemon that has just started is told its configuration by somebody else, in its first seconds. */
const afterStart = 100
const youth = 5_000

export interface Watched {
  /** The connection for what is read. */
  readonly reads: OspfDaemon
  /** The connection for changes: kept open and proven, so that a withdrawal finds it ready. */
  readonly changes: OspfDaemon
  readonly turns: Turns
  /** Nudged after each change of ours. */
  readonly nudge: Nudge
  readonly sought: Sought
  readonly learned: (signal: AbortSignal) => Promise<ReadonlyMap<string, readonly LearnedRoute[]>>
  readonly clock: Clock
}

/** Looks at the daemon again and again, and tells what differs. Throws VtyFailed. */
export async function watchOspf(
  watched: Watched,
  box: HintBox,
  onConnected: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { changes, turns, sought, clock } = watched
  const startedAt = clock.now()
  let before = await picture(watched, signal)
  await turns.take(() => tidy(changes, signal))
  onConnected()
  while (!signal.aborted) {
    const pause = clock.now() - startedAt < youth ? afterStart : heartbeat
    await restUnlessLost(watched, restAfter(before.took, pause), signal)
    if (signal.aborted) return
    const now = await picture(watched, signal)
    for (const what of news(before, now)) box.changed(what)
    if (sought.addresses.length > 0 && sought.isNews(await watched.learned(signal)))
      box.changed('routes around a VIP were learned or lost')
    before = now
  }
}

interface Picture extends Pick<OspfLook, 'originated' | 'sessions' | 'standing'> {
  readonly took: number
}

/** Throws VtyFailed. */
async function picture({ reads, changes, clock }: Watched, signal: AbortSignal): Promise<Picture> {
  const since = clock.now()
  const [look] = await Promise.all([
    lookAt(reads, signal),
    changes.ask(['enable'], 'look whether it answers', shortTimeout, signal),
  ])
  return { ...look, took: clock.now() - since }
}

/** What of ours or of the neighbors differs, in words. Our own changes are among it: a look more does no harm. */
function news(before: Picture, now: Picture): string[] {
  const up = ({ sessions }: Picture): Set<string> =>
    new Set(sessions.filter(({ established }) => established).map(({ neighbor }) => neighbor))
  const [was, is] = [up(before), up(now)]
  const lost = [...was].filter((neighbor) => !is.has(neighbor))
  const found = [...is].filter((neighbor) => !was.has(neighbor))
  const routes = routesIn(before) === routesIn(now) ? [] : ['the host routes in OSPF changed']
  return [
    ...lost.map((neighbor) => `session ${neighbor} is down`),
    ...found.map((neighbor) => `session ${neighbor} is full`),
    ...routes,
  ]
}

function routesIn({ originated, standing }: Picture): string {
  const ours = [...standing].map(([text, { held, intact }]) => [text, held, intact])
  return JSON.stringify([ours, [...originated.external].sort(), [...originated.internal].sort()])
}
