import { z } from 'zod'

import { parseAddress } from '../../domain/address.js'
import { hostAddress, parseHostPort, wrongHostPort } from './addresses.js'
import { leaf, shown, textWith, Wrong } from './leaf.js'
import { absolutePath, flag, interfaceName, oneOf, someTime, wholeNumber, wrongSocket } from './scalars.js'

export type Endpoint = { kind: 'tcp'; host: string; port: number } | { kind: 'unix'; path: string }

const endpoint = textWith<Endpoint>(
  { description: 'Where its gRPC API listens: host:port or unix:/path' },
  (written) => {
    const path = /^unix:(?:\/\/(?=\/))?(.*)$/.exec(written)?.[1]
    if (path !== undefined) return wrongSocket(path) ?? { kind: 'unix', path }
    const parsed = parseHostPort(written)
    if (parsed !== undefined) return { kind: 'tcp', ...parsed }
    return wrongHostPort(written, '127.0.0.1:50051 or unix:/path')
  },
)

export const tlsShape = {
  ca: absolutePath("PEM file of the authority; default the system's authorities").optional(),
  cert: absolutePath('PEM file of the client certificate').optional(),
  key: absolutePath('PEM file of its key').optional(),
}

export const nextHopShape = {
  ipv4: hostAddress('Next hop of IPv4 routes', 'ipv4').optional(),
  ipv6: hostAddress('Next hop of IPv6 routes', 'ipv6').optional(),
}

// 0 is reserved (RFC 7607), and so is the last one (RFC 7300).
const asn = wholeNumber(1, 4_294_967_294, 'Autonomous system number')

export const neighborShape = {
  address: hostAddress('Address of the neighbor').optional(),
  interface: interfaceName('Interface of an unnumbered session').optional(),
  asn,
  localAddress: hostAddress('Own address of the session').optional(),
  families: z
    .array(oneOf(['ipv4', 'ipv6'], 'Address family'))
    .min(1)
    .meta({ description: 'Families of routes to send; default that of the session, and those that nextHop names' })
    .optional(),
  holdTime: someTime('How long a silent neighbor counts as alive; default 9s').optional(),
  keepalive: someTime('From one keepalive to the next; default a third of holdTime').optional(),
  connectRetry: someTime('From one attempt to connect to the next; default 5s').optional(),
  passwordFile: absolutePath('File with the TCP MD5 password').optional(),
  multihop: wholeNumber(2, 255, 'Hops of an eBGP session over routers').optional(),
  ttlSecurity: wholeNumber(1, 255, 'Least TTL accepted (RFC 5082)').optional(),
  bfd: flag('Whether BFD watches the neighbor; default false').optional(),
}

const neighbor = z.strictObject(neighborShape)

export const listenShape = {
  port: wholeNumber(1, 65535, 'TCP port; default 179').optional(),
  addresses: z.array(hostAddress('Own address')).meta({ description: 'Default all of the host' }).optional(),
}

export const managedShape = {
  asn,
  routerId: hostAddress('BGP identifier: an IPv4 address', 'ipv4'),
  neighbors: z.array(neighbor).min(1).meta({ description: 'To whom it speaks BGP' }),
  listen: z
    .strictObject(listenShape)
    .meta({ description: 'Accept connections as well; default: only connect' })
    .optional(),
}

export const gobgpShape = {
  type: z.literal('gobgp').meta({ description: 'GoBGP, over its gRPC API' }),
  address: endpoint.optional(),
  managed: z.strictObject(managedShape).meta({ description: 'Start a gobgpd of its own' }).optional(),
  tls: z.strictObject(tlsShape).meta({ description: 'TLS to the API' }).optional(),
  nextHop: z
    .strictObject(nextHopShape)
    .meta({ description: 'Goes unchanged to every neighbor: an address of this host that each can reach' })
    .optional(),
}

export const frrBgpShape = {
  asn,
  vrf: interfaceName('VRF of the instance; default default').optional(),
}

/** Areas are written as an address, or as the number that it is. */
const area = leaf(
  {
    type: ['string', 'integer'],
    description: 'Area of stub links, and of the neighbors of external routes; default 0.0.0.0',
  },
  (written): string | Wrong => {
    const number = typeof written === 'number' && Number.isInteger(written) && written >= 0 && written <= 4_294_967_295
    if (number) return [24, 16, 8, 0].map((shift) => Math.floor(written / 2 ** shift) % 256).join('.')
    const address = typeof written === 'string' ? parseAddress(written) : undefined
    return address?.family === 'ipv4' ? address.text : new Wrong(`${shown(written)} is no area`, 'Write 0.0.0.0, or 0')
  },
)

export const frrOspfShape = { area: area.optional() }

const socketFolder = textWith(
  { description: 'Folder of the sockets; default /run/frr', pattern: '^/' },
  (written) => wrongSocket(written) ?? wrongSocket(`${written}/ospf6d.vty`) ?? written,
)

export const frrShape = {
  type: z.literal('frr').meta({ description: "FRR, over its daemons' vty sockets" }),
  sockets: socketFolder.optional(),
  bgp: z
    .strictObject(frrBgpShape)
    .meta({ description: 'The BGP instance that announces; it must be there already' })
    .optional(),
  ospf: z
    .strictObject(frrOspfShape)
    .meta({ description: 'The OSPFv2 and OSPFv3 instances that announce; they must be there already' })
    .optional(),
}

export const frrGrpcShape = {
  type: z.literal('frr-grpc').meta({ description: 'A bgpd of FRR built with gRPC, over its northbound' }),
  address: endpoint,
}

export const kernelShape = {
  type: z
    .literal('kernel')
    .meta({ description: 'No daemon is told: one that redistributes connected routes announces' }),
}

/** The kinds of routers: the schema of each, by its type. */
export const routerShapes = { gobgp: gobgpShape, frr: frrShape, 'frr-grpc': frrGrpcShape, kernel: kernelShape }

export const router = z.discriminatedUnion('type', [
  z.strictObject(gobgpShape),
  z.strictObject(frrShape),
  z.strictObject(frrGrpcShape),
  z.strictObject(kernelShape),
])
