import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BgpAttributes } from '../../../src/domain/attributes.js'
import { drainAttributes } from '../../../src/domain/drain.js'

const gracefulShutdown = 0xffff_0000

/** The attributes of a drain, over what is announced and under what the configuration says. */
function draining(announce: BgpAttributes, configured: BgpAttributes = {}): BgpAttributes {
  const attributes = { bgp: configured, ospf: {} }
  return drainAttributes({ announce: { bgp: announce, ospf: {} }, drain: { time: 0, attributes } }).bgp
}

describe('the attributes of a drain', () => {
  it('are the least preferred over every kind of session', () => {
    const least = { med: 4_294_967_295, localPref: 0, prepend: 3, communities: [gracefulShutdown] }
    assert.deepEqual(draining({}), least)
  })

  it('leave communities and large communities as they were, and add graceful-shutdown once', () => {
    const large = [{ globalAdmin: 1, localData1: 2, localData2: 3 }]
    const before = { communities: [gracefulShutdown, 7], largeCommunities: large }
    assert.deepEqual(draining(before).communities, [7, gracefulShutdown])
    assert.deepEqual(draining(before).largeCommunities, large)
  })

  it('make a path longer that was prepended before, as far as that goes', () => {
    assert.deepEqual([draining({ prepend: 2 }).prepend, draining({ prepend: 15 }).prepend], [5, 16])
  })

  it('are the highest metric that OSPF has for such a route', () => {
    const metric = (as: 'external' | 'internal'): number | undefined => {
      const announce = { bgp: {}, ospf: { as, metric: 10 } }
      return drainAttributes({ announce, drain: { time: 0, attributes: { bgp: {}, ospf: {} } } }).ospf.metric
    }
    assert.deepEqual([metric('external'), metric('internal')], [16_777_214, 65_535])
  })

  it('are what the configuration says, key by key', () => {
    const { med, communities, prepend } = draining({ communities: [7] }, { med: 9, communities: [] })
    assert.deepEqual([med, communities, prepend], [9, [], 3])
  })
})
