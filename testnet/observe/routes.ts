import { isIPv6 } from 'node:net'
import type { ExecOptions, LabNode } from '../lab/node.js'

/** A route of a node's kernel, main table. */
export interface Route {
  /** `203.0.113.80/32`, `2001:db8::/64`, `default`: with its length. */
  readonly prefix: string
  /** Who set it: bird, kernel, static, boot … */
  readonly protocol: string
  /** Sorted by address; without one the route is directly connected. */
  readonly nextHops: readonly NextHop[]
}

export interface NextHop {
  readonly via: string | undefined
  readonly interface: string
}

interface IpRoute {
  readonly dst: string
  readonly protocol?: string
  readonly gateway?: string
  readonly dev?: string
  readonly nexthops?: readonly { readonly gateway?: string; readonly dev?: string }[]
}

/** The main routing table of a node's kernel; both families when none is given. */
export async function kernelRoutes(
  node: LabNode,
  family?: 'ipv4' | 'ipv6',
  options: ExecOptions = {},
): Promise<Route[]> {
  if (family === undefined) {
    const both = await Promise.all([kernelRoutes(node, 'ipv4', options), kernelRoutes(node, 'ipv6', options)])
    return both.flat()
  }
  const text = await node.output(['ip', '-json', family === 'ipv4' ? '-4' : '-6', 'route'], options)
  return (JSON.parse(text) as IpRoute[]).map(toRoute)
}

/** The addresses that the node's kernel would send packets for this host route to; undefined: it has no such route. */
export async function nextHopsOf(
  node: LabNode,
  address: string,
  options: ExecOptions = {},
): Promise<string[] | undefined> {
  const routes = await kernelRoutes(node, isIPv6(address) ? 'ipv6' : 'ipv4', options)
  const route = routes.find((each) => each.prefix === hostRoute(address))
  return route?.nextHops.flatMap((hop) => hop.via ?? [])
}

/** The host route of an address: /32 or /128. */
export function hostRoute(address: string): string {
  return `${address}/${isIPv6(address) ? 128 : 32}`
}

/** iproute2 leaves the length of host routes out. */
export function withLength(destination: string): string {
  return destination === 'default' || destination.includes('/') ? destination : hostRoute(destination)
}

function toRoute(route: IpRoute): Route {
  const hops = route.nexthops ?? [route]
  return {
    prefix: withLength(route.dst),
    protocol: route.protocol ?? '',
    nextHops: hops
      .map((hop) => ({ via: hop.gateway, interface: hop.dev ?? '' }))
      .toSorted((a, b) => (a.via ?? '').localeCompare(b.via ?? '')),
  }
}
