import type { Address } from './address.js'
import { mergeAttributes, type FittedAttributes, type RouteAttributes } from './attributes.js'
import type { Bond } from './bond.js'
import type { VipConfig } from './config.js'
import { fitAttributes, type RouterFacts } from './fit.js'
import { isDamped, isHeld, type Health } from './health.js'
import { drainAttributes } from './drain.js'
import type { Obstacle } from './override.js'
import type { Reason } from './reason.js'
import type { Request } from './request.js'

/** Whether an address of a VIP is to be announced, and why. */
export type Intent =
  | { readonly kind: 'announce'; readonly attributes: RouteAttributes; readonly reason: Reason }
  /** Left in the routers as it is: neither announced anew nor withdrawn. */
  | { readonly kind: 'keep'; readonly reason: Reason }
  /** Of mode local: held by the kernel, and announced nowhere. */
  | { readonly kind: 'hold'; readonly reason: Reason }
  | { readonly kind: 'withdraw'; readonly reason: Reason }

/** What the daemon as a whole is doing. */
export type Phase = 'running' | 'stopping'

/**
 * `obstacle`: what keeps an override from taking the address over. The first line that applies decides:
 *
 * | phase, request, health       | intent                  | reason |
 * |------------------------------|-------------------------|--------|
 * | stopping                     | withdraw                | stopping |
 * | disabled                     | withdraw                | disabled |
 * | local, drained               | hold, then withdraw     | draining, drained |
 * | local                        | hold                    | local-mode |
 * | unclaimed                    | withdraw                | unclaimed |
 * | drained, its time is over    | withdraw                | drained |
 * | drained, would be announced  | announce, drain         | draining |
 * | drained, would be withdrawn  | withdraw                | drained |
 * | unknown, an obstacle         | withdraw                | the obstacle; `pending` is none for what is kept |
 * | verdict unknown, still kept  | keep                    | kept |
 * | verdict unknown              | withdraw                | unknown |
 * | verdict down, fail open      | announce, whenDown      | fail-open |
 * | verdict down                 | withdraw                | check-failed |
 * | up or degraded, an obstacle  | withdraw                | the obstacle |
 * | up or degraded, held down    | withdraw                | hold-down, damped |
 * | degraded                     | announce, whenDegraded  | degraded |
 * | up                           | announce                | announced |
 */
export function intentOf(
  vip: VipConfig,
  health: Health,
  request: Request,
  phase: Phase,
  obstacle: Obstacle | null,
  now: number,
): Intent {
  if (phase === 'stopping') return { kind: 'withdraw', reason: 'stopping' }
  switch (request.kind) {
    case 'disabled':
    case 'unclaimed':
      return { kind: 'withdraw', reason: request.kind }
    case 'drained':
      return now < request.withdrawAt
        ? drainingIntent(vip, undisturbedIntent(vip, health, obstacle, now))
        : { kind: 'withdraw', reason: 'drained' }
    case 'none':
      return undisturbedIntent(vip, health, obstacle, now)
  }
}

/** The health of a local VIP is for people: its balancer checks by itself, and packets that it sends here must not be turned away. */
function undisturbedIntent(vip: VipConfig, health: Health, obstacle: Obstacle | null, now: number): Intent {
  return vip.mode === 'local' ? { kind: 'hold', reason: 'local-mode' } : healthIntent(vip, health, obstacle, now)
}

function drainingIntent(vip: VipConfig, otherwise: Intent): Intent {
  switch (otherwise.kind) {
    case 'announce':
      return { kind: 'announce', attributes: drainAttributes(vip), reason: 'draining' }
    case 'keep':
      return otherwise
    case 'hold':
      return { kind: 'hold', reason: 'draining' }
    case 'withdraw':
      return { kind: 'withdraw', reason: 'drained' }
  }
}

