import assert from 'node:assert/strict'
import { parseAddress, parsePrefix, type Address, type Prefix } from '../../src/domain/address.js'
import type { BgpAttributes, FittedAttributes } from '../../src/domain/attributes.js'
import type { Hint, Outcome, RouteChange } from '../../src/domain/target.js'

export function announce(text: string, bgp: BgpAttributes = {}): RouteChange {
  return { kind: 'announce', address: address(text), attributes: { bgp, ospf: {} } }
}

export function withdraw(text: string): RouteChange {
  return { kind: 'withdraw', address: address(text) }
}

/** Every router refuses a next hop that is no address. */
export function refusable(text: string): RouteChange {
  const nextHop: Address = { family: 'ipv4', text: 'nowhere' }
  return { kind: 'announce', address: address(text), attributes: { bgp: {}, ospf: {}, nextHop } }
}

export const sampleAttributes: readonly FittedAttributes[] = [
  { bgp: {}, ospf: {} },
  { bgp: { med: 0, localPref: 0 }, ospf: {} },
  {
    bgp: {
      med: 4294967295,
      localPref: 200,
      communities: [0xffff0000, 0xffffff01, 4259905636],
      largeCommunities: [
        { globalAdmin: 4294967295, localData1: 0, localData2: 1 },
        { globalAdmin: 65001, localData1: 1, localData2: 4294967295 },
      ],
      prepend: 16,
    },
    ospf: {},
  },
]

export function explicitNextHop(text: string): FittedAttributes {
  return { bgp: { med: 1 }, ospf: {}, nextHop: address(text.includes(':') ? '2001:db8::1' : '192.0.2.1') }
}

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

export function errorOf(outcome: Outcome | undefined): Extract<Outcome, { kind: 'failed' }>['error'] | undefined {
  return outcome === undefined || outcome.kind === 'done' ? undefined : outcome.error
}

export function whatOf(hint: Hint): string {
  return hint.kind === 'changed' ? hint.what : ''
}
