import type { Address, Family } from '../../domain/address.js'
import type { GobgpConfig, ManagedNeighbor, ManagedSpeaker } from '../../domain/config.js'
import { listenShape, managedShape, neighborShape } from '../schema/routers.js'
import { durationText } from '../schema/scalars.js'
import { Fields } from './fields.js'
import type { Place } from './place.js'

type NextHop = GobgpConfig['nextHop']

const unset: Address = { family: 'ipv4', text: '0.0.0.0' }

/** Reads a gobgpd that is to be started. */
export function readManaged(place: Place, nextHop: NextHop): ManagedSpeaker {
  const fields = new Fields(place, managedShape, { nested: ['neighbors', 'listen'] })
  const asn = fields.get('asn', 0)
  const routerId = fields.get('routerId', unset)
  if (fields.own('routerId') && fields.good('routerId') && routerId.text === unset.text) {
    fields.at('routerId')?.refuse('0.0.0.0 is no BGP identifier', 'Write an IPv4 address of this host')
  }
  const neighbors = readNeighbors(fields.at('neighbors'), fields.good('asn') ? asn : null, nextHop)
  return { asn, routerId, listen: readListen(fields.at('listen')), neighbors }
}

function readListen(place: Place | undefined): ManagedSpeaker['listen'] {
  if (place === undefined) return null
  const fields = new Fields(place, listenShape)
  return { port: fields.get('port', 179), addresses: fields.get('addresses', []) }
}

function readNeighbors(place: Place | undefined, asn: number | null, nextHop: NextHop): ManagedNeighbor[] {
  if (!place?.expect('list', '[{address: 192.0.2.0, asn: 65000}]')) return []
  if (place.items().length === 0) place.refuse('must not be empty', 'List at least one neighbor')
  const seen = new Set<string>()
  return place.items().map((item) => {
    const fields = new Fields(item, neighborShape)
    const neighbor = readNeighbor(fields, nextHop)
    const peer = neighbor.peer.kind === 'address' ? neighbor.peer.address.text : neighbor.peer.interface
    if (peer !== '' && seen.has(peer)) item.refuse(`the neighbor ${peer} is listed twice`, 'Remove one of them')
    seen.add(peer)
    if (neighbor.multihop !== null && fields.good('asn') && neighbor.asn === asn) {
      fields
        .at('multihop')
        ?.refuse('`multihop` is for eBGP, and this neighbor has the own asn', 'Remove it: iBGP needs none')
    }
    return neighbor
  })
}

type NeighborFields = Fields<typeof neighborShape>

function readNeighbor(fields: NeighborFields, nextHop: NextHop): ManagedNeighbor {
  const peer = readPeer(fields)
  const localAddress = fields.get('localAddress', null)
  refuseLocalAddress(fields, peer, localAddress)
  if (fields.own('multihop')) {
    fields.at('ttlSecurity')?.refuse('`ttlSecurity` and `multihop` exclude each other', 'Keep one of them')
    if (peer.kind === 'interface' && !fields.own('address')) {
      fields.at('multihop')?.refuse('an unnumbered session is directly connected', 'Remove `multihop`')
    }
  }
  return {
    peer,
    asn: fields.get('asn', 0),
    localAddress,
    families: fields.get('families', defaultFamilies(peer, nextHop)),
    ...readTimers(fields),
    passwordFile: fields.get('passwordFile', null),
    multihop: fields.get('multihop', null),
    ttlSecurity: fields.get('ttlSecurity', null),
    bfd: fields.get('bfd', false),
  }
}

function readPeer(fields: NeighborFields): ManagedNeighbor['peer'] {
  const address = fields.get('address')
  const name = fields.get('interface', '')
  const neither = !fields.own('address') && !fields.own('interface')
  if (neither && fields.good('address', 'interface')) {
    fields.place.problems.refuse(
      fields.place.key,
      '`address` or `interface` is missing',
      'Add the address of the neighbor',
    )
  }
  if (fields.own('address')) {
    const remedy = 'Keep `address`, or `interface` for an unnumbered session'
    fields.at('interface')?.refuse('`interface` and `address` exclude each other', remedy)
  }
  return address === undefined ? { kind: 'interface', interface: name } : { kind: 'address', address }
}

function refuseLocalAddress(fields: NeighborFields, peer: ManagedNeighbor['peer'], local: Address | null): void {
  if (local === null || peer.kind === 'interface') return
  const at = fields.at('localAddress')
  if (local.family !== peer.address.family)
    at?.refuse("is not of the neighbor's family", 'Write one of the same family')
  if (local.text === peer.address.text) at?.refuse("is the neighbor's own address", 'Write an address of this host')
}

/** What a session carries natively, and what an explicit next hop makes it able to carry. */
function defaultFamilies(peer: ManagedNeighbor['peer'], nextHop: NextHop): Family[] {
  const native = (family: Family): boolean => peer.kind === 'interface' || peer.address.family === family
  return (['ipv4', 'ipv6'] as const).filter((family) => native(family) || nextHop[family] !== undefined)
}

/** BGP counts these in whole seconds, and a hold time is 0 or at least 3 (RFC 4271 section 4.2). */
function readTimers(fields: NeighborFields): Pick<ManagedNeighbor, 'holdTime' | 'keepalive' | 'connectRetry'> {
  const holdTime = fields.get('holdTime', 9000)
  const keepalive = fields.get('keepalive', Math.max(1000, Math.floor(holdTime / 3000) * 1000))
  const connectRetry = fields.get('connectRetry', 5000)
  const whole = { holdTime, keepalive, connectRetry }
  for (const key of ['holdTime', 'keepalive', 'connectRetry'] as const) {
    const least = key === 'holdTime' ? 3 : 1
    const rounded = Math.max(least, Math.round(whole[key] / 1000))
    if (whole[key] % 1000 !== 0) fields.at(key)?.refuse('BGP counts this in whole seconds', `Write ${rounded}s`)
  }
  if (holdTime % 1000 !== 0) return whole
  if (holdTime < 3000)
    fields.at('holdTime')?.refuse(`holdTime ${durationText(holdTime)} is too short`, 'Write at least 3s')
  else if (holdTime > 65_535_000) fields.at('holdTime')?.refuse('is too long for BGP', 'Write at most 65535s')
  if (fields.good('holdTime', 'keepalive') && keepalive >= holdTime) {
    fields
      .at('keepalive')
      ?.refuse(
        `keepalive ${durationText(keepalive)} is not less than holdTime ${durationText(holdTime)}`,
        'Write at most a third of holdTime',
      )
  }
  return whole
}
