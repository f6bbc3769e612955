import { type Address, prefixContains } from '../../domain/address.js'
import type { ReadFile } from '../read/file.js'
import type { Place } from '../read/place.js'

/** Every address of a VIP is one that a host can own, inside the pools, and given once. */
export function addressRules({ vips, pools }: ReadFile): void {
  for (const { prefix, place } of pools.places.filter(({ prefix }) => prefix.length === 0)) {
    place.warn(`${prefix.text} guards nothing`, 'List the networks that your VIPs are in')
  }
  const seen = new Map<string, Place>()
  for (const { address, place } of vips.flatMap(({ addresses }) => addresses)) {
    const special = specialKind(address)
    const before = seen.get(address.text)
    if (special !== undefined) place.refuse(`${address.text} is ${special}`, 'Write a unicast address')
    else if (pools.complete) refuseOutside(address, place, pools.places)
    if (before === undefined) seen.set(address.text, place)
    else refuseDuplicate(address, place, before)
  }
}

function refuseOutside(address: Address, place: Place, pools: ReadFile['pools']['places']): void {
  if (pools.some(({ prefix }) => prefixContains(prefix, address))) return
  const list = pools.map(({ prefix }) => prefix.text).join(', ')
  place.refuse(
    `${address.text} is outside the pools (${list})`,
    'Write an address inside, or add its network to `pools`',
  )
}

function refuseDuplicate(address: Address, place: Place, before: Place): void {
  const [vip, other] = [place.path[1], before.path[1]]
  if (vip === other) place.refuse(`${address.text} is listed twice`, 'Remove one of them')
  else
    place.refuse(
      `${address.text} belongs to the VIP \`${other}\` already (line ${place.problems.lineOf(before.at)})`,
      'Give each address to one VIP',
    )
}

/** What can't be the address of a service that others reach by a route (the IANA special-purpose registries). */
function specialKind({ family, text }: Address): string | undefined {
  if (family === 'ipv4') {
    const first = Number(text.split('.', 1)[0])
    if (first >= 240) return 'a reserved address'
    if (first >= 224) return 'a multicast address'
    if (first === 0) return 'an address of "this network"'
    return first === 127 ? 'a loopback address' : undefined
  }
  if (text === '::') return 'the unspecified address'
  if (text === '::1') return 'a loopback address'
  if (/^fe[89ab]/.test(text)) return 'a link-local address'
  return text.startsWith('ff') ? 'a multicast address' : undefined
}
