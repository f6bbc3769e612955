import type { Address } from './address.js'
import { sameAttributes, type FittedAttributes } from './attributes.js'
import type { Wanted, WantedRoute } from './desired.js'
import type { AddressChange, ObservedRoute, RouteChange, TargetError } from './target.js'

/** What is believed of one route in one router, from outcomes and observations alone. */
export type RouteBelief =
  | { readonly state: 'present'; readonly attributes: FittedAttributes; readonly since: number }
  /** `since`: when its withdrawal was acknowledged; -Infinity when it was never there. */
  | { readonly state: 'absent'; readonly since: number }
  /** It may be there or not: a deadline passed, or the router could not be asked. */
  | { readonly state: 'unsure' }

/** What an observation that began at `since` says of one route. */
export function beliefIn(route: ObservedRoute | undefined, since: number): RouteBelief {
  if (route === undefined) return { state: 'absent', since }
  // With attributes that nobody can tell it has to be announced anew, and to be withdrawn all the same.
  return route.attributes === null ? { state: 'unsure' } : { state: 'present', attributes: route.attributes, since }
}

/** What is believed of one address in the kernel. */
export type BindingBelief =
  | { readonly state: 'present'; readonly interface: string; readonly owner: 'ours' | 'found' }
  | { readonly state: 'absent' }
  /** Ours, journaled, and not seen yet. */
  | { readonly state: 'unsure'; readonly interface: string }

/** A belief, and the last thing that went wrong with it; null after a success. */
export interface Believed<B> {
  readonly belief: B
  readonly error: TargetError | null
}

/**
 * The change that one router needs for one address.
 *
 * | wanted   | kernel       | route: same | route: other | route: unsure | route: absent |
 * |----------|--------------|-------------|--------------|---------------|---------------|
 * | announce | holds it     | -           | announce     | announce      | announce      |
 * | announce | not (yet)    | -           | -            | -             | -             |
 * | announce | refused it   | withdraw    | withdraw     | withdraw      | -             |
 * | keep     | any          | -           | -            | -             | -             |
 * | withdraw | any          | withdraw    | withdraw     | withdraw      | -             |
 *
 * Unsure counts as present when withdrawing and as absent when announcing. An address that vanished is bound again before
 * its route is touched: that takes milliseconds, and withdrawing would be a flap.
 */
export function planRoute(
  address: Address,
  wanted: WantedRoute,
  binding: Believed<BindingBelief>,
  route: RouteBelief,
): RouteChange | null {
  switch (wanted.kind) {
    case 'keep':
      return null
    case 'withdraw':
      return route.state === 'absent' ? null : { kind: 'withdraw', address }
    case 'announce':
      if (binding.belief.state === 'present') {
        const same = route.state === 'present' && sameAttributes(route.attributes, wanted.attributes)
        return same ? null : { kind: 'announce', address, attributes: wanted.attributes }
      }
      return binding.error === null || route.state === 'absent' ? null : { kind: 'withdraw', address }
  }
}

/** What the kernel needs for one address: a change now, or a look again at a time. */
export type BindingPlan =
  | { readonly kind: 'change'; readonly change: AddressChange }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'nothing' }

/**
 * One step at a time: what comes after it is planned by its outcome. `ours` are the interfaces on which the journal says
 * that we bound it.
 *
 * | wanted       | kernel                     | routes                     | plan |
 * |--------------|----------------------------|----------------------------|------|
 * | held on X    | absent, unsure             | any                        | bind on X |
 * | held on X    | present on Y, ours         | any                        | bind on X: never without it |
 * | held on X    | present on X, or found     | any                        | unbind from any other that is ours, one by one |
 * | nowhere      | none is ours               | any                        | nothing |
 * | nowhere      | some are ours              | one is present or unsure   | nothing: its withdrawal brings us back; unless unbinding withdraws elsewhere and this withdrawal failed |
 * | nowhere      | some are ours              | all absent, still settling | wait |
 * | nowhere      | some are ours              | all absent                 | unbind from them, one by one |
 */
export function planBinding(
  wanted: Wanted,
  binding: BindingBelief,
  ours: Iterable<string>,
  routes: Iterable<Believed<RouteBelief>>,
  now: number,
): BindingPlan {
  const { address, holdOn, settle, unbindWithdraws } = wanted
  if (holdOn !== null) return planHold(wanted, holdOn, binding, ours)
  const [on] = ours
  if (on === undefined) return { kind: 'nothing' }
  let settledAt = -Infinity
  for (const { belief, error } of routes) {
    if (belief.state === 'absent') settledAt = Math.max(settledAt, belief.since + settle)
    else if (error === null || !unbindWithdraws) return { kind: 'nothing' }
  }
  if (now < settledAt) return { kind: 'wait', until: settledAt }
  return { kind: 'change', change: { kind: 'unbind', address, interface: on } }
}

function planHold(
  { address, lifetime }: Wanted,
  holdOn: string,
  binding: BindingBelief,
  ours: Iterable<string>,
): BindingPlan {
  const isThere = binding.state === 'present' && (binding.owner === 'found' || binding.interface === holdOn)
  if (!isThere) return { kind: 'change', change: { kind: 'bind', address, interface: holdOn, lifetime } }
  for (const on of ours) {
    if (on !== binding.interface) return { kind: 'change', change: { kind: 'unbind', address, interface: on } }
  }
  return { kind: 'nothing' }
}
