import { Address4, Address6, AddressError } from 'ip-address'

export type Family = 'ipv4' | 'ipv6'

/**
 * One IP address, parsed and canonical (RFC 5952 for IPv6). `text` is its identity: two addresses are the same exactly
 * when their texts are, so it serves as a Map key.
 */
export interface Address {
  readonly family: Family
  readonly text: string
}

/** A network: its first address and its length in bits. */
export interface Prefix {
  readonly family: Family
  readonly network: Address
  readonly length: number
  readonly text: string
}

/** Length of the host mask: /32 or /128. */
export function hostLength(family: Family): number {
  return family === 'ipv4' ? 32 : 128
}

/** The host route of an address as text, `203.0.113.53/32`. */
export function hostPrefix(address: Address): string {
  return `${address.text}/${hostLength(address.family)}`
}

/** Parses an address without a prefix length; undefined when the text is none. IPv4-mapped IPv6 addresses are none. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes('/') || text.includes('%')) return undefined
  try {
    if (!text.includes(':')) return { family: 'ipv4', text: new Address4(text).correctForm() }
    const parsed = new Address6(text)
    return parsed.isMapped4() ? undefined : { family: 'ipv6', text: parsed.correctForm() }
  } catch (error) {
    if (error instanceof AddressError) return undefined
    throw error
  }
}

/** Parses `address/length`; an address alone is a host. Undefined when it is neither, or when host bits are set. */
export function parsePrefix(text: string): Prefix | undefined {
  const [addressText = '', lengthText, ...rest] = text.split('/')
  const address = parseAddress(addressText)
  if (address === undefined || rest.length > 0) return undefined
  const bits = hostLength(address.family)
  if (lengthText !== undefined && !/^\d{1,3}$/.test(lengthText)) return undefined
  const length = lengthText === undefined ? bits : Number(lengthText)
  if (length > bits || lowBits(addressBits(address), bits - length) !== 0n) return undefined
  return { family: address.family, network: address, length, text: `${address.text}/${length}` }
}

/** The network of that many bits that holds the address. */
export function enclosingPrefix(address: Address, length: number): Prefix {
  const { family } = address
  const low = BigInt(hostLength(family) - length)
  const bits = (addressBits(address) >> low) << low
  const parsed = family === 'ipv4' ? Address4.fromBigInt(bits) : Address6.fromBigInt(bits)
  const network: Address = { family, text: parsed.correctForm() }
  return { family, network, length, text: `${network.text}/${length}` }
}

/** Whether the prefix holds the address. */
export function prefixContains(prefix: Prefix, address: Address): boolean {
  if (prefix.family !== address.family) return false
  const shift = BigInt(hostLength(prefix.family) - prefix.length)
  return addressBits(prefix.network) >> shift === addressBits(address) >> shift
}

/** The address as an unsigned number of 32 or 128 bits. */
export function addressBits(address: Address): bigint {
  return address.family === 'ipv4' ? new Address4(address.text).bigInt() : new Address6(address.text).bigInt()
}

/** The address in network byte order: 4 or 16 bytes. */
export function addressBytes(address: Address): Uint8Array {
  const bytes = new Uint8Array(hostLength(address.family) / 8)
  let rest = addressBits(address)
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

function lowBits(value: bigint, count: number): bigint {
  return value & ((1n << BigInt(count)) - 1n)
}
