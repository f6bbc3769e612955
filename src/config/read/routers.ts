import type {
  FrrConfig,
  FrrGrpcConfig,
  GobgpConfig,
  GobgpConnection,
  KernelRouterConfig,
  RouterConfig,
  TlsFiles,
} from '../../domain/config.js'
import {
  frrBgpShape,
  frrGrpcShape,
  frrOspfShape,
  frrShape,
  gobgpShape,
  kernelShape,
  nextHopShape,
  routerShapes,
  tlsShape,
} from '../schema/routers.js'
import { wrongName } from '../schema/scalars.js'
import { Fields } from './fields.js'
import { readKind } from './kind.js'
import { readManaged } from './managed.js'
import type { Place } from './place.js'

export interface ReadRouter {
  readonly name: string
  readonly place: Place
  /** Null: it could not be read at all. */
  readonly config: RouterConfig | null
  /** Whether nothing in it is wrong, so that rules may draw conclusions from it. */
  readonly good: boolean
}

export function readRouter(name: string, place: Place): ReadRouter {
  const badName = wrongName(name)
  if (badName !== undefined) place.problems.refuse(place.key, badName.message, badName.remedy)
  const before = place.problems.count
  const isMap = place.expect('map', '{type: gobgp, address: 127.0.0.1:50051}')
  const type = isMap ? readKind(place, routerShapes) : undefined
  const config = type === undefined ? null : readers[type](name, place)
  return { name, place, config, good: config !== null && place.problems.count === before }
}

/** One line for each kind of router. */
const readers: { readonly [K in RouterConfig['type']]: (name: string, place: Place) => RouterConfig } = {
  gobgp: readGobgp,
  frr: readFrr,
  'frr-grpc': readFrrGrpc,
  kernel: readKernel,
}

function readFrr(name: string, place: Place): FrrConfig {
  const fields = new Fields(place, frrShape, { nested: ['bgp', 'ospf'] })
  const [bgpPlace, ospfPlace] = [fields.at('bgp'), fields.at('ospf')]
  if (bgpPlace === undefined && ospfPlace === undefined && fields.good('bgp', 'ospf')) {
    const remedy = 'Add `bgp: {asn: 65001}`, or `ospf: {area: 0.0.0.0}`, or both'
    place.problems.refuse(place.key, '`bgp` or `ospf` is missing', remedy)
  }
  const bgp = bgpPlace && new Fields(bgpPlace, frrBgpShape)
  const ospf = ospfPlace && new Fields(ospfPlace, frrOspfShape)
  return {
    type: 'frr',
    name,
    sockets: fields.get('sockets', '/run/frr'),
    bgp: bgp === undefined ? null : { asn: bgp.get('asn', 1), vrf: bgp.get('vrf', 'default') },
    ospf: ospf === undefined ? null : { area: ospf.get('area', '0.0.0.0') },
  }
}

function readFrrGrpc(name: string, place: Place): FrrGrpcConfig {
  const fields = new Fields(place, frrGrpcShape)
  return { type: 'frr-grpc', name, endpoint: fields.get('address', { kind: 'unix', path: '' }) }
}

function readKernel(name: string, place: Place): KernelRouterConfig {
  return { type: new Fields(place, kernelShape).get('type', 'kernel'), name }
}

function readGobgp(name: string, place: Place): GobgpConfig {
  const fields = new Fields(place, gobgpShape, { nested: ['managed', 'tls', 'nextHop'] })
  const nextHop = readNextHop(fields.at('nextHop'))
  return { type: 'gobgp', name, connection: readConnection(fields, nextHop), nextHop }
}

function readConnection(fields: Fields<typeof gobgpShape>, nextHop: GobgpConfig['nextHop']): GobgpConnection {
  const { problems, key } = fields.place
  const managed = fields.at('managed')
  const tls = fields.at('tls')
  const address = fields.get('address', { kind: 'unix', path: '' } as const)
  if (managed !== undefined) {
    const remedy = 'Keep `managed` to start a gobgpd, or `address` to use one that runs'
    fields.at('address')?.refuse('`address` and `managed` exclude each other', remedy)
    tls?.refuse('`tls` has no place beside `managed`, whose API is on a private Unix socket', 'Remove it')
    return { kind: 'managed', speaker: readManaged(managed, nextHop) }
  }
  if (!fields.own('address') && fields.good('address', 'managed')) {
    const remedy = 'Add `address: 127.0.0.1:50051` to use a gobgpd that runs, or `managed` to have one started'
    problems.refuse(key, '`address` or `managed` is missing', remedy)
  }
  const files = tls === undefined ? null : readTls(tls)
  if (address.kind === 'tcp') return { ...address, tls: files }
  if (fields.own('address') && fields.good('address')) {
    tls?.refuse('`tls` has no place on a Unix socket', 'Remove it, or write `address` as host:port')
  }
  return address
}

function readTls(place: Place): TlsFiles {
  const fields = new Fields(place, tlsShape)
  const files = { ca: fields.get('ca', null), cert: fields.get('cert', null), key: fields.get('key', null) }
  for (const [given, needed] of [
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const) {
    if (!fields.own(needed))
      fields.at(given)?.refuse(`\`${given}\` needs \`${needed}\``, `Add \`${needed}\`, or remove \`${given}\``)
  }
  return files
}

function readNextHop(place: Place | undefined): GobgpConfig['nextHop'] {
  if (place === undefined) return {}
  const fields = new Fields(place, nextHopShape)
  const ipv4 = fields.get('ipv4')
  const ipv6 = fields.get('ipv6')
  return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) }
}
