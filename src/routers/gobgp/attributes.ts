import { create, fromBinary } from '@bufbuild/protobuf'
import {
  AsPathAttributeSchema,
  CommunitiesAttributeSchema,
  LargeCommunitiesAttributeSchema,
  LocalPrefAttributeSchema,
  MpReachNLRIAttributeSchema,
  MultiExitDiscAttributeSchema,
  NextHopAttributeSchema,
  OriginAttributeSchema,
} from '../../gen/gobgp/attributes_pb.js'
import { parseAddress, type Address, type Family } from '../../domain/address.js'
import type { BgpAttributes, FittedAttributes } from '../../domain/attributes.js'
import { pack, type Generation, type Wrapped } from './generation.js'

/** RFC 4271 section 4.3: the path was made inside the own AS. */
const originIgp = 0
const asSequence = 2

/** To gobgpd the unspecified address means itself: it puts its own address of each session in its place. */
export const nextHopSelf: Record<Family, string> = { ipv4: '0.0.0.0', ipv6: '::' }

/** Numbers of the address families (IANA) that a path or a session is about, always unicast. */
export const unicast: Record<Family, { readonly afi: number; readonly safi: number }> = {
  ipv4: { afi: 1, safi: 1 },
  ipv6: { afi: 2, safi: 1 },
}

/**
 * The path attributes of an announcement. What is absent stays unset: to an iBGP neighbor a LOCAL_PREF of 0 is the worst
 * there is, while none is its default.
 */
export function encodeAttributes(
  generation: Generation,
  family: Family,
  nlri: Uint8Array,
  { bgp, nextHop }: FittedAttributes,
  asn: number,
): Uint8Array[] {
  const encoded = [origin(generation), encodeNextHop(generation, family, nlri, nextHop)]
  const { med, localPref, communities = [], largeCommunities = [], prepend = 0 } = bgp
  if (prepend > 0) {
    const segments = [{ type: asSequence, numbers: Array<number>(prepend).fill(asn) }]
    encoded.push(pack(generation, AsPathAttributeSchema, create(AsPathAttributeSchema, { segments })))
  }
  if (med !== undefined) {
    encoded.push(pack(generation, MultiExitDiscAttributeSchema, create(MultiExitDiscAttributeSchema, { med })))
  }
  if (localPref !== undefined) {
    encoded.push(pack(generation, LocalPrefAttributeSchema, create(LocalPrefAttributeSchema, { localPref })))
  }
  if (communities.length > 0) {
    const message = create(CommunitiesAttributeSchema, { communities: [...communities] })
    encoded.push(pack(generation, CommunitiesAttributeSchema, message))
  }
  if (largeCommunities.length > 0) {
    const message = create(LargeCommunitiesAttributeSchema, {
      communities: largeCommunities.map((one) => ({ ...one })),
    })
    encoded.push(pack(generation, LargeCommunitiesAttributeSchema, message))
  }
  return encoded
}

/** NEXT_HOP carries IPv4 for IPv4 alone; everything else goes in MP_REACH_NLRI (RFC 4760 section 3, RFC 8950). */
export function encodeNextHop(
  generation: Generation,
  family: Family,
  nlri: Uint8Array,
  nextHop: Address | undefined,
): Uint8Array {
  const text = nextHop?.text ?? nextHopSelf[family]
  if (family === 'ipv4' && nextHop === undefined) return ipv4Self(generation)
  if (family === 'ipv4' && nextHop?.family === 'ipv4') {
    return pack(generation, NextHopAttributeSchema, create(NextHopAttributeSchema, { nextHop: text }))
  }
  const message = create(MpReachNLRIAttributeSchema, { family: unicast[family], nextHops: [text], nlris: [nlri] })
  return pack(generation, MpReachNLRIAttributeSchema, message)
}

/** What nearly every path carries is encoded once. */
const origin = perGeneration((generation) =>
  pack(generation, OriginAttributeSchema, create(OriginAttributeSchema, { origin: originIgp })),
)
const ipv4Self = perGeneration((generation) =>
  pack(generation, NextHopAttributeSchema, create(NextHopAttributeSchema, { nextHop: nextHopSelf.ipv4 })),
)

function perGeneration(encode: (generation: Generation) => Uint8Array): (generation: Generation) => Uint8Array {
  const made = new Map<Generation, Uint8Array>()
  return (generation) => {
    const bytes = made.get(generation) ?? encode(generation)
    made.set(generation, bytes)
    return bytes
  }
}

/** The reverse of encodeAttributes; what vipcast never sets is passed over. */
export function decodeAttributes(generation: Generation, pattrs: readonly Uint8Array[]): FittedAttributes {
  let bgp: BgpAttributes = {}
  let nextHop: Address | undefined
  for (const bytes of pattrs) {
    const wrapped = generation.unwrap('attribute', bytes)
    if (wrapped === undefined) continue
    bgp = { ...bgp, ...decodeBgp(wrapped) }
    nextHop ??= decodeNextHop(wrapped)
  }
  return nextHop === undefined ? { bgp, ospf: {} } : { bgp, ospf: {}, nextHop }
}

function decodeBgp({ name, value }: Wrapped): BgpAttributes {
  switch (name) {
    case AsPathAttributeSchema.name: {
      const { segments } = fromBinary(AsPathAttributeSchema, value)
      const prepend = segments.reduce((count, { numbers }) => count + numbers.length, 0)
      return prepend === 0 ? {} : { prepend }
    }
    case MultiExitDiscAttributeSchema.name:
      return { med: fromBinary(MultiExitDiscAttributeSchema, value).med }
    case LocalPrefAttributeSchema.name:
      return { localPref: fromBinary(LocalPrefAttributeSchema, value).localPref }
    case CommunitiesAttributeSchema.name:
      return { communities: fromBinary(CommunitiesAttributeSchema, value).communities }
    case LargeCommunitiesAttributeSchema.name: {
      const { communities } = fromBinary(LargeCommunitiesAttributeSchema, value)
      return {
        largeCommunities: communities.map(({ globalAdmin, localData1, localData2 }) => ({
          globalAdmin,
          localData1,
          localData2,
        })),
      }
    }
    default:
      return {}
  }
}

function decodeNextHop({ name, value }: Wrapped): Address | undefined {
  const text =
    name === NextHopAttributeSchema.name
      ? fromBinary(NextHopAttributeSchema, value).nextHop
      : name === MpReachNLRIAttributeSchema.name
        ? fromBinary(MpReachNLRIAttributeSchema, value).nextHops[0]
        : undefined
  if (text === undefined || text === nextHopSelf.ipv4 || text === nextHopSelf.ipv6) return undefined
  return parseAddress(text)
}
