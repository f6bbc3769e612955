import type { Address } from './address.js'

/** A large community (RFC 8092): three 32-bit numbers. */
export interface LargeCommunity {
  readonly globalAdmin: number
  readonly localData1: number
  readonly localData2: number
}

/**
 * BGP path attributes that a user may set. An absent key is left unset on the wire: over iBGP an unset LOCAL_PREF must
 * stay unset, since 0 would make the route the worst of all.
 */
export interface BgpAttributes {
  /** MED, 0 to 2^32-1; absent means "the best" to the receiver (RFC 4271 section 9.1.2.2). */
  readonly med?: number
  /** LOCAL_PREF, 0 to 2^32-1; iBGP only. */
  readonly localPref?: number
  /** Standard and well-known communities (RFC 1997) as 32-bit numbers. */
  readonly communities?: readonly number[]
  readonly largeCommunities?: readonly LargeCommunity[]
  /** How many more times the own ASN stands in the path, 0 to 16; eBGP only. */
  readonly prepend?: number
}

/** What an OSPF route carries. */
export interface OspfAttributes {
  readonly as?: 'external' | 'internal'
  readonly metric?: number
  readonly metricType?: 1 | 2
}

/** What one VIP asks of every router; each router takes what its protocols know. */
export interface RouteAttributes {
  readonly bgp: BgpAttributes
  readonly ospf: OspfAttributes
}

/** What is put into one router for one address, after it was fitted to that router's sessions. */
export interface FittedAttributes extends RouteAttributes {
  /** Absent: the router's own address on each session. */
  readonly nextHop?: Address
  /** The interface that holds the address, where the route hangs on it: OSPF, `as: internal`. */
  readonly interface?: string
}

/** `over` laid over `base`, key by key: how `whenDegraded`, `whenDown` and `drain` change `announce`. */
export function mergeAttributes(base: RouteAttributes, over: RouteAttributes): RouteAttributes {
  return { bgp: { ...base.bgp, ...over.bgp }, ospf: { ...base.ospf, ...over.ospf } }
}

/** Whether both put the same on the wire: the order of communities means nothing, absent and empty are the same. */
export function sameAttributes(a: FittedAttributes, b: FittedAttributes): boolean {
  return a === b || attributesKey(a) === attributesKey(b)
}

function attributesKey({ bgp, ospf, nextHop, interface: on }: FittedAttributes): string {
  const communities = [...(bgp.communities ?? [])].sort((a, b) => a - b)
  const large = (bgp.largeCommunities ?? []).map((c) => `${c.globalAdmin}:${c.localData1}:${c.localData2}`).sort()
  return JSON.stringify([
    bgp.med ?? null,
    bgp.localPref ?? null,
    communities,
    large,
    bgp.prepend ?? 0,
    ospf.as ?? null,
    ospf.metric ?? null,
    ospf.metricType ?? null,
    nextHop?.text ?? null,
    on ?? null,
  ])
}
