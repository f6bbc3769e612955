import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import { ExtendedNexthopCapabilitySchema, MultiProtocolCapabilitySchema } from '../../gen/gobgp/attributes_pb.js'
import type { Family as ApiFamily, Peer } from '../../gen/gobgp/messages_pb.js'
import { parseAddress, type Family } from '../../domain/address.js'
import type { Session } from '../../domain/target.js'
import { unicast } from './attributes.js'
import type { Generation } from './generation.js'

/** RFC 4271 section 8.2.2, in the API's order. */
const states = ['unknown', 'idle', 'connect', 'active', 'opensent', 'openconfirm', 'established'] as const

/** A session without what was sent, and the name under which the API knows its adj-RIB-out. */
export interface SessionFound {
  readonly session: Omit<Session, 'sent'>
  readonly key: string
  /** Families beside that of the connection whose routes can be sent with a next hop of that of the connection. */
  readonly nextHops: readonly Family[]
  /** How many routes of this neighbor the daemon holds. */
  readonly learned: number
}

/** What one answer of ListPeer, or one event of a watcher, says of a session. `asn` is the daemon's own. */
export function decodeSession(generation: Generation, peer: Peer, asn: number): SessionFound {
  const { conf, state } = peer
  const key = state?.neighborAddress || conf?.neighborAddress || ''
  const localAsn = conf?.localAsn || state?.localAsn || asn
  const name = states[state?.sessionState ?? 0] ?? 'unknown'
  const established = name === 'established'
  return {
    key,
    nextHops: takesIpv6NextHops(generation, peer) ? ['ipv4'] : [],
    learned: peer.afiSafis.reduce((count, { state: { accepted = 0n } = {} }) => count + Number(accepted), 0),
    session: {
      neighbor: conf?.neighborInterface || key,
      kind: (state?.peerAsn || conf?.peerAsn) === localAsn ? 'ibgp' : 'ebgp',
      state: name,
      established,
      // A link-local address of an unnumbered session carries its interface.
      transport: parseAddress(key.split('%')[0] ?? '')?.family ?? null,
      families: families.filter(
        (family) => isConfigured(peer, family) && (!established || isNegotiated(generation, peer, family)),
      ),
    },
  }
}

const families: readonly Family[] = ['ipv4', 'ipv6']

function isConfigured(peer: Peer, family: Family): boolean {
  return peer.afiSafis.some(({ config }) => config?.enabled === true && isUnicast(config.family, family))
}

/** Whether the neighbor announced the family as well (RFC 4760 section 8); one that announces none speaks IPv4 alone. */
function isNegotiated(generation: Generation, peer: Peer, family: Family): boolean {
  const announced = announcedAs(generation, peer, MultiProtocolCapabilitySchema).map((each) => each.family)
  return announced.length === 0 ? family === 'ipv4' : announced.some((one) => isUnicast(one, family))
}

/** Whether the neighbor takes IPv4 routes with a next hop of IPv6 (RFC 8950); gobgpd offers that on every session over IPv6. */
function takesIpv6NextHops(generation: Generation, peer: Peer): boolean {
  return announcedAs(generation, peer, ExtendedNexthopCapabilitySchema)
    .flatMap(({ tuples }) => tuples)
    .some(({ nlriFamily, nexthopFamily }) => isUnicast(nlriFamily, 'ipv4') && nexthopFamily?.afi === unicast.ipv6.afi)
}

function announcedAs<D extends GenMessage<MessageShape<DescMessage>>>(
  generation: Generation,
  peer: Peer,
  schema: D,
): MessageShape<D>[] {
  return (peer.state?.remoteCap ?? [])
    .flatMap((bytes) => generation.unwrap('capability', bytes) ?? [])
    .filter(({ name }) => name === schema.name)
    .map(({ value }) => fromBinary(schema, value))
}

function isUnicast(of: ApiFamily | undefined, family: Family): boolean {
  return of?.afi === unicast[family].afi && of.safi === unicast[family].safi
}
