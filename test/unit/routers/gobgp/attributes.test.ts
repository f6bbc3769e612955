import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sameAttributes, type BgpAttributes, type FittedAttributes } from '../../../../src/domain/attributes.js'
import { hostPrefix } from '../../../../src/domain/address.js'
import { decodeAttributes } from '../../../../src/routers/gobgp/attributes.js'
import { generation3, generation4 } from '../../../../src/routers/gobgp/generation.js'
import { isLocal, networkOfPath, pathOf } from '../../../../src/routers/gobgp/path.js'
import { address } from '../../../support/routes.js'

const u32 = fc.integer({ min: 0, max: 0xffffffff })
const octet = fc.integer({ min: 0, max: 255 })
const ipv4 = fc.tuple(octet, octet).map(([a, b]) => address(`198.18.${a}.${b}`))
const ipv6 = fc.tuple(octet, octet).map(([a, b]) => address(`2001:db8:${a.toString(16)}::${b.toString(16)}`))
const host = fc.oneof(ipv4, ipv6)

const bgp: fc.Arbitrary<BgpAttributes> = fc.record(
  {
    med: u32,
    localPref: u32,
    communities: fc.array(u32, { maxLength: 8 }),
    largeCommunities: fc.array(fc.record({ globalAdmin: u32, localData1: u32, localData2: u32 }), { maxLength: 8 }),
    prepend: fc.integer({ min: 0, max: 16 }),
  },
  { requiredKeys: [] },
)
/** A next hop that is given is an address: the unspecified one means "self", which is said by giving none. */
const nextHop = host.filter(({ text }) => text !== '::')
const attributes: fc.Arbitrary<FittedAttributes> = fc
  .tuple(bgp, fc.option(nextHop, { nil: undefined }))
  .map(([some, hop]) => (hop === undefined ? { bgp: some, ospf: {} } : { bgp: some, ospf: {}, nextHop: hop }))

for (const generation of [generation3, generation4]) {
  describe(`paths as GoBGP ${generation.release} takes them`, () => {
    const encode = (of: ReturnType<typeof address>, set: FittedAttributes, asn = 65001) =>
      pathOf(generation, { kind: 'announce', address: of, attributes: set }, asn)

    it('carry every attribute there and back', () => {
      fc.assert(
        fc.property(host, attributes, u32, (of, set, asn) => {
          const read = decodeAttributes(generation, encode(of, set, asn).pattrs)
          assert.ok(sameAttributes(read, set), JSON.stringify(read))
        }),
      )
    })

    it('leave unset what is absent', () => {
      fc.assert(
        fc.property(host, attributes, (of, set) => {
          const read = decodeAttributes(generation, encode(of, set).pattrs)
          assert.equal(read.bgp.localPref, set.bgp.localPref)
          assert.equal(read.bgp.med, set.bgp.med)
          assert.equal(read.nextHop?.text, set.nextHop?.text)
        }),
      )
    })

    it('name the host route of the address', () => {
      fc.assert(
        fc.property(host, attributes, (of, set) => {
          const path = encode(of, set)
          assert.ok(isLocal(path))
          assert.equal(networkOfPath(generation, path), hostPrefix(of))
        }),
      )
    })

    it('tell a change of one attribute from the next', () => {
      const before: FittedAttributes = { bgp: { med: 1 }, ospf: {} }
      for (const set of [
        { med: 2 },
        {},
        { med: 1, localPref: 0 },
        { med: 1, prepend: 1 },
        { med: 1, communities: [1] },
      ]) {
        const read = decodeAttributes(generation, encode(address('198.18.0.1'), { bgp: set, ospf: {} }).pattrs)
        assert.ok(!sameAttributes(read, before), JSON.stringify(set))
      }
    })

    it('pass over attributes that vipcast never sets', () => {
      const unknown = generation.wrap('OriginAttribute', new Uint8Array([8, 2]))
      const read = decodeAttributes(generation, [unknown, new Uint8Array(), new Uint8Array([0xfa, 1, 1, 0])])
      assert.deepEqual(read, { bgp: {}, ospf: {} })
    })
  })
}
