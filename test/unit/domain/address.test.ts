import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  addressBits,
  addressBytes,
  hostLength,
  hostPrefix,
  parseAddress,
  parsePrefix,
  prefixContains,
  type Address,
} from '../../../src/domain/address.js'
import { addr, pool } from '../../support/sample-config.js'

/** Any IPv4 or IPv6 address, written in any of the ways that people write it. */
const written = fc.oneof(fc.ipV4(), fc.ipV6())

const anyAddress: fc.Arbitrary<Address> = written
  .map((text) => parseAddress(text))
  .filter((parsed): parsed is Address => parsed !== undefined)

function toText(bits: bigint, family: Address['family']): string {
  const hex = bits.toString(16).padStart(family === 'ipv4' ? 8 : 32, '0')
  return family === 'ipv4'
    ? (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')
    : (hex.match(/..../g) ?? []).join(':')
}

describe('an address', () => {
  it('is canonical: parsing its text gives the same text', () => {
    fc.assert(fc.property(anyAddress, (address) => assert.deepEqual(parseAddress(address.text), address)))
  })

  it('has the same text exactly when it has the same bits', () => {
    fc.assert(
      fc.property(anyAddress, anyAddress, (a, b) => {
        const sameBits = a.family === b.family && addressBits(a) === addressBits(b)
        assert.equal(a.text === b.text, sameBits)
      }),
    )
    fc.assert(
      fc.property(anyAddress, (address) =>
        assert.deepEqual(parseAddress(toText(addressBits(address), address.family)), address),
      ),
    )
  })

  it('is taken for an address by Node as well, in its own family', () => {
    fc.assert(
      fc.property(anyAddress, ({ family, text }) => assert.ok(family === 'ipv4' ? isIPv4(text) : isIPv6(text), text)),
    )
  })

  it('has its bits in network byte order', () => {
    assert.deepEqual([...addressBytes(addr('203.0.113.53'))], [203, 0, 113, 53])
    fc.assert(
      fc.property(anyAddress, (address) => {
        const bytes = addressBytes(address)
        assert.equal(bytes.length, hostLength(address.family) / 8)
        const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
        assert.equal(value, addressBits(address))
      }),
    )
  })

  it('is written by RFC 5952', () => {
    assert.equal(parseAddress('2001:DB8:0:0:0:0:0:1')?.text, '2001:db8::1')
    assert.equal(parseAddress('2001:db8:0:0:1:0:0:1')?.text, '2001:db8::1:0:0:1')
    assert.equal(hostPrefix(addr('2001:db8::1')), '2001:db8::1/128')
    assert.equal(hostPrefix(addr('203.0.113.53')), '203.0.113.53/32')
  })

  it('is none with a length, a zone, a port, blanks, an IPv4-mapped form or anything else', () => {
    const none = [
      '',
      'localhost',
      '203.0.113',
      '203.0.113.256',
      '203.0.113.5/32',
      '203.0.113.5:80',
      ' 203.0.113.5',
      '203.0.113.5 ',
      'fe80::1%eth0',
      '::ffff:203.0.113.5',
      '::ffff:cb00:7105',
      '[2001:db8::1]',
      '2001:db8::1::2',
      '12345::',
    ]
    for (const text of none) assert.equal(parseAddress(text), undefined, text)
  })

  it('never makes the parser throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseAddress(text)
        parsePrefix(text)
      }),
    )
  })
})

describe('a prefix', () => {
  const anyPrefix = fc.tuple(anyAddress, fc.nat(128)).map(([address, wish]) => {
    const length = Math.min(wish, hostLength(address.family))
    const shift = BigInt(hostLength(address.family) - length)
    const network = toText((addressBits(address) >> shift) << shift, address.family)
    return { address, length, shift, parsed: parsePrefix(`${network}/${length}`) }
  })

  it('holds an address exactly when the leading bits are the same', () => {
    fc.assert(
      fc.property(anyPrefix, anyAddress, ({ parsed, address, shift }, other) => {
        if (parsed === undefined) return
        assert.ok(prefixContains(parsed, address))
        const same = other.family === address.family && addressBits(other) >> shift === addressBits(address) >> shift
        assert.equal(prefixContains(parsed, other), same)
      }),
    )
  })

  it('has a canonical text that parses to itself', () => {
    fc.assert(
      fc.property(anyPrefix, ({ parsed }) => {
        if (parsed !== undefined) assert.deepEqual(parsePrefix(parsed.text), parsed)
      }),
    )
  })

  it('without a length is the host alone', () => {
    assert.equal(parsePrefix('203.0.113.53')?.text, '203.0.113.53/32')
    assert.equal(parsePrefix('2001:db8::1')?.text, '2001:db8::1/128')
  })

  it('holds its first and its last address and not their neighbors', () => {
    const net = pool('203.0.113.64/26')
    for (const inside of ['203.0.113.64', '203.0.113.127']) assert.ok(prefixContains(net, addr(inside)), inside)
    for (const outside of ['203.0.113.63', '203.0.113.128', '2001:db8::1'])
      assert.ok(!prefixContains(net, addr(outside)), outside)
  })

  it('of length 0 holds all of its family', () => {
    assert.ok(prefixContains(pool('0.0.0.0/0'), addr('203.0.113.1')))
    assert.ok(!prefixContains(pool('0.0.0.0/0'), addr('2001:db8::1')))
    assert.ok(prefixContains(pool('::/0'), addr('2001:db8::1')))
  })

  it('is none with host bits set, with a length too long, negative, empty or twice', () => {
    const none = [
      '203.0.113.1/24',
      '203.0.113.0/33',
      '203.0.113.0/-1',
      '203.0.113.0/',
      '203.0.113.0/24/24',
      '2001:db8::1/64',
      '2001:db8::/129',
      '/24',
      '203.0.113.0/2 4',
      '203.0.113.0/1e1',
    ]
    for (const text of none) assert.equal(parsePrefix(text), undefined, text)
  })
})
