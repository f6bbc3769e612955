import { create, fromBinary } from '@bufbuild/protobuf'
import { IPAddressPrefixSchema } from '../../gen/gobgp/attributes_pb.js'
import { PathSchema, type Path } from '../../gen/gobgp/messages_pb.js'
import { hostLength, type Address } from '../../domain/address.js'
import type { RouteChange } from '../../domain/target.js'
import { encodeAttributes, encodeNextHop, unicast } from './attributes.js'
import { pack, type Generation } from './generation.js'

/** The path of one change, as AddPath, DeletePath and AddPathStream take it. `asn` is the daemon's own. */
export function pathOf(generation: Generation, change: RouteChange, asn: number): Path {
  const { address } = change
  const nlri = hostNlri(generation, address)
  // A withdrawal names a next hop only because DeletePath refuses a path without one.
  const pattrs =
    change.kind === 'announce'
      ? encodeAttributes(generation, address.family, nlri, change.attributes, asn)
      : [encodeNextHop(generation, address.family, nlri, undefined)]
  return create(PathSchema, { nlri, pattrs, isWithdraw: change.kind === 'withdraw', family: unicast[address.family] })
}

/** Whether the daemon originates the path itself: a learned one names the neighbor it came from. */
export function isLocal(path: Path): boolean {
  // 3.x writes the text of a missing Go address here.
  return path.neighborIp === '' || path.neighborIp === '<nil>'
}

/** The network of a path as text, `192.0.2.0/24`; undefined where it is of another family. */
export function networkOfPath(generation: Generation, path: Path): string | undefined {
  const wrapped = generation.unwrap('nlri', path.nlri)
  if (wrapped?.name !== IPAddressPrefixSchema.name) return undefined
  const { prefix, prefixLen } = fromBinary(IPAddressPrefixSchema, wrapped.value)
  return `${prefix}/${prefixLen}`
}

/** The address, as text, of a destination that is a host: `203.0.113.53/32`. */
export function hostOfPrefix(prefix: string): string | undefined {
  const [text = '', length] = prefix.split('/')
  return Number(length) === hostLength(text.includes(':') ? 'ipv6' : 'ipv4') ? text : undefined
}

function hostNlri(generation: Generation, address: Address): Uint8Array {
  const prefix = create(IPAddressPrefixSchema, { prefix: address.text, prefixLen: hostLength(address.family) })
  return pack(generation, IPAddressPrefixSchema, prefix)
}
