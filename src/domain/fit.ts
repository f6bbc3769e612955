import type { Address } from './address.js'
import type { BgpAttributes, FittedAttributes, OspfAttributes, RouteAttributes } from './attributes.js'
import { explicitNextHop, type DaemonRouterConfig } from './config.js'
import { speaks } from './protocol.js'
import type { RouterTarget, Session } from './target.js'

/** What a router takes. */
export interface RouterFacts {
  readonly config: DaemonRouterConfig
  readonly attributesPer: RouterTarget['attributesPer']
  readonly sessions: readonly Session[]
}

/**
 * What can be put into a router of what a VIP asks for: nothing of a protocol that it does not speak. `heldOn` is the interface that
 * holds the address. Where a router has one set of attributes for all neighbors,
 * attributes follow the kinds of its sessions:
 *
 * | sessions      | prepend | LOCAL_PREF |
 * |---------------|---------|------------|
 * | none          | kept    | left out   |
 * | eBGP alone    | kept    | left out: RFC 4271 section 5.1.5 forbids it there |
 * | iBGP alone    | left out: the receiver would see its own AS in the path and drop the route as a loop | kept |
 * | both          | left out, for the same reason | kept: the router strips it towards eBGP |
 */
export function fitAttributes(
  attributes: RouteAttributes,
  address: Address,
  heldOn: string,
  router: RouterFacts,
): FittedAttributes {
  const nextHop = explicitNextHop(router.config, address.family)
  return {
    bgp: speaks(router.config, 'bgp') ? fitToSessions(attributes.bgp, router) : {},
    ...(speaks(router.config, 'ospf') ? fitToOspf(attributes.ospf, heldOn) : { ospf: {} }),
    ...(nextHop !== undefined && { nextHop }),
  }
}

/** A stub link hangs on the interface, and has no type of metric. */
function fitToOspf({ as = 'external', metric, metricType }: OspfAttributes, heldOn: string): OspfFit {
  const base = { as, ...(metric !== undefined && { metric }) }
  if (as === 'internal') return { ospf: base, interface: heldOn }
  return { ospf: { ...base, ...(metricType !== undefined && { metricType }) } }
}

type OspfFit = Pick<FittedAttributes, 'ospf' | 'interface'>

function fitToSessions(bgp: BgpAttributes, router: RouterFacts): BgpAttributes {
  return router.attributesPer === 'path' ? fitToPath(bgp, router) : bgp
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
