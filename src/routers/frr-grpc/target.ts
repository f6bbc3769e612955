import type { Prefix } from '../../domain/address.js'
import type { Hint, Outcome, RouteChange, RouterObserved, RouterTarget } from '../../domain/target.js'
import type { Clock } from '../../platform/clock.js'
import type { Endpoint } from '../common/grpc-connection.js'
import { applyInside } from '../common/apply-inside.js'
import { PoolSet } from '../common/pool-set.js'
import { Api } from './api.js'
import { applyChanges } from './apply.js'
import { CallFailed } from './errors.js'
import { addressesIn } from './gate.js'
import { Pictures } from './pictures.js'
import { watchGate } from './watch.js'

export interface FrrGrpcOptions {
  /** Name of the router in the configuration. */
  readonly name: string
  readonly endpoint: Endpoint
  readonly pools: readonly Prefix[]
  readonly clock: Clock
  readonly random: () => number
}

/**
 * A bgpd built with gRPC, over its northbound. Its own routes are not to be made there; what is, are the prefix lists that
 * let connected routes through: an address is announced while it is bound and in a list of ours.
 */
export class FrrGrpcTarget implements RouterTarget {
  readonly name: string
  readonly attributesPer = 'path'
  readonly #pools: PoolSet
  /** A connection of its own for changes: no list and no half-dead watcher stands before a withdrawal. */
  readonly #changes: Api
  readonly #reads: Api
  readonly #pictures = new Pictures()
  readonly #clock: Clock
  readonly #random: () => number

  constructor({ name, endpoint, pools, clock, random }: FrrGrpcOptions) {
    this.name = name
    this.#pools = new PoolSet(pools)
    this.#changes = new Api(name, endpoint)
    this.#reads = new Api(name, endpoint)
    this.#clock = clock
    this.#random = random
  }

  /** The northbound has no table of what was learned. */
  seek(): void {}

  async observe(signal: AbortSignal): Promise<RouterObserved> {
    try {
      const daemon = await this.#reads.identify(signal)
      const { epoch } = this.#pictures
      const addresses = addressesIn(await this.#reads.readGate(signal))
      this.#pictures.looked(new Set(addresses.keys()), epoch)
      const held = [...addresses].filter(([, address]) => this.#pools.holds(address))
      const routes = held.map(([text, address]) => [text, { address, attributes: { bgp: {}, ospf: {} } }] as const)
      return { daemon, routes: new Map(routes), sessions: [], nextHops: new Map(), foreign: new Map(), learned: null }
    } catch (error) {
      throw error instanceof CallFailed ? error.error : error
    }
  }

  apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return applyInside(this.name, this.#pools, changes, (ours) =>
      applyChanges(this.#changes, ours, this.#pictures, signal),
    )
  }

  hints(signal: AbortSignal): AsyncIterable<Hint> {
    const watched = {
      reads: this.#reads,
      changes: this.#changes,
      pictures: this.#pictures,
      clock: this.#clock,
      random: this.#random,
    }
    return watchGate(watched, signal)
  }
}
