import { join } from 'node:path'
import { hostPrefix, parseAddress, type Address, type Prefix } from '../../domain/address.js'
import type { Hint, Outcome, RouteChange, RouterObserved, RouterTarget } from '../../domain/target.js'
import type { Clock } from '../../platform/clock.js'
import { applyInside } from '../common/apply-inside.js'
import { PoolSet } from '../common/pool-set.js'
import { Sought } from '../common/sought.js'
import { applyChanges } from './bgp/apply.js'
import { Bgpd } from './bgp/bgpd.js'
import type { Instance } from './bgp/instance.js'
import { observeBgp, type Recent } from './bgp/observe.js'
import { PictureLog } from './bgp/picture.js'
import { watchBgp } from './bgp/watch.js'
import { Nudge } from './nudge.js'
import { Turns } from './turns.js'
import { VtyClient } from './vty/client.js'
import { VtyFailed } from './vty/errors.js'

export interface FrrOptions {
  /** Name of the router in the configuration. */
  readonly name: string
  /** The folder of the daemons' vty sockets. */
  readonly sockets: string
  readonly bgp: Instance
  readonly pools: readonly Prefix[]
  readonly clock: Clock
  readonly random: () => number
}

/** Changes that are remembered as recent, for the next look; older ones have been sent. */
const mostRecent = 1_000

/** An FRR, over the vty sockets of its daemons. */
export class FrrTarget implements RouterTarget {
  readonly name: string
  /** A route-map of a `network` statement gives one set of attributes, whoever is told. */
  readonly attributesPer = 'path'
  readonly #pools: PoolSet
  /** A connection of its own for changes: no list stands before a withdrawal. */
  readonly #changes: Bgpd
  readonly #reads: Bgpd
  readonly #pictures = new PictureLog()
  readonly #turns = new Turns()
  readonly #nudge = new Nudge()
  readonly #sought = new Sought()
  readonly #clock: Clock
  readonly #random: () => number
  #recent: Map<string, Recent extends ReadonlyMap<string, infer One> ? One : never> = new Map()
  #lastChange = -Infinity
  /** Addresses whose statement was the operator's when last seen. */
  #taken: ReadonlySet<string> = new Set()

  constructor({ name, sockets, bgp, pools, clock, random }: FrrOptions) {
    this.name = name
    this.#pools = new PoolSet(pools)
    const vty = { router: name, daemon: 'bgpd', path: join(sockets, 'bgpd.vty'), clock }
    this.#changes = new Bgpd(new VtyClient(vty), bgp, this.#pools)
    this.#reads = new Bgpd(new VtyClient(vty), bgp, this.#pools)
    this.#clock = clock
    this.#random = random
  }

  seek(addresses: readonly Address[]): void {
    this.#sought.seek(addresses)
  }

  async observe(signal: AbortSignal): Promise<RouterObserved> {
    try {
      const { observed, taken } = await observeBgp(
        this.#reads,
        this.#recent,
        this.#sought.addresses,
        this.#clock,
        signal,
      )
      this.#taken = taken
      this.#pictures.found(foreignHosts(observed))
      if (observed.learned !== null) this.#sought.tell(observed.learned.routes)
      return observed
    } catch (error) {
      throw error instanceof VtyFailed ? error.error : error
    }
  }

  apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return applyInside(this.name, this.#pools, changes, async (ours) => {
      for (const change of ours) this.#pictures.told(change)
      const outcomes = await this.#turns.take(() => applyChanges(this.#changes, ours, this.#taken, signal))
      this.#remember(ours, outcomes)
      return outcomes
    })
  }

  hints(signal: AbortSignal): AsyncIterable<Hint> {
    const watched = {
      reads: this.#reads,
      changes: this.#changes,
      pictures: this.#pictures,
      sought: this.#sought,
      turns: this.#turns,
      nudge: this.#nudge,
      lastChange: () => this.#lastChange,
      clock: this.#clock,
      random: this.#random,
    }
    return watchBgp(watched, signal)
  }

  #remember(changes: readonly RouteChange[], outcomes: readonly Outcome[]): void {
    const now = this.#clock.now()
    for (const [at, change] of changes.entries()) {
      this.#pictures.answered(change, outcomes[at]?.kind === 'done', now)
      this.#recent.delete(change.address.text)
      this.#recent.set(change.address.text, { address: change.address, at: now })
    }
    for (const text of this.#recent.keys()) {
      if (this.#recent.size <= mostRecent) break
      this.#recent.delete(text)
    }
    this.#lastChange = now
    this.#nudge.nudge()
  }
}

/** Host prefixes that others announce. */
function foreignHosts({ foreign }: RouterObserved): ReadonlySet<string> {
  return new Set([...foreign.keys()].flatMap((text) => parseAddress(text) ?? []).map(hostPrefix))
}
