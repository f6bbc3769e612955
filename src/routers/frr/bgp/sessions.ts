import { parseAddress, type Address, type Family } from '../../../domain/address.js'
import type { Session } from '../../../domain/target.js'
import { mapAt, textAt, type JsonMap } from '../json.js'
import { families } from './instance.js'

const byNumber = new Intl.Collator('en', { numeric: true })

/** The sessions that `show bgp vrf … neighbors json` lists, without what was sent, in the order of their names. */
export function readSessions(neighbors: JsonMap): Omit<Session, 'sent'>[] {
  return Object.keys(neighbors)
    .filter((name) => 'bgpState' in mapAt(neighbors, name))
    .sort(byNumber.compare)
    .map((name) => readSession(name, mapAt(neighbors, name)))
}

/**
 * By neighbor: families of which bgpd has an address of its own on the link, which it sends as next hop; IPv4 also where the
 * neighbor takes its routes with a next hop of IPv6 (RFC 8950).
 */
export function readNextHops(neighbors: JsonMap): ReadonlyMap<string, readonly Family[]> {
  return new Map(
    Object.keys(neighbors).map((name) => {
      const neighbor = mapAt(neighbors, name)
      const [ipv4, ipv6] = ['nexthop', 'nexthopGlobal'].map((key) => parseAddress(textAt(neighbor, key)))
      const own = [ipv4, ipv6].flatMap((each) => (each === undefined || isUnspecified(each) ? [] : [each.family]))
      const extended = textAt(mapAt(neighbor, 'neighborCapabilities'), 'extendedNexthop') === 'advertisedAndReceived'
      return [name, extended && !own.includes('ipv4') ? ['ipv4', ...own] : own]
    }),
  )
}

function isUnspecified({ text }: Address): boolean {
  return text === '0.0.0.0' || text === '::'
}

function readSession(neighbor: string, from: JsonMap): Omit<Session, 'sent'> {
  const state = textAt(from, 'bgpState').toLowerCase()
  const established = state === 'established'
  return {
    neighbor,
    kind: from['nbrInternalLink'] === true ? 'ibgp' : 'ebgp',
    state,
    established,
    transport: transportOf(neighbor, from),
    families: families.filter((family) => isConfigured(from, family) && (!established || isNegotiated(from, family))),
  }
}

/** An unnumbered session is named by its interface: what its connection runs over tells. */
function transportOf(neighbor: string, from: JsonMap): Family | null {
  const host = parseAddress(neighbor) ?? parseAddress(textAt(from, 'hostForeign').split('%')[0] ?? '')
  return host?.family ?? null
}

function isConfigured(from: JsonMap, family: Family): boolean {
  return `${family}Unicast` in mapAt(from, 'addressFamilyInfo')
}

/** Whether the neighbor announced the family as well (RFC 4760 section 8); one that announces none speaks IPv4 alone. */
function isNegotiated(from: JsonMap, family: Family): boolean {
  const extensions = mapAt(mapAt(from, 'neighborCapabilities'), 'multiprotocolExtensions')
  const announced = Object.keys(extensions).filter((key) => wasReceived(mapAt(extensions, key)))
  return announced.length === 0 ? family === 'ipv4' : announced.includes(`${family}Unicast`)
}

function wasReceived(extension: JsonMap): boolean {
  return extension['advertisedAndReceived'] === true || extension['received'] === true
}
