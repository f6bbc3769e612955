import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { prefixContains, type Prefix } from '../../../../src/domain/address.js'
import { PoolSet } from '../../../../src/routers/common/pool-set.js'
import { address, prefix } from '../../../support/routes.js'

const octet = fc.integer({ min: 0, max: 255 })
const ipv4 = fc.tuple(octet, octet).map(([a, b]) => address(`198.18.${a}.${b}`))
const ipv6 = fc.tuple(octet, octet).map(([a, b]) => address(`2001:db8::${a.toString(16)}:${b.toString(16)}`))
const host = fc.oneof(ipv4, ipv6)
const networks = fc.subarray([
  ...texts('0.0.0.0/0 198.18.0.0/15 198.18.0.0/16 198.18.128.0/17 198.18.5.0/24 198.18.7.3/32'),
  ...texts('::/0 2001:db8::/32 2001:db8::/112 2001:db8::80:0/113 2001:db8::2:3/128'),
])

function texts(all: string): Prefix[] {
  return all.split(' ').map((text) => prefix(text))
}

describe('the pools of a router', () => {
  it('hold an address exactly when one of them contains it', () => {
    fc.assert(
      fc.property(networks, host, (prefixes, one) => {
        const contained = prefixes.some((each) => prefixContains(each, one))
        const pools = new PoolSet(prefixes)
        assert.equal(pools.holds(one), contained)
        assert.equal(pools.find(one.text)?.text, contained ? one.text : undefined)
      }),
    )
  })

  it('list every IPv4 address inside, unless there are too many', () => {
    const pools = new PoolSet(['203.0.113.252/30', '198.18.255.255/32', '2001:db8::/32'].map((text) => prefix(text)))
    const last = ['203.0.113.252/32', '203.0.113.253/32', '203.0.113.254/32', '203.0.113.255/32']
    assert.deepEqual(pools.ipv4Hosts(5), [...last, '198.18.255.255/32'])
    assert.equal(pools.ipv4Hosts(4), undefined)
    assert.equal(new PoolSet([prefix('0.0.0.0/0')]).ipv4Hosts(1024), undefined)
  })

  it('have each family once, and all prefixes of it', () => {
    const prefixes = ['198.18.0.0/16', '2001:db8::/32', '203.0.113.0/24'].map((text) => prefix(text))
    const pools = new PoolSet(prefixes)
    assert.deepEqual(pools.families, ['ipv4', 'ipv6'])
    assert.deepEqual(
      pools.of('ipv4').map(({ text }) => text),
      ['198.18.0.0/16', '203.0.113.0/24'],
    )
  })
})
