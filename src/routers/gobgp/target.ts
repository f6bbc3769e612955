import type { Address, Prefix } from '../../domain/address.js'
import type { Hint, Outcome, RouteChange, RouterObserved, RouterTarget } from '../../domain/target.js'
import type { Clock } from '../../platform/clock.js'
import { Api, CallFailed } from './api.js'
import { applyChanges } from './apply.js'
import type { Endpoint } from '../common/grpc-connection.js'
import { Echoes } from './echoes.js'
import { watchRouter } from './hints.js'
import { observeRouter } from './observe.js'
import { applyInside } from '../common/apply-inside.js'
import { PoolSet } from '../common/pool-set.js'
import { Sought } from '../common/sought.js'

export interface GobgpOptions {
  /** Name of the router in the configuration. */
  readonly name: string
  readonly endpoint: Endpoint
  readonly pools: readonly Prefix[]
  readonly clock: Clock
  readonly random: () => number
}

/** A gobgpd, over its gRPC API. */
export class GobgpTarget implements RouterTarget {
  readonly name: string
  readonly attributesPer = 'path'
  readonly #pools: PoolSet
  /** A connection of its own for changes: no list and no half-dead watcher stands before a withdrawal. */
  readonly #changes: Api
  readonly #lists: Api
  readonly #echoes = new Echoes()
  readonly #sought = new Sought()
  readonly #clock: Clock
  readonly #random: () => number

  constructor({ name, endpoint, pools, clock, random }: GobgpOptions) {
    this.name = name
    this.#pools = new PoolSet(pools)
    this.#changes = new Api(name, endpoint)
    this.#lists = new Api(name, endpoint)
    this.#clock = clock
    this.#random = random
  }

  seek(addresses: readonly Address[]): void {
    this.#sought.seek(addresses)
  }

  async observe(signal: AbortSignal): Promise<RouterObserved> {
    try {
      const observed = await observeRouter(this.#lists, this.#pools, this.#sought.addresses, signal)
      this.#echoes.found(observed.routes)
      return observed
    } catch (error) {
      throw error instanceof CallFailed ? error.failure.error : error
    }
  }

  apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return applyInside(this.name, this.#pools, changes, (ours) => {
      for (const change of ours) this.#echoes.told(change)
      return applyChanges(this.#changes, ours, signal)
    })
  }

  hints(signal: AbortSignal): AsyncIterable<Hint> {
    const watched = {
      api: this.#lists,
      changes: this.#changes,
      pools: this.#pools,
      echoes: this.#echoes,
      sought: this.#sought,
      clock: this.#clock,
      random: this.#random,
    }
    return watchRouter(watched, signal)
  }
}
