import type { Family } from '../../domain/address.js'
import type { GobgpConfig, ManagedNeighbor, RouterConfig } from '../../domain/config.js'
import { protocolsOf, speaks, type Protocol } from '../../domain/protocol.js'
import type { ReadAttributes } from '../read/attributes.js'
import type { ReadFile } from '../read/file.js'
import type { ReadVip } from '../read/vips.js'
import { familyName } from '../schema/addresses.js'

/** Attributes follow the session: what a VIP asks for must fit the neighbors that are known beforehand. */
export function attributeRules({ config, vips, routers }: ReadFile): void {
  const deaf = new Set(
    routers.flatMap(({ name, config }) => (config !== null && protocolsOf(config).length === 0 ? [name] : [])),
  )
  const managed = routers.flatMap(({ config, good }) => (good ? (managedOf(config) ?? []) : []))
  for (const vip of vips) {
    medInEveryState(vip)
    for (const protocol of ['bgp', 'ospf'] as const) noEffect(vip, protocol, config.routers)
    noAttributes(vip, deaf)
    const own = managed.filter(({ name }) => vip.config.routers.includes(name))
    for (const router of own) {
      fitNeighbors(vip, router)
      carryFamilies(vip, router)
    }
  }
}

interface Managed {
  readonly name: string
  readonly asn: number
  readonly neighbors: readonly ManagedNeighbor[]
  readonly nextHop: GobgpConfig['nextHop']
}

function managedOf(config: RouterConfig | null): Managed | undefined {
  if (config?.type !== 'gobgp' || config.connection.kind !== 'managed') return undefined
  const { asn, neighbors } = config.connection.speaker
  return { name: config.name, asn, neighbors, nextHop: config.nextHop }
}

const states = ['announce', 'whenDegraded', 'whenDown', 'drain'] as const

/** The other states are laid over `announce`, so a MED there reaches all of them; a missing one is the best of all. */
function medInEveryState(vip: ReadVip): void {
  if (vip.states.announce?.good === false || vip.config.announce.bgp.med !== undefined) return
  for (const state of ['whenDegraded', 'whenDown'] as const) {
    const read = vip.states[state]
    if (read?.attributes.bgp.med === undefined) continue
    bgpPlace(read, 'med')?.refuse(
      'MED is set here and not in `announce`, where a missing one counts as the best',
      'Add announce: {bgp: {med: 0}}, or another that is lower than this one',
    )
  }
}

/** Attributes of a protocol that no router of the VIP speaks. */
function noEffect({ config, states: read }: ReadVip, protocol: Protocol, routers: readonly RouterConfig[]): void {
  const own = routers.filter(({ name }) => config.routers.includes(name))
  const known = own.length === config.routers.length && own.some((router) => protocolsOf(router).length > 0)
  // Of BGP at routers that are told no attributes noAttributes tells.
  if (own.some((router) => speaks(router, protocol)) || (protocol === 'bgp' && !known)) return
  for (const state of states) {
    if (Object.keys(read[state]?.attributes[protocol] ?? {}).length === 0) continue
    const name = protocol.toUpperCase()
    read[state]?.place.entry(protocol)?.warn(`no router of this VIP speaks ${name}, so this has no effect`, 'Remove it')
  }
}

/** Where the bound address is announced, the routing daemon's own configuration says with what. */
function noAttributes({ config, states: read }: ReadVip, deaf: ReadonlySet<string>): void {
  if (config.routers.length === 0 || !config.routers.every((name) => deaf.has(name))) return
  for (const state of states) {
    read[state]?.place
      .entry('bgp')
      ?.warn(
        `no router of this VIP can be told attributes, so this has no effect`,
        'Set them where your routing daemon redistributes connected routes, and remove them here',
      )
  }
}

/** GoBGP has one AS path per path for all neighbors, and over iBGP a receiver drops a prepended one as a loop. */
function fitNeighbors(vip: ReadVip, router: Managed): void {
  const ibgp = router.neighbors.filter(({ asn }) => asn === router.asn).length
  const ebgp = router.neighbors.length - ibgp
  for (const state of states) {
    const read = vip.states[state]
    if (read === undefined) continue
    const prepend = (read.attributes.bgp.prepend ?? 0) > 0 ? bgpPlace(read, 'prepend') : undefined
    if (ibgp > 0 && ebgp > 0) {
      prepend?.refuse(
        `the router \`${router.name}\` has eBGP and iBGP neighbors and can't prepend for one kind alone`,
        'Remove `prepend`, or put the iBGP neighbors into a router of their own',
      )
    } else if (ibgp > 0) {
      prepend?.warn(`the router \`${router.name}\` has iBGP neighbors only, so prepend has no effect`, 'Use localPref')
    }
    if (ibgp === 0 && ebgp > 0) {
      const localPref = bgpPlace(read, 'localPref')
      localPref?.warn(
        `the router \`${router.name}\` has eBGP neighbors only, so localPref has no effect`,
        'Use med or prepend',
      )
    }
  }
}

function bgpPlace(
  read: ReadAttributes,
  key: 'med' | 'prepend' | 'localPref',
): ReturnType<ReadAttributes['place']['entry']> {
  return read.place.entry('bgp')?.entry(key)
}

/** A session carries its own family; the other one needs an explicit next hop, or the neighbor's kernel has no route. */
function carryFamilies(vip: ReadVip, router: Managed): void {
  for (const { address, place } of vip.addresses) {
    if (router.neighbors.some((neighbor) => carries(neighbor, address.family, router.nextHop))) continue
    const name = familyName(address.family)
    place.warn(
      `no neighbor of the router \`${router.name}\` can be sent ${address.text}: none has an ${name} session`,
      `Add a neighbor by its ${name} address, or nextHop: {${address.family}: …} to the router`,
    )
  }
}

function carries({ peer, families }: ManagedNeighbor, family: Family, nextHop: GobgpConfig['nextHop']): boolean {
  const native = peer.kind === 'interface' || peer.address.family === family
  return families.includes(family) && (native || nextHop[family] !== undefined)
}
