import type { Family } from '../../../domain/address.js'

/** The BGP instance of a router, as its part of the configuration names it. */
export interface Instance {
  readonly asn: number
  /** `default`, or the name of a VRF. */
  readonly vrf: string
}

export const families: readonly Family[] = ['ipv4', 'ipv6']

/** The command that enters the node of the instance. It would create one that is not there. */
export function enterInstance({ asn, vrf }: Instance): string {
  return vrf === 'default' ? `router bgp ${asn}` : `router bgp ${asn} vrf ${vrf}`
}

/** `show bgp vrf red ipv4 unicast …`, in JSON. */
export function showTable({ vrf }: Instance, family: Family, what: string): string {
  return `show bgp vrf ${vrf} ${family} unicast ${what} json`
}

export function showNeighbors({ vrf }: Instance): string {
  return `show bgp vrf ${vrf} neighbors json`
}

export function showSummary({ vrf }: Instance): string {
  return `show bgp vrf ${vrf} summary json`
}
