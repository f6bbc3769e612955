import type { Address } from './address.js'
import type { BgpAttributes, FittedAttributes, RouteAttributes } from './attributes.js'
import { explicitNextHop, type DaemonRouterConfig } from './config.js'
import type { RouterTarget, Session } from './target.js'

/** What a router takes. */
export interface RouterFacts {
  readonly config: DaemonRouterConfig
  readonly attributesPer: RouterTarget['attributesPer']
  readonly sessions: readonly Session[]
}

/**
 * What can be put into a router of what a VIP asks for. Where a router has one set of attributes for all neighbors,
 * attributes follow the kinds of its sessions:
 *
 * | sessions      | prepend | LOCAL_PREF |
 * |---------------|---------|------------|
 * | none          | kept    | left out   |
 * | eBGP alone    | kept    | left out: RFC 4271 section 5.1.5 forbids it there |
 * | iBGP alone    | left out: the receiver would see its own AS in the path and drop the route as a loop | kept |
 * | both          | left out, for the same reason | kept: the router strips it towards eBGP |
 */
export function fitAttributes(attributes: RouteAttributes, address: Address, router: RouterFacts): FittedAttributes {
  const nextHop = explicitNextHop(router.config, address.family)
  const bgp = router.attributesPer === 'path' ? fitToPath(attributes.bgp, router) : attributes.bgp
  return nextHop === undefined ? { bgp, ospf: attributes.ospf } : { bgp, ospf: attributes.ospf, nextHop }
}

function fitToPath(bgp: BgpAttributes, { sessions }: RouterFacts): BgpAttributes {
  const internal = sessions.some((session) => session.kind === 'ibgp')
  const { prepend, localPref, ...rest } = bgp
  return {
    ...rest,
    ...(prepend !== undefined && !internal ? { prepend } : {}),
    ...(localPref !== undefined && internal ? { localPref } : {}),
  }
}
