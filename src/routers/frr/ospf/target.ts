import { join } from 'node:path'
import type { Address, Prefix } from '../../../domain/address.js'
import type { Hint, Outcome, RouteChange, RouterObserved, RouterTarget } from '../../../domain/target.js'
import type { Clock } from '../../../platform/clock.js'
import { applyInside } from '../../common/apply-inside.js'
import { PoolSet } from '../../common/pool-set.js'
import { Sought } from '../../common/sought.js'
import type { WatchOnce } from '../../common/following.js'
import { followVty } from '../following.js'
import { Nudge } from '../nudge.js'
import { Turns } from '../turns.js'
import { VtyClient } from '../vty/client.js'
import { VtyFailed } from '../vty/errors.js'
import { applyChanges } from './apply.js'
import type { Dialect } from './dialect.js'
import { listLearned } from './learned.js'
import { observeOspf } from './observe.js'
import { OspfDaemon } from './ospf-daemon.js'
import { watchOspf } from './watch.js'

export interface OspfOptions {
  /** Name of the router in the configuration. */
  readonly name: string
  /** The folder of the daemons' vty sockets. */
  readonly sockets: string
  readonly dialect: Dialect
  /** As `0.0.0.0`. */
  readonly area: string
  readonly pools: readonly Prefix[]
  readonly clock: Clock
  readonly random: () => number
}

/** One of FRR's OSPF daemons, over its vty socket: the routes of its address family. */
export class OspfTarget implements RouterTarget {
  readonly name: string
  readonly attributesPer = 'path'
  readonly #pools: PoolSet
  /** A connection of its own for changes: no list stands before a withdrawal. */
  readonly #changes: OspfDaemon
  readonly #reads: OspfDaemon
  /** Only asked where something is sought. */
  readonly #zebra: VtyClient
  readonly #sought = new Sought()
  readonly #turns = new Turns()
  readonly #nudge = new Nudge()
  readonly #clock: Clock
  readonly #random: () => number
  #lastChange = -Infinity

  constructor({ name, sockets, dialect, area, pools, clock, random }: OspfOptions) {
    this.name = name
    this.#pools = new PoolSet(pools.filter(({ family }) => family === dialect.family))
    const { daemon } = dialect
    const vty = { router: name, daemon, path: join(sockets, `${daemon}.vty`), clock }
    this.#zebra = new VtyClient({ router: name, daemon: 'zebra', path: join(sockets, 'zebra.vty'), clock })
    const place = { router: name, dialect, area }
    this.#changes = new OspfDaemon(new VtyClient(vty), place, this.#pools)
    this.#reads = new OspfDaemon(new VtyClient(vty), place, this.#pools)
    this.#clock = clock
    this.#random = random
  }

  seek(addresses: readonly Address[]): void {
    this.#sought.seek(addresses.filter(({ family }) => family === this.#reads.place.dialect.family))
  }

  async observe(signal: AbortSignal): Promise<RouterObserved> {
    try {
      const observed = await observeOspf(this.#reads, this.#lastChange, this.#clock, signal)
      const routes = await this.#learned(signal)
      this.#sought.tell(routes)
      return { ...observed, learned: { asn: null, routes } }
    } catch (error) {
      throw error instanceof VtyFailed ? error.error : error
    }
  }

  apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return applyInside(this.name, this.#pools, changes, async (ours) => {
      const outcomes = await this.#turns.take(() => applyChanges(this.#changes, ours, signal))
      this.#lastChange = this.#clock.now()
      this.#nudge.nudge()
      return outcomes
    })
  }

  hints(signal: AbortSignal): AsyncIterable<Hint> {
    const [reads, changes, turns, nudge, clock] = [this.#reads, this.#changes, this.#turns, this.#nudge, this.#clock]
    const [sought, learned] = [this.#sought, (own: AbortSignal) => this.#learned(own)]
    const watched = { reads, changes, turns, nudge, sought, learned, clock }
    const once: WatchOnce = (box, onConnected, own) => watchOspf(watched, box, onConnected, own)
    return followVty(once, { clock, random: this.#random }, signal)
  }

  /** Throws VtyFailed. */
  #learned(signal: AbortSignal): ReturnType<typeof listLearned> {
    return listLearned(this.#zebra, this.#reads.place.dialect, this.#sought.addresses, signal)
  }
}
