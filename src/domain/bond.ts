import type { Config, RouterConfig, VipConfig, VipMode } from './config.js'
import { speaks } from './protocol.js'

/** What hangs on the addresses of a VIP alone. */
export interface Bond {
  /** Whether unbinding withdraws it: a router that needs nothing but the address carries it. */
  readonly announces: boolean
  /**
   * Milliseconds after which the kernel removes its addresses, and with them its routes, unless they are refreshed: a dead
   * man's switch that needs no process of ours. Null: never.
   */
  readonly lifetime: number | null
}

/** Routers that the file does not describe count for nothing. */
export function bondOf(
  vip: Pick<VipConfig, 'routers'>,
  { routers, lifecycle }: Pick<Config, 'routers' | 'lifecycle'>,
): Bond {
  const own = routers.filter(({ name }) => vip.routers.includes(name))
  const follows = lifecycle.onCrash === 'withdraw' && own.some(followsAddress)
  return { announces: own.some(bindingAnnounces), lifetime: follows ? addressLifetime(lifecycle.deadMan) : null }
}

/** Whether it is the bound address that is announced there: binding announces, at once or once it is let through. */
export function bindingAnnounces({ type }: RouterConfig): boolean {
  switch (type) {
    case 'kernel':
    case 'frr-grpc':
      return true
    case 'gobgp':
    case 'frr':
      return false
  }
}

/**
 * Whether a VIP that the router carries is bound only while it is announced: where binding announces it, or where a stub link of
 * OSPF, which is the address itself, is all that announces it.
 */
export function bindsWithRoute(router: RouterConfig, { announce }: Pick<VipConfig, 'announce'>): boolean {
  return bindingAnnounces(router) || (speaks(router, 'ospf') && announce.ospf.as === 'internal')
}

/** Whether a VIP of the mode belongs to another host at times: bound then, it would swallow this host's own traffic to it. */
export function isAtTimes(mode: VipMode): boolean {
  return mode === 'manual' || mode === 'override'
}

/** Whether the route at the router goes when the address goes, whoever removes it. */
export function followsAddress({ type }: RouterConfig): boolean {
  switch (type) {
    case 'kernel':
    case 'frr-grpc':
    // OSPF in any case; BGP by `bgp network import-check`, which is on unless the operator turned it off.
    case 'frr':
      return true
    case 'gobgp':
      return false
  }
}

/** The shortest dead man's bound that a lifetime can keep, in milliseconds. */
export const shortestDeadMan = 2_000

/**
 * Lifetimes are whole seconds, and the kernel collects the dead up to half a second late: the longest one that is over
 * within the bound.
 */
export function addressLifetime(deadMan: number): number {
  return Math.max(1, Math.floor(deadMan / 1000 - 0.5)) * 1000
}
