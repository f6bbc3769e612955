import assert from 'node:assert/strict'
import { parseAddress, parsePrefix } from '../../../../src/domain/address.js'
import type { Address, Prefix } from '../../../../src/domain/address.js'
import type { ManagedNeighbor, ManagedSpeaker } from '../../../../src/domain/config.js'

export function address(text: string): Address {
  const parsed = parseAddress(text)
  assert.ok(parsed, text)
  return parsed
}

export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text)
  assert.ok(parsed, text)
  return parsed
}

/** A neighbor with the defaults of a configuration, by address or by the name of an interface. */
export function neighbor(peer: string, options: Partial<ManagedNeighbor> = {}): ManagedNeighbor {
  const parsed = parseAddress(peer)
  return {
    peer: parsed === undefined ? { kind: 'interface', interface: peer } : { kind: 'address', address: parsed },
    asn: 65000,
    localAddress: null,
    families: parsed === undefined ? ['ipv4', 'ipv6'] : [parsed.family],
    holdTime: 9000,
    keepalive: 3000,
    connectRetry: 5000,
    passwordFile: null,
    multihop: null,
    ttlSecurity: null,
    bfd: false,
    ...options,
  }
}

export function speaker(...neighbors: ManagedNeighbor[]): ManagedSpeaker {
  return { asn: 65001, routerId: address('192.0.2.1'), listen: null, neighbors }
}
