import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mergeAttributes, sameAttributes, type FittedAttributes } from '../../../src/domain/attributes.js'
import { addr } from '../../support/sample-config.js'

const large = (globalAdmin: number): { globalAdmin: number; localData1: number; localData2: number } => ({
  globalAdmin,
  localData1: 1,
  localData2: 2,
})

describe('attributes that put the same on the wire', () => {
  const same: [string, FittedAttributes, FittedAttributes][] = [
    ['nothing and nothing', { bgp: {}, ospf: {} }, { bgp: {}, ospf: {} }],
    [
      'communities in another order',
      { bgp: { communities: [1, 2] }, ospf: {} },
      { bgp: { communities: [2, 1] }, ospf: {} },
    ],
    [
      'no communities and an empty list',
      { bgp: {}, ospf: {} },
      { bgp: { communities: [], largeCommunities: [] }, ospf: {} },
    ],
    ['no prepending and none', { bgp: {}, ospf: {} }, { bgp: { prepend: 0 }, ospf: {} }],
    [
      'large communities in another order',
      { bgp: { largeCommunities: [large(1), large(2)] }, ospf: {} },
      { bgp: { largeCommunities: [large(2), large(1)] }, ospf: {} },
    ],
    [
      'the same next hop from two parsers',
      { bgp: {}, ospf: {}, nextHop: addr('192.0.2.1') },
      { bgp: {}, ospf: {}, nextHop: addr('192.0.2.1') },
    ],
  ]
  for (const [what, a, b] of same) it(`are the same: ${what}`, () => assert.ok(sameAttributes(a, b)))
})

describe('attributes that put something else on the wire', () => {
  const nothing: FittedAttributes = { bgp: {}, ospf: {} }
  const different: [string, FittedAttributes][] = [
    ['a MED of 0, since a missing one is not sent', { bgp: { med: 0 }, ospf: {} }],
    ['a LOCAL_PREF of 0, which is the worst', { bgp: { localPref: 0 }, ospf: {} }],
    ['a community', { bgp: { communities: [0xffffff01] }, ospf: {} }],
    ['a large community', { bgp: { largeCommunities: [large(1)] }, ospf: {} }],
    ['prepending', { bgp: { prepend: 1 }, ospf: {} }],
    ['a next hop', { bgp: {}, ospf: {}, nextHop: addr('192.0.2.1') }],
    ['an OSPF metric of 0', { bgp: {}, ospf: { metric: 0 } }],
    ['an OSPF metric type', { bgp: {}, ospf: { metricType: 1 } }],
    ['an OSPF route of the area', { bgp: {}, ospf: { as: 'internal' } }],
  ]
  for (const [what, attributes] of different) {
    it(`differ from none: ${what}`, () => {
      assert.ok(!sameAttributes(nothing, attributes))
      assert.ok(sameAttributes(attributes, attributes))
    })
  }

  it('are told apart for two large communities that share digits', () => {
    const a = { globalAdmin: 1, localData1: 11, localData2: 1 }
    const b = { globalAdmin: 11, localData1: 1, localData2: 1 }
    assert.ok(
      !sameAttributes({ bgp: { largeCommunities: [a] }, ospf: {} }, { bgp: { largeCommunities: [b] }, ospf: {} }),
    )
  })
})

describe('attributes laid over others', () => {
  const bgp = fc.record(
    { med: fc.nat(), localPref: fc.nat(), prepend: fc.nat(16) },
    { requiredKeys: [], noNullPrototype: true },
  )

  it('win key by key, and the keys that they lack stay as they are', () => {
    const base = { bgp: { med: 100, communities: [1] }, ospf: { metric: 20 } }
    const over = { bgp: { med: 500, prepend: 2 }, ospf: {} }
    assert.deepEqual(mergeAttributes(base, over), {
      bgp: { med: 500, communities: [1], prepend: 2 },
      ospf: { metric: 20 },
    })
  })

  it('change nothing when they are empty or laid over twice', () => {
    fc.assert(
      fc.property(bgp, bgp, (base, over) => {
        const [lower, upper] = [
          { bgp: base, ospf: {} },
          { bgp: over, ospf: {} },
        ]
        assert.deepEqual(mergeAttributes(lower, { bgp: {}, ospf: {} }), lower)
        const once = mergeAttributes(lower, upper)
        assert.deepEqual(mergeAttributes(once, upper), once)
      }),
    )
  })
})