function healthIntent(vip: VipConfig, health: Health, obstacle: Obstacle | null, now: number): Intent {
  switch (health.verdict) {
    case 'unknown': {
      const kept = health.keptUntil !== null && now < health.keptUntil
      if (obstacle !== null && !(kept && obstacle === 'pending')) return { kind: 'withdraw', reason: obstacle }
      return kept ? { kind: 'keep', reason: 'kept' } : { kind: 'withdraw', reason: 'unknown' }
    }
    case 'down':
      return vip.whenDown.kind === 'withdraw'
        ? { kind: 'withdraw', reason: 'check-failed' }
        : { kind: 'announce', attributes: mergeAttributes(vip.announce, vip.whenDown.attributes), reason: 'fail-open' }
    case 'degraded':
    case 'up':
      return obstacle === null
        ? healthyIntent(vip, health, health.verdict, now)
        : { kind: 'withdraw', reason: obstacle }
  }
}

function healthyIntent(vip: VipConfig, health: Health, verdict: 'up' | 'degraded', now: number): Intent {
  if (isHeld(health, now)) return { kind: 'withdraw', reason: isDamped(health) ? 'damped' : 'hold-down' }
  if (verdict === 'up') return { kind: 'announce', attributes: vip.announce, reason: 'announced' }
  return { kind: 'announce', attributes: mergeAttributes(vip.announce, vip.whenDegraded), reason: 'degraded' }
}

/** What is wanted of one router for one address. */
export type WantedRoute =
  | { readonly kind: 'announce'; readonly attributes: FittedAttributes }
  | { readonly kind: 'keep' }
  | { readonly kind: 'withdraw' }

/** What is wanted for one address, everywhere. Routers that are not named are to withdraw. */
export interface Wanted {
  readonly address: Address
  /** The interface that is to hold it; null: no interface is. */
  readonly holdOn: string | null
  /** Milliseconds after which the kernel is to remove it unless it is refreshed; null: it stays. */
  readonly lifetime: number | null
  readonly settle: number
  /** Whether unbinding is what withdraws it somewhere: then it waits for no router that fails to withdraw. */
  readonly unbindWithdraws: boolean
  /** Whether this host must not answer ARP for it while it is bound: others on its links do. */
  readonly silent: boolean
  readonly routes: ReadonlyMap<string, WantedRoute>
}

/**
 * The desired state of one address of a configured VIP. Where unbinding withdraws it, as at a router of type kernel, a
 * settle time would leave a dead service announced there: it is for a service that still answers.
 */
export function wantedFor(
  vip: VipConfig,
  address: Address,
  intent: Intent,
  phase: Phase,
  routers: ReadonlyMap<string, RouterFacts>,
  { announces, lifetime }: Bond,
): Omit<Wanted, 'silent'> {
  const routes = new Map(
    vip.routers.map((name) => [name, wantedRoute(address, vip.interface, intent, routers.get(name))]),
  )
  const hold = phase === 'running' && isBound(vip, intent)
  const settle = announces && intent.reason === 'check-failed' ? 0 : vip.settle
  return { address, holdOn: hold ? vip.interface : null, lifetime, settle, unbindWithdraws: announces, routes }
}

function isBound({ mode, bind }: VipConfig, { kind }: Intent): boolean {
  switch (kind) {
    case 'announce':
    case 'keep':
      return true
    case 'hold':
      return bind === 'always'
    case 'withdraw':
      return bind === 'always' && mode !== 'local'
  }
}

/** How an address is to leave. */
export type Leaving = Pick<Wanted, 'lifetime' | 'settle' | 'unbindWithdraws' | 'silent'>

/** What is wanted for an address that no configured VIP has: that it is nowhere. */
export function wantedNowhere(address: Address, left: Leaving): Wanted {
  const { lifetime, settle, unbindWithdraws, silent } = left
  return { address, holdOn: null, lifetime, settle, unbindWithdraws, silent, routes: new Map() }
}

function wantedRoute(address: Address, heldOn: string, intent: Intent, router: RouterFacts | undefined): WantedRoute {
  if (intent.kind !== 'announce' || router === undefined)
    return intent.kind === 'keep' ? { kind: 'keep' } : { kind: 'withdraw' }
  return { kind: 'announce', attributes: fitAttributes(intent.attributes, address, heldOn, router) }
}
