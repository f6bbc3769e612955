import { hostLength, prefixContains, type Address, type Prefix } from './address.js'
import type { RequireCovering } from './override-config.js'

/** Where a route comes from that this host did not originate. */
export type RouteSource =
  /** `nextHop`: as the path says; null where it names none. `asPath`: nearest first. */
  | {
      readonly kind: 'bgp'
      readonly neighbor: string
      readonly asPath: readonly number[]
      readonly nextHop: string | null
    }
  | { readonly kind: 'ospf'; readonly via: string }
  /** A subnet of an interface of this host. */
  | { readonly kind: 'connected'; readonly interface: string }
  /** In the kernel's table by a protocol of this name: `bird`, `static`, `boot`. */
  | { readonly kind: 'kernel'; readonly protocol: string; readonly via: string }

/** A route to an address that somebody else announces, or a subnet of this host. */
export interface LearnedRoute {
  readonly prefix: Prefix
  readonly source: RouteSource
}

/** What one router, or the kernel, knows of the addresses that it was told to look at. */
export interface Learned {
  /** The AS that the router speaks for; null where it speaks for none. */
  readonly asn: number | null
  /** By address text: every route that holds the address, its own host route too. Empty: nobody has one. */
  readonly routes: ReadonlyMap<string, readonly LearnedRoute[]>
}

export const nothingLearned: Learned = { asn: null, routes: new Map() }

/** Texts of the addresses of which two looks tell different routes. */
export function changedRoutes(before: Learned | null, after: Learned | null): string[] {
  const texts = new Set([...(before?.routes.keys() ?? []), ...(after?.routes.keys() ?? [])])
  const told = (learned: Learned | null, text: string): string => {
    const routes = learned?.routes.get(text)
    return routes === undefined ? '' : JSON.stringify([learned?.asn, routes])
  }
  return [...texts].filter((text) => told(before, text) !== told(after, text))
}

/** What is known of the other ways to an address. */
export interface Surroundings {
  /** The same host route, by somebody else. */
  readonly conflicts: readonly LearnedRoute[]
  /** What would carry the traffic after a withdrawal, most specific first: the first one would. */
  readonly covering: readonly LearnedRoute[]
  /** Whether somebody was not asked yet. */
  readonly incomplete: boolean
}

/** A router that was asked. Null: not yet, or it does not answer any more. */
export interface Asked {
  readonly name: string
  readonly learned: Learned | null
}

/**
 * What several routers and the kernel know of one address. A path that leads back here is none: its next hop is an address of
 * this host, or it went through another router of this host. What a routing daemon put into the kernel counts where no router
 * tells of that network itself.
 */
export function surroundingsOf(
  address: Address,
  routers: readonly Asked[],
  kernel: Learned | null,
  ownAddresses: Pick<ReadonlySet<string>, 'has'>,
): Surroundings {
  const told = routers.flatMap(({ name, learned }) => {
    const others = otherAsns(name, routers)
    const routes = learned?.routes.get(address.text) ?? []
    return routes.filter(({ source }) => !leadsHere(source, ownAddresses, others))
  })
  const networks = new Set(told.map(({ prefix }) => prefix.text))
  const more = (kernel?.routes.get(address.text) ?? []).filter(
    ({ prefix, source }) => source.kind !== 'kernel' || !networks.has(prefix.text),
  )
  const host = hostLength(address.family)
  const found = distinct([...told, ...more].filter(({ prefix }) => prefixContains(prefix, address)))
  return {
    conflicts: found.filter(({ prefix, source }) => prefix.length === host && !isSetByHand(source)),
    covering: found.filter(({ prefix }) => prefix.length < host).sort((a, b) => b.prefix.length - a.prefix.length),
    incomplete: [kernel, ...routers.map(({ learned }) => learned)].some(
      (each) => each?.routes.has(address.text) !== true,
    ),
  }
}

function otherAsns(name: string, routers: readonly Asked[]): ReadonlySet<number> {
  const own = routers.find((router) => router.name === name)?.learned?.asn
  const asns = routers.flatMap(({ learned }) => learned?.asn ?? [])
  return new Set(asns.filter((asn) => asn !== own))
}

function leadsHere(
  source: RouteSource,
  own: Pick<ReadonlySet<string>, 'has'>,
  otherAsns: ReadonlySet<number>,
): boolean {
  if (source.kind !== 'bgp') return false
  return (source.nextHop !== null && own.has(source.nextHop)) || source.asPath.some((asn) => otherAsns.has(asn))
}

/** Two routers of a host learn the same from one neighbor. */
function distinct(routes: readonly LearnedRoute[]): LearnedRoute[] {
  return [...new Map(routes.map((route) => [learnedInWords(route), route])).values()]
}

/**
 * Whether the covering routes are what is asked for.
 *
 * | requireCovering | a covering route that will do |
 * |-----------------|-------------------------------|
 * | true            | not the default; connected, or learned by a routing protocol |
 * | default         | any |
 * | a list          | one of its networks |
 * | false           | none is needed |
 */
export function isCovered(require: RequireCovering, covering: readonly LearnedRoute[]): boolean {
  switch (require.kind) {
    case 'none':
      return true
    case 'default':
      return covering.length > 0
    case 'specific':
      return covering.some(({ prefix, source }) => prefix.length > 0 && !isSetByHand(source))
    case 'listed':
      return covering.some(
        ({ prefix, source }) => !isSetByHand(source) && require.prefixes.some(({ text }) => text === prefix.text),
      )
  }
}

/** A static route says what somebody wrote into this host once, not that anybody carries traffic there now. */
function isSetByHand(source: RouteSource): boolean {
  return source.kind === 'kernel' && handmade.has(source.protocol)
}

const handmade: ReadonlySet<string> = new Set(['boot', 'static', 'kernel', 'dhcp', 'ra', 'redirect', 'unspec'])

/** `192.0.2.0/24 from 198.51.100.1 (AS 65010)`. */
export function learnedInWords({ prefix, source }: LearnedRoute): string {
  return `${prefix.text} ${sourceInWords(source)}`
}

export function sourceInWords(source: RouteSource): string {
  switch (source.kind) {
    case 'bgp': {
      const path = source.asPath.length === 0 ? 'iBGP' : `AS ${source.asPath.join(' ')}`
      return `by BGP from ${source.neighbor} (${path})`
    }
    case 'ospf':
      return `by OSPF via ${source.via}`
    case 'connected':
      return `connected on ${source.interface}`
    case 'kernel':
      return `in the kernel (${source.protocol}) via ${source.via}`
  }
}
