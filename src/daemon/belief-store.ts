import type { Believed, BindingBelief, RouteBelief } from '../domain/plan.js'
import type { TargetError } from '../domain/target.js'

interface Entry<B> extends Believed<B> {
  /** When it was last written; an observation that began before is older than it. */
  readonly at: number
}

const nothing: ReadonlySet<string> = new Set()
const neverBound: Entry<BindingBelief> = { belief: { state: 'absent' }, error: null, at: -Infinity }
const neverAnnounced: Entry<RouteBelief> = { belief: { state: 'absent', since: -Infinity }, error: null, at: -Infinity }

/**
 * What is believed of the kernel and of every router, kept in this one place and written by outcomes and observations
 * alone; and from the moment that a change is sent until its outcome nobody is sure. Addresses are keyed by their text.
 */
export class BeliefStore {
  readonly #bindings = new Map<string, Entry<BindingBelief>>()
  readonly #routes = new Map<string, Map<string, Entry<RouteBelief>>>()
  /** What each router holds: asked often, and thousands of entries to search. */
  readonly #held = new Map<string, Set<string>>()
  /** By address: when a router of which nothing is believed any more gave up its route. */
  readonly #goneSince = new Map<string, number>()

  binding(address: string): Entry<BindingBelief> {
    return this.#bindings.get(address) ?? neverBound
  }

  setBinding(address: string, belief: BindingBelief, error: TargetError | null, at: number): void {
    this.#bindings.set(address, { belief, error, at })
  }

  route(router: string, address: string): Entry<RouteBelief> {
    return this.#routes.get(router)?.get(address) ?? neverAnnounced
  }

  setRoute(router: string, address: string, belief: RouteBelief, error: TargetError | null, at: number): void {
    const routes = this.#routes.get(router) ?? new Map<string, Entry<RouteBelief>>()
    this.#routes.set(router, routes)
    routes.set(address, { belief, error, at })
    const held = this.#held.get(router) ?? new Set<string>()
    this.#held.set(router, held)
    if (belief.state === 'absent') held.delete(address)
    else held.add(address)
  }

  /** One belief per router that ever had the address, and of those that are gone that they don't have it. */
  *routesOf(address: string): Iterable<Believed<RouteBelief>> {
    const since = this.#goneSince.get(address)
    if (since !== undefined) yield { belief: { state: 'absent', since }, error: null }
    for (const routes of this.#routes.values()) {
      const entry = routes.get(address)
      if (entry !== undefined) yield entry
    }
  }

  /** Addresses whose route the router holds or may hold. */
  addressesIn(router: string): ReadonlySet<string> {
    return this.#held.get(router) ?? nothing
  }

  /** Every address of which anything was believed, in the kernel or in a router. */
  addresses(): Set<string> {
    const all = new Set(this.#bindings.keys())
    for (const routes of this.#routes.values()) for (const address of routes.keys()) all.add(address)
    return all
  }

  /** A router that is gone for good takes what was believed of it along; what it gave up still settles. */
  forgetRouter(router: string): void {
    for (const [address, { belief }] of this.#routes.get(router) ?? []) {
      if (belief.state === 'absent') this.routeGone(address, belief.since)
    }
    this.#routes.delete(router)
    this.#held.delete(router)
  }

  /** A route of the address, no matter where, was withdrawn then at the latest. */
  routeGone(address: string, since: number): void {
    this.#goneSince.set(address, Math.max(since, this.#goneSince.get(address) ?? -Infinity))
  }
}
