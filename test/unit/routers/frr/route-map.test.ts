import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sameAttributes, type FittedAttributes } from '../../../../src/domain/attributes.js'
import {
  attributesOfMap,
  makeMap,
  mapName,
  ourName,
  serves,
  type RouteMapEntry,
} from '../../../../src/routers/frr/bgp/route-map.js'
import { address, explicitNextHop, sampleAttributes } from '../../../support/routes.js'

const asn = 65001
const uint32 = fc.integer({ min: 0, max: 4_294_967_295 })
const large = fc.record({ globalAdmin: uint32, localData1: uint32, localData2: uint32 }, { noNullPrototype: true })
const bgp = fc.record(
  {
    med: uint32,
    localPref: uint32,
    communities: fc.array(uint32, { maxLength: 4 }),
    largeCommunities: fc.array(large, { maxLength: 3 }),
    prepend: fc.integer({ min: 0, max: 16 }),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const attributes: fc.Arbitrary<FittedAttributes> = fc.oneof(
  bgp.map((some) => ({ bgp: some, ospf: {} })),
  bgp.map((some) => ({ bgp: some, ospf: {}, nextHop: address('192.0.2.1') })),
  bgp.map((some) => ({ bgp: some, ospf: {}, nextHop: address('2001:db8::1') })),
)

/** The map as FRR would hold it. */
function held(some: FittedAttributes): RouteMapEntry[] {
  const sets = makeMap('any', some, asn).flatMap((line) => (line.startsWith('set ') ? [line.slice(4)] : []))
  return [{ action: 'permit', conditions: [], sets }]
}

describe('a route-map of ours', () => {
  it('gives back the attributes that it was made of', () => {
    fc.assert(
      fc.property(attributes, (some) => {
        const read = attributesOfMap(held(some))
        assert.ok(read !== null && sameAttributes(read, some), JSON.stringify({ some, read }))
      }),
    )
  })

  it('has one name for one content, however its communities are sorted, and bears our name', () => {
    fc.assert(
      fc.property(attributes, (some) => {
        const { communities = [], largeCommunities = [] } = some.bgp
        const turned = { communities: communities.toReversed(), largeCommunities: largeCommunities.toReversed() }
        assert.equal(mapName({ ...some, bgp: { ...some.bgp, ...turned } }, asn), mapName(some, asn))
      }),
    )
    const names = [...sampleAttributes, explicitNextHop('203.0.113.1')].map((some) => mapName(some, asn))
    assert.equal(new Set(names).size, names.length)
    for (const name of names) assert.match(name, new RegExp(`^${ourName}[0-9a-f]{12}$`))
    assert.match(mapName({ bgp: {}, ospf: {} }, asn, 2), /-2$/)
  })

  it('that somebody changed serves nobody', () => {
    const some = { bgp: { med: 5 }, ospf: {} }
    const [entry = { action: '', conditions: [], sets: [] }] = held(some)
    assert.ok(serves([entry], some))
    const changed: RouteMapEntry[][] = [
      [],
      [entry, entry],
      [{ ...entry, action: 'deny' }],
      [{ ...entry, conditions: ['match ip address prefix-list x'] }],
      [{ ...entry, sets: [...entry.sets, 'origin egp'] }],
      [{ ...entry, sets: entry.sets.map((set) => (set === 'metric 5' ? 'metric rtt' : set)) }],
      [{ ...entry, sets: entry.sets.filter((set) => !set.startsWith('weight')) }],
    ]
    for (const entries of changed) assert.equal(attributesOfMap(entries), null, JSON.stringify(entries))
    assert.ok(!serves([{ ...entry, sets: [...entry.sets, 'metric 6'] }], some))
  })
})
